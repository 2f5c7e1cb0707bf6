// reference-unfold.ts - folded lines of a reference recording, into the calls they stand for.
//
// The places are those that the same calls have where a recording is not folded.

import { raw } from "../../address.ts";
import type { allocCalls, FieldsOf, freeCalls, Line } from "./reference-lines.ts";
import type { translations } from "./reference-names.ts";

type Hook = keyof typeof translations;
type AllocPage = FieldsOf<"alloc_batch">["pages"][number];
type FreePage = FieldsOf<"free_batch">["pages"][number];

const given =
  (fn: Hook) =>
  ([virt, , , res]: AllocPage): Line => [
    "xlate",
    { fn, in: "agp_allocate_memory", arg: raw(virt), res },
  ];
const takenBack =
  (fn: Hook) =>
  ([arg, virt]: FreePage): Line => ["xlate", { fn, in: "agp_free_memory", arg, res: raw(virt) }];

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

/** The lines that a line stands for: itself, unless it is folded. */
export function* unfolded(line: Line): Generator<Line> {
  const [shape, fields] = line;
  if (shape === "alloc_batch")
    for (const page of fields.pages) for (const call of fields.per_page) yield onAlloc[call](page);
  else if (shape === "free_batch")
    for (const page of fields.pages) for (const call of fields.per_page) yield onFree[call](page);
  else yield line;
}
