// reference-memory.ts - the lines of a reference recording about memory: pages and their frames.

import {
  hex,
  type Mfn,
  machineOf,
  offset,
  PAGE_SIZE,
  type Pfn,
  physOf,
  raw,
  untranslated,
  type Virt,
  virt,
} from "../../address.ts";
import { uses } from "../../event/memory.ts";
import type { Of } from "../../event/vocabulary.ts";
import type { Machine } from "../../machine/machine.ts";
import type { Shape } from "./reference-lines.ts";
import { usesOf } from "./reference-names.ts";
import { entered, type Readers, type Reading } from "./reference-reading.ts";

export const memory = {
  alloc_pages: (reading, line) => allocate(reading, line.fn, line.in, line),
  "alloc_pages.failed": (reading, { fn, in: place, order }) =>
    outOfMemory(reading, place, fn, PAGE_SIZE * 2 ** order),
  free_pages: ({ machine, refuse }, { fn: by, in: place, order, virt, pfn, mfn }) => {
    const owner = machine.state.allocationOf(raw(pfn));
    if (owner === null) throw refuse("frees a page that no line before it allocates");
    machine.emit({
      kind: "page.freed",
      actor: "kernel",
      place,
      by,
      use: uses[owner.use]!,
      allocation: raw(pfn),
      size: PAGE_SIZE * 2 ** order,
      virt,
      phys: physOf(pfn),
      machine: machineOf(mfn),
    });
  },
  alloc_gatt_pages: (reading, line) => entered(reading, `alloc_gatt_pages(${line.order})`, line.in),
  free_gatt_pages: (reading, line) =>
    entered(reading, `free_gatt_pages(${line.virt}, ${line.order})`, line.in),

  xen_contig_memory: (reading, { pfn, mfns_before, mfns_after }) => {
    allocateCoherent(reading, { pfn, mfns: mfns_before });
    const { machine } = reading;
    for (const change of changes("p2m.cleared", pfn, mfns_before)) machine.emit(change);
    for (const change of changes("p2m.set", pfn, mfns_after)) machine.emit(change);
  },
  dma_alloc_coherent: (reading, { in: place, size, virt, pfn, mfns, bus }) => {
    allocateCoherent(reading, { pfn, mfns });
    const { machine, hasIommu, given } = reading;
    meet(machine, { pfn, mfns });
    const at = { phys: physOf(pfn), machine: machineOf(mfns[0]!) };
    const reached = hasIommu ? at.machine : untranslated(bus);
    const by = { actor: "kernel", place } as const;
    const page = raw(bus) / PAGE_SIZE;
    if (hasIommu) machine.emit({ kind: "iommu.mapped", ...by, page, bus, ...at, reached, size });
    const seq = machine.emit({
      kind: "dma.mapped",
      ...by,
      handle: raw(bus),
      way: "coherent",
      virt,
      ...at,
      bus,
      reached,
      size,
    });
    given.byHandle(bus, { seq, phys: at.phys });
  },
  // What fails in it is the allocation of its pages, which has no line of its own.
  "dma_alloc_coherent.failed": (reading, { size }) =>
    outOfMemory(reading, "dma_alloc_coherent", "__get_free_pages", size),
  dma_free_coherent: ({ machine, hasIommu }, { in: place, size, virt, bus }) => {
    const by = { actor: "kernel", place } as const;
    const page = raw(bus) / PAGE_SIZE;
    if (hasIommu) machine.emit({ kind: "iommu.unmapped", ...by, page, bus, size });
    machine.emit({
      kind: "dma.unmapped",
      ...by,
      handle: raw(bus),
      way: "coherent",
      virt,
      bus,
      size,
    });
  },
} satisfies Partial<Readers<Shape>>;

/** Consecutive pages and the frame of each. */
interface Run {
  readonly pfn: Pfn;
  readonly mfns: readonly Mfn[];
}

function allocate(
  reading: Reading,
  by: Of<"page.allocated">["by"],
  place: keyof typeof usesOf,
  { virt, pfn, mfns }: Run & { readonly virt: Virt },
): void {
  const { machine, pageOffset, refuse } = reading;
  if (raw(virt) !== raw(physOf(pfn)) + pageOffset)
    throw refuse(`the page at ${hex(virt)} is not frame ${hex(pfn)} of the kernel's mapping`);
  meet(machine, { pfn, mfns });
  machine.emit({
    kind: "page.allocated",
    actor: "kernel",
    place,
    by,
    use: useOf(reading, place),
    allocation: raw(pfn),
    size: mfns.length * PAGE_SIZE,
    virt,
    phys: physOf(pfn),
    machine: machineOf(mfns[0]!),
  });
}

/** What pages are for: two functions ask for pages of two uses. */
function useOf({ machine, operation }: Reading, place: keyof typeof usesOf) {
  if (place === "agp_generic_alloc_page" && operation === "init") return "scratch";
  if (place.endsWith("_create_page_map")) {
    const { directory, scratchDirectory } = machine.state;
    if (directory.size === 0) return "directory";
    // ServerWorks has a second one, before the pages of entries.
    if (place === "serverworks_create_page_map" && scratchDirectory.size === 0)
      return "scratch-directory";
  }
  return usesOf[place];
}

/** An entry of the P2M table is told of when the recording first meets its page, or finds it changed. */
function meet(machine: Machine, { pfn, mfns }: Run): void {
  const { nature, p2m } = machine.state;
  if (nature.physIsMachine) return;
  for (const { page, ...change } of changes("p2m.set", pfn, mfns))
    if (p2m.get(page) !== raw(mfns[page - raw(pfn)]!))
      machine.emit({ ...change, page, actor: "hypervisor", place: null });
}

/** The recorder leaves out the allocation inside dma_alloc_coherent, though not its freeing. */
function allocateCoherent(reading: Reading, { pfn, mfns }: Run): void {
  if (reading.machine.state.allocationOf(raw(pfn)) !== null) return;
  const address = virt(raw(physOf(pfn)) + reading.pageOffset);
  allocate(reading, "__get_free_pages", "dma_alloc_coherent", { virt: address, pfn, mfns });
}

/** The P2M events of an exchange of frames, a page each. */
const changes = <K extends "p2m.set" | "p2m.cleared">(kind: K, pfn: Pfn, mfns: readonly Mfn[]) =>
  mfns.map((frame, i) => ({
    kind,
    actor: "kernel" as const,
    place: "xen_contig_memory",
    page: raw(pfn) + i,
    phys: offset(physOf(pfn), i * PAGE_SIZE),
    machine: machineOf(frame),
  }));

function outOfMemory({ machine }: Reading, place: string, text: string, size: number): void {
  machine.emit({ kind: "fault.raised", actor: "kernel", place, fault: "no-memory", text, size });
}
