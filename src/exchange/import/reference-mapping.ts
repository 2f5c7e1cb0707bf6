// reference-mapping.ts - lines of a reference recording about ioremap, attributes and caches.

import { machineOf, offset, PAGE_SIZE, type Pfn, physOf, raw } from "../../address.ts";
import type { Of } from "../../event/vocabulary.ts";
import type { Shape } from "./reference-lines.ts";
import { kernelsOwn, protections, refusals } from "./reference-names.ts";
import { meantBy, type Readers, type Reading } from "./reference-reading.ts";

export const mapping = {
  SetPageReserved: (reading, line) => attribute(reading, "reserved", driver, line),
  ClearPageReserved: (reading, line) => attribute(reading, "unreserved", driver, line),
  change_page_attr: (reading, line) =>
    attribute(reading, protections[line.prot], within(line.in), line),
  cpu_tlb_flush: ({ machine }, line) => {
    machine.emit({ kind: "tlb.flushed", ...within(line.in), which: "cpu" });
  },
  cache_flush: ({ machine }, { insn }) => {
    machine.emit({ kind: "cache.flushed", ...driver, way: insn });
  },

  ioremap: (reading, { fn: way, in: place, phys: asked, cookie, map, mfns }) => {
    mfns.forEach((frame, k) => {
      const bytes = k * PAGE_SIZE;
      reading.machine.emit({
        kind: "table.remapped",
        actor: "kernel",
        place,
        way,
        page: raw(cookie) / PAGE_SIZE + k,
        virt: offset(cookie, bytes),
        bus: offset(asked, bytes),
        reached: machineOf(frame),
        size: PAGE_SIZE,
        ...meantBy(reading, asked, bytes),
      });
    });
    reading.mapped.set(map, { cookie, pages: mfns.length });
  },
  "ioremap.failed": (reading, { fn: text, in: place, phys: asked, size, kind, mfns }) => {
    reading.machine.emit({
      kind: "fault.raised",
      actor: "kernel",
      place,
      fault: refusals[kind],
      text,
      bus: asked,
      reached: machineOf(mfns[0]!),
      size,
      ...meantBy(reading, asked),
    });
  },
  iounmap: ({ machine, mapped, refuse }, { map }) => {
    const was = mapped.get(map);
    if (was === undefined) throw refuse(`unmaps map ${map}, which no line before it makes`);
    mapped.delete(map);
    for (let k = 0; k < was.pages; k++)
      machine.emit({
        kind: "table.remapped",
        actor: "kernel",
        way: "iounmap",
        page: raw(was.cookie) / PAGE_SIZE + k,
        virt: offset(was.cookie, k * PAGE_SIZE),
        size: PAGE_SIZE,
      });
  },
} satisfies Partial<Readers<Shape>>;

type Who = { readonly actor: "driver" | "kernel"; readonly place?: string };
const driver: Who = { actor: "driver" };
/** Who changes a mapping here: the driver, but for what ioremap does of its own accord. */
const within = (place: string): Who => ({
  actor: kernelsOwn.has(place) ? "kernel" : "driver",
  place,
});

function attribute(
  { machine }: Reading,
  attribute: Of<"attribute.changed">["attribute"],
  who: Who,
  { pfn, count }: { pfn: Pfn; count: number },
): void {
  const size = count * PAGE_SIZE;
  machine.emit({ kind: "attribute.changed", ...who, attribute, phys: physOf(pfn), size });
}
