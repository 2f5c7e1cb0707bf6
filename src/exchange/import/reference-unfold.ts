// reference-unfold.ts - folded lines of a reference recording, into the calls they stand for.
//
// The places are those that the same calls have where a recording is not folded.

import { offset, PAGE_SIZE } from "../../address.ts";
import type { FieldsOf, Line } from "./reference-lines.ts";
import type { fromDevice, toDevice } from "./reference-names.ts";
import type { allocCalls, freeCalls, insertCalls } from "./reference-shapes.ts";

type AllocPage = FieldsOf<"alloc_batch">["pages"][number];
type FreePage = FieldsOf<"free_batch">["pages"][number];

const given =
  (fn: keyof typeof toDevice) =>
  ([arg, , , res]: AllocPage): Line => ["xlate", { fn, in: "agp_allocate_memory", arg, res }];
const takenBack =
  (fn: keyof typeof fromDevice) =>
  ([arg, res]: FreePage): Line => ["xlate.back", { fn, in: "agp_free_memory", arg, res }];

const onAlloc: { [C in (typeof allocCalls)[number]]: (page: AllocPage) => Line } = {
  alloc_page: ([virt, pfn, mfn]) => [
    "alloc_pages",
    { fn: "alloc_page", in: "agp_generic_alloc_page", order: 0, virt, pfn, mfns: [mfn] },
  ],
  "change_page_attr:NOCACHE": ([, pfn]) => [
    "change_page_attr",
    { in: "map_page_into_agp", pfn, count: 1, prot: "NOCACHE" },
  ],
  global_flush_tlb: () => ["cpu_tlb_flush", { in: "map_page_into_agp", fn: "global_flush_tlb" }],
  virt_to_phys: given("virt_to_phys"),
  virt_to_bus: given("virt_to_bus"),
  virt_to_gart: given("virt_to_gart"),
};

const onFree: { [C in (typeof freeCalls)[number]]: (page: FreePage) => Line } = {
  phys_to_virt: takenBack("phys_to_virt"),
  bus_to_virt: takenBack("bus_to_virt"),
  gart_to_virt: takenBack("gart_to_virt"),
  "change_page_attr:CACHED": ([, , pfn]) => [
    "change_page_attr",
    { in: "unmap_page_from_agp", pfn, count: 1, prot: "CACHED" },
  ],
  global_flush_tlb: () => ["cpu_tlb_flush", { in: "unmap_page_from_agp", fn: "global_flush_tlb" }],
  free_page: ([, virt, pfn, mfn]) => [
    "free_pages",
    {
      ...{ fn: "free_page", in: "agp_generic_destroy_page", order: 0 },
      ...{ virt, pfn, mfn, result: "freed" },
    },
  ],
};

type Insert = FieldsOf<"u3_insert_batch">;
const onInsert: { [C in (typeof insertCalls)[number]]: (line: Insert, k: number) => Line } = {
  w32: ({ role, idx, entries }, k) => [
    "w32",
    { role, idx: idx + k, count: 1, val: entries[k]![0], readback: 0, read_twice: 0 },
  ],
  "dcache_flush(4096)": ({ entries }, k) => {
    const start = entries[k]![1];
    return ["dcache_flush", { in: "u3_insert_memory", start, end: offset(start, PAGE_SIZE) }];
  },
};

/** The lines that a line stands for: itself, unless it is folded. */
export function* unfolded(line: Line): Generator<Line> {
  const [shape, fields] = line;
  if (shape === "alloc_batch")
    for (const page of fields.pages) for (const call of fields.per_page) yield onAlloc[call](page);
  else if (shape === "free_batch")
    for (const page of fields.pages) for (const call of fields.per_page) yield onFree[call](page);
  else if (shape === "u3_insert_batch")
    for (const k of fields.entries.keys())
      for (const call of fields.per_page) yield onInsert[call](fields, k);
  else yield line;
}
