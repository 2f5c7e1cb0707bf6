// g5.test.ts - what the recordings of the PowerMac G5 say in events: 64 bits, an IOMMU, a cache.

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { bdfOf, registerNumber } from "../../../../src/event/register.ts";
import { at, type Imported, imported, ofKind } from "./imported.ts";

const named = (name: string) => `traces/reference/${name}.jsonl.gz`;
const GART_BASE = registerNumber("config", bdfOf("0000:f0:0b.0"), 0x8c);
const basesOf = (trace: Imported) =>
  ofKind(trace, "register.written").filter(({ register }) => register === GART_BASE);

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "gartrace-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** A recording of one `init` on the G5 whose RAM is above 4 GB, in which these lines stand. */
async function ofInit(...lines: readonly object[]): Promise<Imported> {
  const run = { ev: "run", format: 1, platform: "ppc64-g5hi", hookset: "gart", chipset: "u3" };
  const all = [
    { ...run, n: 0, op: -1, workload: "none", source: "none", page_offset: "0xc000000000000000" },
    ...[{ ev: "call", fn: "init" }, ...lines, { ev: "ret", fn: "init", ret: 0 }].map((line, i) => ({
      n: i + 1,
      op: 0,
      ...line,
    })),
  ];
  const path = join(folder, "recording.jsonl");
  writeFileSync(path, all.map((line) => JSON.stringify(line)).join("\n"));
  return imported(path);
}
const table = {
  ...{ ev: "alloc_pages", fn: "__get_free_page", in: "uninorth_create_gatt_table", order: 0 },
  ...{ virt: "0xc000000141010000", pfn: "0x141010", mfns: ["0x141010"] },
};

test("keeps kernel addresses relative to the bottom of the kernel's half", async () => {
  const trace = await imported(named("ppc64-g5.gart.u3.smoke"));
  const { about } = trace;
  expect(about).toMatchObject({ virtBase: 0xc000000000000000n, physIsMachine: true });
  const tables = ofKind(trace, "page.allocated").filter(({ use }) => use === "gatt");
  expect(tables).toMatchObject([
    { place: "uninorth_create_gatt_table", virt: 0x1010000, phys: 0x1010000, machine: 0x1010000 },
  ]);
  expect(at(trace, basesOf(trace)[0]!.cause)).toMatchObject({
    ...{ hook: "virt_to_gart", virt: 0x1010000, bus: 0x1010000 },
  });
});

test("says no address of a pointer that is outside the kernel's half", async () => {
  const trace = await imported(named("ppc64-g5.gart.u3.oom"));
  const [, , oops] = ofKind(trace, "fault.raised");
  expect(oops).toMatchObject({ fault: "oops", text: "NULL/invalid pointer dereference" });
  expect(oops!.virt).toBeNull();
});

test("refuses a kernel address that is outside the kernel's half", async () => {
  await expect(ofInit({ ...table, virt: "0x141010000" })).rejects.toThrow(
    /:3: field 'virt': 0x141010000 is not in the kernel's half of the addresses/,
  );
});

test("maps coherent memory in the IOMMU, which the chipset then goes round", async () => {
  const trace = await imported(named("ppc64-g5.dma_coherent.u3.smoke"));
  expect(trace.about.hooks).toBe("dma-handle");
  const page = { phys: 0x1010000, machine: 0x1010000 };
  const place = "uninorth_create_gatt_table";
  const mapped = ofKind(trace, "iommu.mapped");
  expect(mapped).toEqual([
    {
      ...{ kind: "iommu.mapped", actor: "kernel", place, page: 0x80000, size: 65536 },
      ...{ ...page, bus: 0x80000000, reached: 0x1010000 },
    },
  ]);
  const after = trace.events.find(({ event }) => event === mapped[0])!.seq + 1;
  expect(at(trace, after)).toMatchObject({ kind: "dma.mapped", place, reached: 0x1010000 });
  expect(basesOf(trace)).toMatchObject([
    { word: 0x80000010, cause: after, ...page, bus: 0x80000000, reached: 0x80000000 },
  ]);
  const kinds = trace.events.map(({ event }) => event.kind);
  const unmapped = kinds.indexOf("iommu.unmapped");
  expect(trace.events[unmapped]!.event).toMatchObject({ page: 0x80000, bus: 0x80000000 });
  expect(kinds[unmapped + 1]).toBe("dma.unmapped");
});

test("finds the whole address of a table whose register holds the low half of it", async () => {
  const trace = await ofInit(
    table,
    {
      ...{ ev: "xlate", fn: "virt_to_gart", in: table.in },
      ...{ arg: "0xc000000141010000", phys: "0x141010000", res: "0x141010000" },
    },
    { ev: "pci_w", dev: "0000:f0:0b.0", off: "0x8c", w: 4, val: "0x41010010" },
  );
  const [base] = basesOf(trace);
  expect(base).toMatchObject({
    ...{ word: 0x41010010, bus: 0x141010000, reached: 0x141010000 },
    ...{ phys: 0x141010000, machine: 0x141010000 },
  });
  expect(at(trace, base!.cause)).toMatchObject({ hook: "virt_to_gart", virt: 0x141010000 });
});

test("shows each line of the cache that the driver empties, and each barrier", async () => {
  const trace = await imported(named("ppc64-g5.gart.u3.smoke"));
  const flushed = ofKind(trace, "cache.flushed");
  expect(flushed[0]).toEqual({
    ...{ kind: "cache.flushed", actor: "driver", place: "uninorth_create_gatt_table" },
    ...{ instruction: "flush_dcache_range", virt: 0x1010000, phys: 0x1010000, machine: 0x1010000 },
    size: 0xffff,
  });
  expect(flushed[1]).toEqual({
    ...{ kind: "cache.flushed", actor: "driver", place: "null_cache_flush", instruction: "mb" },
  });
});

test("unfolds a folded entry into the write and the flush that smoke shows", async () => {
  const single = await imported(named("ppc64-g5.gart.u3.smoke"));
  const folded = await imported(named("ppc64-g5.gart.u3.testgart"));
  const bound = ({ events }: Imported, pages: number) => {
    const from = events.findIndex(
      ({ event }) => event.kind === "op.began" && event.name === "bind",
    );
    const within = events.slice(from).map(({ event: { cause, ...event } }) => event);
    const first = within.findIndex(({ kind }) => kind === "gatt.written");
    return within.slice(first, first + 2 * pages);
  };
  expect(bound(folded, 4)).toEqual(bound(single, 4));
  expect(new Set(bound(folded, 1024).map(({ kind }) => kind)).size).toBe(2);
});

test("keeps the digits of a count that no number of JavaScript holds, and a printk's own level", async () => {
  const trace = await imported(named("ppc64-g5.legacy.u3.errors"));
  const most = ofKind(trace, "op.began").filter(({ arguments: { pages } }) => Number(pages) > 1e6);
  expect(most.map(({ arguments: { pages } }) => pages)).toEqual(["18446744073709551615"]);
  const occupied = ofKind(trace, "message.logged").filter(({ level }) => level === "default");
  expect(occupied[0]!.text).toBe("u3_insert_memory: entry 0x2 occupied (80001020)");
});
