// sources.test.ts - where an address came from, for a reader that goes through all events once.

import { describe, expect, test } from "vitest";
import { at } from "../../src/event/field.ts";
import type { Row } from "../../src/event/row.ts";
import { nearestCause, SOURCELESS, Sources } from "../../src/judgement/sources.ts";
import { traceOf } from "../replay/handmade.ts";

const seeRow = (sources: Sources, row: Row): void =>
  sources.see(row[at.seq]!, row[at.kind]!, row[at.cause]!, row[at.place]!, row[at.value]!);

describe("the source of an address", () => {
  const hook = { kind: "hook.called", hook: "virt_to_gart", place: "agp_allocate_memory" };
  const word = { kind: "gatt.written", entry: 1, word: 1 };
  const register = { kind: "register.written", register: 1, word: 1, size: 4 };
  const trace = traceOf([
    hook,
    { ...word, cause: 1 },
    { kind: "device.read", bus: 0, cause: 2 },
    { kind: "dma.mapped", handle: 0, direction: "coherent", bus: 0, size: 1, place: "dma_alloc" },
    { ...register, cause: 4 },
    { ...hook, hook: "virt_to_phys", place: null },
    { ...word, kind: "directory.written", cause: 6 },
    word,
    { kind: "tlb.flushed", which: "gart" },
  ]);
  const rows = [...trace.rows(1, trace.count)].flatMap((some) => [...some.rows]);
  const names = [
    ...Array<string>(3).fill("virt_to_gart in agp_allocate_memory"),
    ...Array<string>(2).fill("a DMA handle in dma_alloc"),
    ...Array<string>(2).fill("virt_to_phys in the kernel"),
    ...[null, null],
  ];
  const nameOf = (sources: Sources, seq: number): string | null => {
    const source = sources.of(seq);
    return source === SOURCELESS ? null : sources.nameOf(source);
  };
  const seeAll = (sources: Sources) => {
    for (const row of rows) seeRow(sources, row);
  };

  test("is the hook call or the DMA mapping at the end of its causes", () => {
    const sources = new Sources(trace, trace.names.places);
    // Asked twice: the second answer is a kept one.
    for (const _ of [1, 2]) expect(rows.map((_, i) => nameOf(sources, i + 1))).toEqual(names);
  });

  test("is known without a look at the trace where the events went by", () => {
    const sources = new Sources({ event: () => undefined }, trace.names.places);
    seeAll(sources);
    for (const seq of [1, 2, 4, 5, 6, 7]) expect(nameOf(sources, seq)).toBe(names[seq - 1]);
  });

  test("is looked up again when many events went by since", () => {
    const sources = new Sources(trace, trace.names.places);
    seeAll(sources);
    seeRow(sources, [...rows[3]!].with(0, 1 + 2 ** 16));
    expect(nameOf(sources, 1)).toBe(names[0]);
    expect(nameOf(sources, 2 + 2 ** 16)).toBe(null);
  });

  test("is found among the causes, the event itself included", () => {
    expect(nearestCause(trace, 3, ["device.read"])?.seq).toBe(3);
    expect(nearestCause(trace, 3, ["hook.called"])?.seq).toBe(1);
    expect(nearestCause(trace, 3, ["dma.mapped"])).toBe(null);
    expect(nearestCause(trace, 99, ["hook.called"])).toBe(null);
  });
});
