// chipsets.test.ts - what the recordings of other chipsets than the 440BX say in events.

import { expect, test } from "vitest";
import type { RegisterIndex } from "../../../../src/address.ts";
import { bdfOf, registerNumber } from "../../../../src/event/register.ts";
import { at, type Imported, imported, ofKind } from "./imported.ts";

const named = (name: string) => `traces/reference/${name}.jsonl.gz`;
const mmio = (device: string, offset: number) => registerNumber("mmio", bdfOf(device), offset);
const config = (device: string, offset: number) => registerNumber("config", bdfOf(device), offset);

const usesOf = (trace: Imported) =>
  ofKind(trace, "page.allocated").map(({ by, use, size }) => `${by} ${use} ${size / 4096}`);
const writesTo = (trace: Imported, register: RegisterIndex) =>
  ofKind(trace, "register.written").filter((written) => written.register === register);

test("tells Irongate's directory from its sixteen tables", async () => {
  const trace = await imported(named("xen-i386.gart.amd-irongate.smoke"));
  expect(usesOf(trace)).toEqual([
    "__get_free_page directory 1",
    ...Array(16).fill("__get_free_page gatt 1"),
    ...Array(4).fill("alloc_page agp 1"),
  ]);
  const entries = ofKind(trace, "gatt.written").map(({ entry }) => entry);
  expect(entries.slice(0, 16384)).toEqual(Array.from({ length: 16384 }, (_, i) => i));
  const filled = ofKind(trace, "directory.written").filter(({ bus }) => bus != null);
  expect(filled.map(({ entry }) => entry)).toEqual(Array.from({ length: 16 }, (_, i) => 896 + i));
  // The tables stay where Xen scattered them; each word was asked for by a hook call of its own.
  expect(filled[1]).toMatchObject({
    ...{ actor: "driver", word: 0x4e0db001, phys: 0x1002000 },
    ...{ machine: 0x4e0db000, bus: 0x4e0db000, reached: 0x4e0db000 },
  });
  expect(at(trace, filled[1]!.cause)).toMatchObject({ hook: "virt_to_gart", phys: 0x1002000 });
  const reads = ofKind(trace, "directory.read");
  expect(reads.at(-1)).toEqual({
    ...{ kind: "directory.read", actor: "driver" },
    ...{ entry: filled[15]!.entry, word: filled[15]!.word },
  });
});

test("tells Irongate's registers in memory from those in configuration space", async () => {
  const trace = await imported(named("xen-i386.gart.amd-irongate.smoke"));
  const mapped = ofKind(trace, "table.remapped").filter(
    ({ function: caller }) => caller === "ioremap",
  );
  expect(mapped).toEqual([
    {
      ...{ kind: "table.remapped", actor: "kernel", place: "amd_irongate_configure" },
      ...{ function: "ioremap", page: 0xd0822, virt: 0xd0822000, size: 4096 },
      ...{ bus: 0xfc000000, reached: 0xfc000000 },
    },
  ]);
  const [base] = writesTo(trace, mmio("0000:00:00.0", 0x04));
  expect(base).toMatchObject({ word: 0x40c21000, size: 4, phys: 0x1000000, machine: 0x40c21000 });
  expect(at(trace, base!.cause)).toMatchObject({
    ...{ kind: "hook.called", place: "amd_create_gatt_table" },
  });
  expect(writesTo(trace, mmio("0000:00:00.0", 0x0c))).not.toEqual([]);
  expect(writesTo(trace, config("0000:00:00.0", 0xb0))).toMatchObject([{ word: 0x80, size: 1 }]);
  const [init] = ofKind(trace, "op.ended");
  expect((init!.result.dir_dump as unknown[]).length).toBe(16);
  expect((init!.result.dir_dump as unknown[])[1]).toEqual([897, "0x4e0db001"]);
});

test("writes i810's table once through the mapping and once through its window", async () => {
  const trace = await imported(named("xen-i386.gart.i810.argb"));
  expect(usesOf(trace).slice(0, 3)).toEqual([
    ...["alloc_page scratch 1", "__get_free_pages gatt 16", "alloc_pages agp 4"],
  ]);
  const written = ofKind(trace, "gatt.written");
  // All its words name the scratch page.
  expect(written.slice(0, 32768).every(({ word }) => word === 0x40c21001)).toBe(true);
  expect(written.slice(0, 32768).filter(({ virt }) => virt == null)).toHaveLength(16384);
  expect(written[16384 + 5]).toMatchObject({ entry: 5, virt: 0xd0811000 + 0x10000 + 4 * 5 });
  expect(ofKind(trace, "gatt.read")[16384 + 5]).toEqual({
    ...{ kind: "gatt.read", actor: "driver", entry: 5, word: 0x40c21001 },
    virt: written[16384 + 5]!.virt,
  });
  const [base] = writesTo(trace, mmio("0000:00:01.0", 0x2020));
  expect(base).toMatchObject({ word: 0x80000001, bus: 0x80000000, machine: 0x80000000 });
  expect(ofKind(trace, "op.ended")[8]!.result).toMatchObject({ gatt_used: 4, hw_ok: 1, hw_bad: 3 });
});

test("follows i810's four pages from the one number that was asked for", async () => {
  const trace = await imported(named("xen-i386.gart.i810.argb"));
  const four = trace.events.filter(({ op, event }) => op === 8 && event.kind === "gatt.written");
  expect(four.map(({ event }) => event)).toMatchObject([
    { entry: 0, phys: 0x1020000, machine: 0x457c1000, reached: 0x457c1000 },
    { entry: 1, phys: 0x1021000, machine: 0x4c21e000, reached: 0x457c2000 },
    { entry: 2, phys: 0x1022000, machine: 0x42c7b000, reached: 0x457c3000 },
    { entry: 3, phys: 0x1023000, machine: 0x496d8000, reached: 0x457c4000 },
  ]);
  const [hook, ...others] = new Set(four.map(({ event }) => event.cause));
  expect(others).toEqual([]);
  expect(at(trace, hook)).toMatchObject({ place: "alloc_agpphysmem_i8xx", phys: 0x1020000 });
});

test("unmaps a device's registers without a change of any page's attribute", async () => {
  const trace = await imported(named("xen-i386.gart.i810.argb"));
  const gone = ofKind(trace, "table.remapped").filter(
    ({ function: caller }) => caller === "iounmap",
  );
  expect(gone).toHaveLength(128 + 16);
  const last = trace.events.findIndex(({ event }) => event === gone[127]);
  expect(trace.events[last + 1]!.event).toBe(gone[128]);
});

test("tells the 845's registers by the width they are met at", async () => {
  const trace = await imported(named("xen-i386.gart.intel-845.smoke"));
  expect(writesTo(trace, config("0000:00:00.0", 0x51))).toMatchObject([{ word: 2, size: 1 }]);
  expect(writesTo(trace, config("0000:00:00.0", 0x50))).toMatchObject([{ word: 0, size: 2 }]);
});
