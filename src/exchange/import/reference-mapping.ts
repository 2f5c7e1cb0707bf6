// reference-mapping.ts - lines of a reference recording about ioremap, attributes and caches.

import {
  type Bus,
  distance,
  hex,
  machineOf,
  offset,
  PAGE_SIZE,
  type Pfn,
  phys,
  physOf,
  raw,
  untranslated,
} from "../../address.ts";
import type { Of } from "../../event/vocabulary.ts";
import type { FieldsOf, Shape } from "./reference-lines.ts";
import { kernelsOwn, protections, refusals } from "./reference-names.ts";
import { mappedBy, meantBy, type Readers, type Reading } from "./reference-reading.ts";

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
  mb: ({ machine }, { in: place }) => {
    machine.emit({ kind: "cache.flushed", ...driver, place, way: "mb" });
  },
  dcache_flush: ({ machine, pageOffset }, { in: place, start, end }) => {
    const address = phys(raw(start) - pageOffset);
    machine.emit({
      kind: "cache.flushed",
      ...driver,
      place,
      way: "flush_dcache_range",
      virt: start,
      phys: address,
      machine: machine.state.machineOf(address),
      size: distance(start, end),
    });
  },

  ioremap: (reading, line) =>
    remap(reading, line, (bytes) => ({
      reached: machineOf(line.mfns[bytes / PAGE_SIZE]!),
      ...meantBy(reading, line.phys, bytes),
    })),
  "ioremap.mmio": (reading, line) =>
    remap(reading, line, (bytes) => ({ reached: offset(untranslated(line.phys), bytes) })),
  "ioremap.failed": (reading, { fn: text, in: place, phys: asked, size, kind, mfns }) => {
    mfns.forEach((frame, k) => {
      if (!mayBehind(reading, asked, k).includes(raw(machineOf(frame))))
        throw reading.refuse(`frame ${k} of ${hex(asked)} is neither the page's nor the next one`);
    });
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
  iounmap: (reading, { map, cookie }) => {
    const { machine, mapped, refuse } = reading;
    const was = mappedBy(reading, map, "unmaps");
    if (raw(was.cookie) !== raw(cookie)) throw refuse(`unmaps map ${map} at another cookie`);
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

/** One event a page, with what `behind` says of the page so many bytes on. */
function remap(
  { machine, mapped }: Reading,
  line: FieldsOf<"ioremap.mmio"> | FieldsOf<"ioremap">,
  behind: (bytes: number) => Pick<Of<"table.remapped">, "reached">,
): void {
  const { fn: way, in: place, phys: asked, cookie, size } = line;
  for (let bytes = 0; bytes < size; bytes += PAGE_SIZE)
    machine.emit({
      kind: "table.remapped",
      actor: "kernel",
      place,
      way,
      page: (raw(cookie) + bytes) / PAGE_SIZE,
      virt: offset(cookie, bytes),
      bus: offset(asked, bytes),
      size: PAGE_SIZE,
      ...behind(bytes),
    });
  mapped.set(line.map, { cookie, pages: size / PAGE_SIZE });
}

/** What may lie behind a page that ioremap was asked for: that machine page, or the page meant. */
function mayBehind(reading: Reading, asked: Bus, page: number): (number | null)[] {
  const bytes = page * PAGE_SIZE;
  const meant = meantBy(reading, asked, bytes).machine;
  return [raw(offset(asked, bytes)), meant == null ? null : raw(meant)];
}

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
