// events.test.ts - gartrace events and info, from the outside: positions, kinds, and the first event that goes wrong.

import { join } from "node:path";
import Sqlite from "better-sqlite3";
import { beforeAll, describe, expect, test } from "vitest";
import { freshFolder, gartrace } from "./gartrace.ts";

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

describe.concurrent("events", () => {
  test("prints all of them, numbered from 1", async () => {
    const lines = await events("");
    expect(lines.map((line) => Number(/^#(\d+) /.exec(line)?.[1]))).toEqual(
      Array.from({ length: 44 }, (_, i) => i + 1),
    );
    expect(lines[4]).toBe("#5 op 0 driver agp_intel_probe: AGPSTAT 0000:00:00.0+0xa4 = 0x1f000203");
  });

  test.each([
    ["--from #30 --to 31", ["#30", "#31"]],
    ["--from 95% --to #43", ["#42", "#43"]],
    ["--from op:4 --to op:5", ["#41", "#42", "#43"]],
    ["--from end", ["#44"]],
    ["--kind fault.raised,page.freed", ["#27", "#30"]],
    ["--wrong", ["#27"]],
  ])("%s", async (options, numbers) => {
    expect((await events(options)).map((line) => line.split(" ")[0])).toEqual(numbers);
  });

  test("--json prints a JSON object a line, with addresses in hexadecimal", async () => {
    const lines = await events("--from #26 --to #27 --json");
    expect(lines.map((line) => JSON.parse(line))).toEqual([
      expect.objectContaining({
        seq: 26,
        kind: "hook.called",
        virt: "0xc1000000",
        phys: "0x1000000",
      }),
      expect.objectContaining({ seq: 27, fault: "foreign-ram", machine: "0x40c21000" }),
    ]);
  });

  test("says so where there is none to print", async () => {
    const { code, stdout, stderr } = await gartrace("events refused.gart --kind bio.split", {
      folder,
    });
    expect({ code, stdout }).toEqual({ code: 0, stdout: "" });
    expect(stderr).toBe("gartrace: the trace has no such event\n");
  });

  test.each([
    ["events refused.gart --from later", "'later' is no position; write #437, 63%, end or op:14\n"],
    ["events refused.gart --to #45", "#45 is past the end; the last event is #44\n"],
    ["state refused.gart --at 130%", "130% is past the end; the last event is #44\n"],
    ["state refused.gart --at op:6", "the trace has no op 6; its last one is op:5\n"],
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
      events: 44,
      ops: 6,
      kinds: { "p2m.set": 16 },
      verdicts: { "wrong-space": 1 },
      firstWrong: { verdict: "wrong-space", event: { seq: 27, bus: "0x1000000" } },
    });
  });
});
