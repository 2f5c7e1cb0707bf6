// compare.test.ts - what compares traces, from the outside: diff's options, a folder, xlate, reduce, explain.

import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { glossary } from "../../src/report/glossary.ts";
import { freshFolder } from "../fresh-folder.ts";
import { gartrace } from "./gartrace.ts";

const folder = freshFolder();
const traces = join(folder, "traces");
beforeAll(async () => {
  mkdirSync(traces);
  const ran = await Promise.all([
    gartrace("record smoke -k legacy -o traces/native.gart", { folder }),
    gartrace("record smoke -p xen-i386 -k legacy --lenient-ioremap -o traces/xen.gart", { folder }),
    gartrace("record smoke -p xen-i386 -k gart -o traces/right.gart", { folder }),
    gartrace("record smoke -p xen-i386 -k legacy -o traces/refused.gart", { folder }),
  ]);
  expect(ran.map(({ code }) => code)).toEqual([0, 0, 0, 0]);
});
const here = (line: string) => gartrace(line, { folder: traces });

describe("diff", () => {
  test("in one line says whether, what first and why", async () => {
    const { code, stdout } = await here("diff native.gart xen.gart --brief");
    expect(code).toBe(1);
    expect(stdout).toBe(
      "different: wrong-space first in op 0 init, " +
        "virt_to_phys in agp_generic_create_gatt_table; 9 divergences\n",
    );
    const alike = await here("diff native.gart right.gart --brief");
    expect([alike.code, alike.stdout]).toEqual([0, "alike: 6 ops by signature\n"]);
  });

  test("groups what parts by its root, and says what lost its contiguity", async () => {
    const { stdout } = await here("diff native.gart xen.gart");
    expect(stdout).toContain(
      "what it goes back to\n" +
        "  4 reads by a device, 1 register, one cause: " +
        "virt_to_phys in agp_generic_create_gatt_table, in B from op 0 on\n" +
        "  4 entries, one cause: virt_to_phys in agp_allocate_memory, in B from op 2 on\n",
    );
    expect(stdout).toMatch(/op 0 +the table +16 pages +1 run in A +16 runs in B/);
    expect(stdout).toMatch(
      /^ +A +1 +call\.entered\n +B +16 +p2m\.set\n +4 +fault\.raised, told at the access that it blocks$/m,
    );
  });

  test("says that what is missing follows from a driver that did not load", async () => {
    const { stdout } = await here("diff native.gart refused.gart");
    expect(stdout).toMatch(/[\d,]+ events missing: op 0 init returned 0 in A and -12 in B/);
  });

  test("shows the first divergence among some kinds alone, with what is around it", async () => {
    const { stdout } = await here("diff native.gart xen.gart --first --only gatt --context 1");
    expect(stdout).toContain("different, first in op 2 bind slot=0 pg_start=0: wrong-space\n");
    expect(stdout).toMatch(/around it in B\n {2}#\d+ .*\n> #\d+ .*gatt\[0x0\] <- .*\n {2}#\d+ /);
    expect(stdout).toMatch(/word +and what it decodes to +0x1010017: page 0x1010000 /);
    expect(stdout).not.toContain("what it goes back to");
  });

  test("prints every divergence, or the counts alone", async () => {
    const all = await here("diff native.gart xen.gart --all --only gatt");
    expect(all.stdout.match(/^wrong-space in op 2 bind/gm)).toHaveLength(4);
    const { stdout } = await here("diff native.gart xen.gart --stat");
    expect(stdout.trimEnd().split("\n").at(-1)).toBe("different, first in op 0 init: wrong-space");
    const json = JSON.parse((await here("diff native.gart xen.gart --all --json")).stdout);
    expect(json.divergences).toHaveLength(9);
  });

  test("compares a folder with one of its traces, a line each", async () => {
    const { code, stdout } = await here("diff --matrix . --base native.gart");
    expect(code).toBe(1);
    expect(stdout.split("\n").map((line) => line.split(/ {2,}|: /, 2))).toEqual([
      ["against native.gart"],
      ["refused.gart", "different"],
      ["right.gart", "alike"],
      ["xen.gart", "different"],
      [""],
    ]);
  });

  test.each([
    ["diff native.gart", /name two traces/],
    ["diff native.gart xen.gart --only gatts", /unknown kind 'gatts', did you mean 'gatt'/],
    ["diff --matrix nowhere", /cannot read the folder nowhere/],
    ["diff --matrix . native.gart", /--base/],
  ])("%s is refused with what to do", async (line, message) => {
    const { code, stderr } = await here(line);
    expect(code).toBe(2);
    expect(stderr).toMatch(message);
  });
});

describe("xlate", () => {
  test("shows where the ladders part", async () => {
    const { code, stdout } = await here("xlate 0xc1010000@op:3 native.gart xen.gart right.gart");
    expect(code).toBe(0);
    expect(stdout).toMatch(/^> GATT entry .*\[right\] .*\[astray\] .*\[right\]$/m);
    expect(stdout).toMatch(/the ladders part at: GATT entry\n$/);
    const agreed = await here("xlate 0xc1010000@op:3 native.gart right.gart --json");
    expect(agreed.code).toBe(0);
    expect(JSON.parse(agreed.stdout)).toMatchObject({ virt: "0xc1010000", parting: null });
    const { ladders } = JSON.parse(agreed.stdout) as { ladders: { steps: { found: object }[] }[] };
    expect(ladders[1]!.steps.map(({ found }) => found)).toEqual([
      { offset: "0xc0000000", phys: "0x1010000" },
      { use: "agp", seq: expect.any(Number), page: 0, pages: 1 },
      { pfn: "0x1010", mfn: "0x4b1f1", machine: "0x4b1f1000" },
      {},
      {},
      { entry: "0x0", word: "0x4b1f1017", seq: expect.any(Number), bus: "0x4b1f1000" },
      { word: "0x4b1f1017", machine: "0x80000000" },
      { bus: "0xe0000000", reached: "0x4b1f1000" },
    ]);
  });

  test("refuses what is no address", async () => {
    const { code, stderr } = await here("xlate 1234 native.gart");
    expect([code, stderr]).toEqual([2, expect.stringMatching(/such as 0xc1010000@op:6/)]);
  });
});

describe("reduce", () => {
  test("leaves init, one page and one bind", async () => {
    const { code, stderr } = await here("reduce native.gart xen.gart --only gatt -o small.json");
    expect(code).toBe(0);
    expect(stderr).toMatch(/^6 operations became 3; \d+ candidates tried/);
    expect(JSON.parse(readFileSync(join(traces, "small.json"), "utf8"))).toEqual({
      workload: "smoke",
      ops: [
        { op: "init" },
        { op: "alloc", slot: 0, pages: 1, type: 0 },
        { op: "bind", slot: 0, pg_start: 0 },
      ],
    });
  });

  test("writes over nothing, and has nothing to do where traces are alike", async () => {
    writeFileSync(join(traces, "mine.json"), "mine");
    const refused = await here("reduce native.gart xen.gart -o mine.json");
    expect([refused.code, refused.stderr]).toEqual([2, expect.stringMatching(/use --force/)]);
    const alike = await here("reduce native.gart right.gart -o none.json");
    expect([alike.code, existsSync(join(traces, "none.json"))]).toEqual([0, false]);
  });
});

describe("explain", () => {
  test("tells a word with its case, or all words", async () => {
    const { stdout } = await here("explain wrong-space");
    expect(stdout).toMatch(/^wrong-space: .*\n\n.*virt_to_phys/);
    const all = await here("explain");
    expect(all.stdout.trimEnd().split("\n")).toHaveLength(glossary.size);
    const unknown = await here("explain wrongs");
    expect([unknown.code, unknown.stderr]).toEqual([2, expect.stringMatching(/known: identity/)]);
  });
});
