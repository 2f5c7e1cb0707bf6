// record.test.ts - gartrace record, from the outside: names, files that are in the way, workloads from files.

import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { freshFolder } from "../fresh-folder.ts";
import { gartrace, reference } from "./gartrace.ts";

// The driver does not load under these, so the trace is small.
const small = "record smoke -p xen-i386 -k legacy";

test("a trace is named after its run, and an existing one is overwritten only by --force", async () => {
  const folder = freshFolder();
  const name = "xen-i386.legacy.intel-440bx.smoke.gart";
  const first = await gartrace(small, { folder });
  expect(first).toMatchObject({ code: 0, stdout: "" });
  expect(first.stderr).toMatch(
    new RegExp(
      `^recorded \\d+ events to ${name}: 6 ops, 3 with an errno \\(first op 0 init: -ENOMEM, refused by ioremap_nocache at #27 .*; wrong: 1 wrong event, the first #27; `,
    ),
  );
  expect(readdirSync(folder)).toEqual([name]);

  writeFileSync(join(folder, name), "something dear");
  const second = await gartrace(small, { folder });
  expect(second.code).toBe(2);
  expect(second.stderr).toBe(`gartrace: ${name} exists; use --force to overwrite it\n`);
  expect(readFileSync(join(folder, name), "utf8")).toBe("something dear");

  const third = await gartrace(`${small} --force`, { folder });
  expect(third.code).toBe(0);
  expect(readFileSync(join(folder, name)).subarray(0, 13).toString()).toBe("SQLite format");
});

test("-o names the file, --json says what was recorded", async () => {
  const folder = freshFolder();
  const workload = join(reference, "smoke.ops.json");
  const { code, stdout } = await gartrace(
    `record ${workload} -p xen-i386 -k legacy -o run.gart --json`,
    { folder },
  );
  expect(code).toBe(0);
  expect(JSON.parse(stdout)).toEqual({
    version: 1,
    path: "run.gart",
    events: expect.any(Number),
    digest: expect.stringMatching(/^[0-9a-f]{64}$/),
    judgement: "wrong",
    uses: { right: 1, wrong: 1, unknown: 0, inferred: 0 },
    faults: { total: 0 },
    findings: { total: 1 },
    wrong: { events: 1, first: 27 },
    refusals: { count: expect.any(Number), first: expect.any(Array) },
  });
  expect(readdirSync(folder)).toEqual(["run.gart"]);
});

describe.concurrent("nothing is recorded, and the message says what to do, by", () => {
  const refused = async (line: string, folder = freshFolder()): Promise<string> => {
    const before = readdirSync(folder);
    const { code, stdout, stderr } = await gartrace(line, { folder });
    expect({ code, stdout, files: readdirSync(folder) }).toEqual({
      code: 2,
      stdout: "",
      files: before,
    });
    return stderr;
  };

  test.each([
    ["record -p vax", "gartrace: unknown platform 'vax'; known: native-i386, xen-i386"],
    [
      "record -s seven",
      "argument 'seven' is invalid. expected a whole number from 0 to 4294967295",
    ],
    ["record smoke --fixed", "gartrace: --fixed is for bug:NAME: smoke has no bug to leave out"],
    ["record -o none/run.gart", "gartrace: cannot write none/run.gart: no folder /"],
  ])("%s", async (line, message) => {
    expect(await refused(line)).toContain(message);
  });

  test("record -o FOLDER", async () => {
    const folder = freshFolder();
    mkdirSync(join(folder, "taken"));
    expect(await refused("record -o taken", folder)).toBe(
      "gartrace: taken is a folder; name a file in it\n",
    );
  });

  test.each([1e12, -2, 0.5, "many"])("a workload that asks for %s pages", async (pages) => {
    const folder = freshFolder();
    const ops = [{ op: "init" }, { op: "alloc", slot: 0, pages }];
    writeFileSync(join(folder, "w.json"), JSON.stringify({ workload: "w", ops }));
    const message = await refused("record w.json", folder);
    expect(message).toMatch(/^gartrace: w.json:1: ops\[1\].pages: .*\n$/);
  });

  test("a workload whose field is wrong", async () => {
    const folder = freshFolder();
    const ops = [{ op: "init" }, { op: "alloc", slot: 0, pages: "4" }];
    writeFileSync(join(folder, "w.json"), JSON.stringify({ workload: "w", ops }));
    expect(await refused("record w.json", folder)).toContain("gartrace: w.json:1: ops[1].pages: ");
  });
});
