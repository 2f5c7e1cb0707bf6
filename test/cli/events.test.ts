// events.test.ts - gartrace events and info, from the outside: positions, kinds, and the first event that goes wrong.

import { join } from "node:path";
import Sqlite from "better-sqlite3";
import { beforeAll, describe, expect, test } from "vitest";
import { freshFolder } from "../fresh-folder.ts";
import { gartrace } from "./gartrace.ts";

const folder = freshFolder();
const runs = { "refused.gart": "", "lenient.gart": "--lenient-ioremap" };
beforeAll(async () => {
  await Promise.all(
    Object.entries(runs).map(([name, option]) =>
      gartrace(`record smoke -p xen-i386 -k legacy ${option} -o ${name}`, { folder }),
    ),
  );
});

const events = async (options: string): Promise<string[]> => {
  const { code, stdout } = await gartrace(`events refused.gart ${options}`, { folder });
  expect(code).toBe(0);
  return stdout.trimEnd().split("\n");
};

describe("events", () => {
  let all: string[] = [];
  beforeAll(async () => {
    all = await events("");
  });

  test("prints all of them, numbered from 1, with the data sheet's names of registers", () => {
    expect(all.length).toBeGreaterThan(40);
    expect(all.map((line) => Number(/^#(\d+) /.exec(line)?.[1]))).toEqual(all.map((_, i) => i + 1));
    expect(all[0]).toBe("#1 workload: op 0 init");
    expect(all).toContainEqual(
      expect.stringMatching(/^#\d+ op 0 driver agp_intel_probe: AGPSTAT .* = 0x1f000203$/),
    );
  });

  const began = (op: number): number => all.findIndex((line) => line.includes(` op ${op} `));
  test.concurrent.each<[string, () => string[]]>([
    ["--from 63% --to end", () => all.slice(Math.round(all.length * 0.63) - 1)],
    ["--from op:4 --to op:5", () => all.slice(began(4), began(5) + 1)],
    ["--wrong", () => all.filter((line) => line.endsWith("[wrong-space]"))],
  ])("%s", async (options, expected) => {
    expect(expected().length).toBeGreaterThan(0);
    expect(await events(options)).toEqual(expected());
  });

  test("--json prints a JSON object a line, with addresses in hexadecimal", async () => {
    const lines = await events("--kind fault.raised,page.freed --json");
    expect(lines.map((line) => JSON.parse(line))).toEqual([
      expect.objectContaining({ fault: "foreign-ram", bus: "0x1000000", machine: "0x40c21000" }),
      expect.objectContaining({ kind: "page.freed", virt: "0xc1000000" }),
    ]);
  });

  test("says so where there is none to print", async () => {
    const { code, stdout, stderr } = await gartrace("events refused.gart --kind bio.split", {
      folder,
    });
    expect({ code, stdout }).toEqual({ code: 0, stdout: "" });
    expect(stderr).toBe("gartrace: the trace has no such event\n");
  });

  test.concurrent.each([
    [
      "events refused.gart --from later",
      "'later' is no position; write #437, 63%, end, op:14 or mark:name\n",
    ],
    ["state refused.gart --at 130%", "130% is past the end; the last event is #"],
    ["events refused.gart --kind gatt", "unknown kind 'gatt'; known: op.began, op.ended, "],
  ])("%s is refused", async (line, message) => {
    const { code, stdout, stderr } = await gartrace(line, { folder });
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toContain(`gartrace: ${message}`);
  });
});

describe.concurrent("info", () => {
  test.each(Object.keys(runs))("of %s finds first what plain SQL finds", async (name) => {
    const database = new Sqlite(join(folder, name), { readonly: true });
    const first = database
      .prepare("SELECT min(seq) FROM event WHERE reached <> machine")
      .pluck()
      .get() as number;
    database.close();
    const { code, stdout } = await gartrace(`info ${name}`, { folder });
    expect(code).toBe(0);
    expect(stdout).toMatch(
      new RegExp(`^first to go wrong: #${first} op 0 .*\\[wrong-space\\]$`, "m"),
    );
  });

  test("counts events, by kind and by verdict", async () => {
    const { stdout } = await gartrace("info refused.gart --json", { folder });
    expect(JSON.parse(stdout)).toMatchObject({
      platform: "xen-i386",
      torn: false,
      ops: 6,
      kinds: { "p2m.set": 16 },
      verdicts: { "wrong-space": 1 },
      firstWrong: { verdict: "wrong-space", event: { kind: "fault.raised", bus: "0x1000000" } },
    });
  });
});
