// search-by-hand.test.ts - each condition of a search leaves what meets it and nothing else, by the index and by reading.

import { expect, test } from "vitest";
import { pfn } from "../../src/address.ts";
import { subjectCode } from "../../src/event/field.ts";
import type { Search } from "../../src/event/trace.ts";
import { changing } from "../../src/machine/apply.ts";
import { matches } from "../memory-trace.ts";
import { busyTrace } from "../replay/busy.ts";
import { storedAt } from "../replay/stored.ts";
import { changeAndSeal } from "./changed.ts";
import { reading } from "./sample.ts";

const busy = busyTrace();
const events = [...busy.events()];
const pages = {
  first: subjectCode("allocation", pfn(0x1000)),
  last: subjectCode("allocation", pfn(0x1003)),
};

test.each<Omit<Search, "from" | "to">>([
  {},
  { unproven: true },
  { unproven: true, actor: "card" },
  { subjects: pages },
  { subjects: pages, kinds: changing },
  { subjects: pages, kinds: changing, wide: true },
  { subject: pages.first, kinds: ["page.allocated"] },
  { phys: { first: 0x1000000, last: 0x1001000 } },
  { phys: { first: 0x1000000, last: 0x1001000 }, kinds: ["attribute.changed"] },
  { phys: { first: 0x1000000, last: 0x1001000 }, kinds: ["attribute.changed", "p2m.set"] },
  { place: "xen_contig_memory", kinds: ["p2m.set"] },
  { op: 7 },
])("%j", async (wanted) => {
  const path = await storedAt(busy, 5);
  for (const isIndexed of [true, false]) {
    if (!isIndexed) changeAndSeal(path, "UPDATE trace SET indexed = NULL");
    reading(path, (trace) => {
      for (const backwards of [false, true])
        for (const [from, to] of [
          [1, busy.count],
          [6, 45],
        ] as const) {
          const search = { ...wanted, from, to, backwards };
          const found = events.filter((one) => matches(one, search)).map(({ seq }) => seq);
          const seqs = [...trace.search(search)].map(({ seq }) => seq);
          expect(seqs).toEqual(backwards ? found.reverse() : found);
        }
    });
  }
});
