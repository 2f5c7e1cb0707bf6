// matrix.test.ts - gartrace matrix, from the outside: the table of who is right, and combinations that cannot be.

import { readdirSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { freshFolder } from "../fresh-folder.ts";
import { gartrace } from "./gartrace.ts";

test("the table says of every hook set how it ends on each platform, and below it why", async () => {
  const { code, stdout, stderr } = await gartrace("matrix -w smoke");
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  const [heading, ...rows] = stdout.split("\n");
  expect(heading!.split(/ {2,}/)).toEqual(["hooks", "native-i386", "xen-i386", "ppc64-g5"]);
  // Who is right, by the thread: domain facts of 2005, hook set by hook set.
  expect(rows.slice(0, 7).map((row) => row.split(/ {2,}/))).toEqual([
    ["legacy", "right", "refused: -ENOMEM", "right"],
    ["dma-coherent", "right", "right", "does not build: no virt_to_bus()"],
    ["dma-handle", "right", "right", "wrong: 4 of 4 reads"],
    ["fsb", "right", "right", "right"],
    ["agp", "right", "right", "right"],
    ["gart", "right", "right", "right"],
    ["override", "right", "refused: -ENOMEM, and wrong", "right"],
  ]);
  expect(stdout).toMatch(/^ {2}legacy on xen-i386: #\d+ foreign-ram in agp_\w+, wrong-space/m);
  expect(stdout).toMatch(/^ {2}override on xen-i386: #\d+ not-reserved in agp_\w+, discontiguous/m);
  expect(stdout).toMatch(/^ {2}override on xen-i386: #\d+ phys_to_virt\(\) in __alloc_bootmem_/m);
  expect(stdout).toMatch(/^ {2}dma-handle on ppc64-g5: #\d+ register.written in uninorth_/m);
  expect(stdout).not.toContain("gartrace diff");
  for (const line of stdout.split("\n")) expect(line.length).toBeLessThanOrEqual(120);
});

test("mixtures of functions run too: the half-right sets under Xen", async () => {
  const sets = [
    "to=virt_to_gart,from=gart_to_virt",
    "alloc=alloc_gatt_pages,free=free_gatt_pages",
    "to=virt_to_gart,alloc=alloc_gatt_pages,free=free_gatt_pages",
  ];
  const { stdout } = await gartrace(
    `matrix -w smoke --platforms native-i386,xen-i386 --hooks ${sets.join(";")}`,
  );
  const rows = stdout.split("\n").slice(1, 4);
  expect(rows.map((row) => row.split(/ {2,}/))).toEqual([
    [sets[0], "right", "refused: -ENOMEM"],
    [sets[1], "right", "refused: -ENOMEM"],
    [sets[2], "right", "oops"],
  ]);
});

test("kept traces stay with the command that shows where the first one parts; JSON says the same", async () => {
  const folder = freshFolder();
  const line = "matrix -w smoke --platforms xen-i386 --hooks legacy,gart --keep kept";
  const { stdout } = await gartrace(line, { folder });
  expect(readdirSync(`${folder}/kept`).sort()).toEqual([
    "xen-i386.gart.gart",
    "xen-i386.legacy.gart",
  ]);
  const [, command] = /^ {4}gartrace (diff .*)$/m.exec(stdout)!;
  const diff = await gartrace(command!, { folder });
  expect(diff.code).toBe(1);

  const json = JSON.parse((await gartrace(`${line} --force --json`, { folder })).stdout);
  expect(json.cells).toMatchObject([
    {
      hooks: "legacy",
      outcome: { ends: "refused", errno: -12, first: { verdict: "wrong-space" }, astray: null },
    },
    { hooks: "gart", outcome: { ends: "right", first: null, reads: 4, rightReads: 4 } },
  ]);
});

test("addresses in JSON are the kernel's own on 64 bits too", async () => {
  const line = "matrix -w smoke --platforms ppc64-g5 --hooks dma-handle --layout dart --json";
  const [cell] = JSON.parse((await gartrace(line)).stdout).cells;
  expect(cell.outcome.first.event).toMatchObject({ kind: "register.written", bus: "0x60000000" });
});

describe("memory", () => {
  test("above 4 GB does not fit entries of 32 bits, whatever the hooks are right about", async () => {
    const { stdout } = await gartrace(
      "matrix -w smoke --ram 2G --hooks gart --platforms native-i386,xen-i386",
    );
    expect(stdout.split("\n")[1]!.split(/ {2,}/)).toEqual(["gart", "right", "wrong: 4 of 4 reads"]);
    expect(stdout).toContain(
      "virt_to_gart() in agp_allocate_memory, truncated, from virt_to_gart()",
    );
  });

  test("that is asked for applies where a platform can have it", async () => {
    const { stdout } = await gartrace(
      "matrix -w smoke --hooks legacy --platforms xen-i386,ppc64-g5 --foreign none --layout dart -c u3",
    );
    expect(stdout).toContain("legacy on xen-i386: #");
    expect(stdout).toContain("not-reserved in agp_generic_create_gatt_table");
  });

  test("and its seed, frames and layout stand in the trace, which runs again by them", async () => {
    const folder = freshFolder();
    const options = "--ram 64M --foreign 0x1000-0x1fff -s 7";
    await gartrace(`record smoke -p xen-i386 ${options} -o run.gart`, { folder });
    expect((await gartrace("info run.gart", { folder })).stdout).toContain(
      "ram=64M foreign=0x1000-0x1fff",
    );
    const { code, stdout } = await gartrace("verify run.gart", { folder });
    expect({ code, stdout }).toMatchObject({
      code: 0,
      stdout: expect.stringContaining("gives the same events"),
    });
  });
});

describe.concurrent("what cannot be is refused before anything is recorded:", () => {
  test.each([
    [
      "matrix -c u3 --platforms native-i386",
      "gartrace: no native-i386 has the chipset u3; it can have: intel-440bx, intel-845, i810",
    ],
    ["matrix --platforms native-i386,vax", "gartrace: unknown platform 'vax'; known: native-i386,"],
    [
      "matrix --hooks to=virt_to_nothing",
      "gartrace: unknown function for 'to' 'virt_to_nothing'; known: virt_to_phys, virt_to_bus,",
    ],
    ["matrix --hooks mine", "gartrace: unknown hooks 'mine'; known: legacy, dma-coherent,"],
    ["matrix --ram 900G", "gartrace: no simulated machine has 900G of RAM; it can have 32M to 32G"],
    ["record --ram 1T", "gartrace: '1T' is no size of RAM; write it as 256M or 2G"],
    ["matrix --layout dart --platforms native-i386", "gartrace: native-i386 has no DART;"],
    ["record -p ppc64-g5 --layout vax", "gartrace: unknown layout 'vax'; known: reference, dart"],
    ["record -p ppc64-g5 --foreign none", "gartrace: ppc64-g5 has no other domains;"],
    ["record -p xen-i386 --foreign 0x2-0x1", "gartrace: '0x2-0x1' is no range of machine frames;"],
    ["matrix -w nothing", "gartrace: unknown workload 'nothing'; known:"],
  ])("%s", async (line, message) => {
    const folder = freshFolder();
    const { code, stdout, stderr } = await gartrace(line, { folder });
    expect({ code, stdout, files: readdirSync(folder) }).toEqual({
      code: 2,
      stdout: "",
      files: [],
    });
    expect(stderr).toContain(message);
    expect(stderr.trimEnd().split("\n")).toHaveLength(1);
  });
});
