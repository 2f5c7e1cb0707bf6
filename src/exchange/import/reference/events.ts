// events.ts - the events that the lines of a reference recording stand for.

import {
  type Bus,
  bus,
  busPageOf,
  directoryIndex,
  distance,
  gattIndex,
  hex,
  linearPhys,
  linearVirt,
  lowBits,
  type Machine as MachineAddress,
  type Mfn,
  machineOf,
  mfnOf,
  offset,
  PAGE_SIZE,
  type Pfn,
  type Phys,
  pfnOf,
  pfnOnBareMetal,
  phys,
  physOf,
  type RegisterIndex,
  tablePage,
  untranslated,
  type Virt,
  vpnOf,
  WORD_SIZE,
} from "../../../address.ts";
import type { Chipset } from "../../../chipset/chipset.ts";
import { uses } from "../../../event/memory.ts";
import { levels } from "../../../event/op.ts";
import { bdfOf, msrNumber, registerNumber } from "../../../event/register.ts";
import type { Event, Of } from "../../../event/vocabulary.ts";
import type { Machine } from "../../../machine/machine.ts";
import { allocatedAt } from "../../../machine/memory.ts";
import type { State } from "../../../machine/state.ts";
import {
  fromDevice,
  kernelsOwn,
  PTE_WINDOW,
  protections,
  refusals,
  toDevice,
  usesOf,
} from "./names.ts";
import type { FieldsOf, Line, Shape } from "./schema.ts";

/** The event that handed out a number, and the page that the number was asked for. */
interface Origin {
  readonly seq: number;
  readonly phys: Phys;
}

/** The origin of each number that a hook or a DMA mapping has handed out so far. */
export class Provenance {
  readonly #byHook = new Map<Bus, Origin>();
  readonly #byHandle = new Map<Bus, Origin>();
  /** The latest number with these low 32 bits. */
  readonly #byLow = new Map<Bus, Bus>();

  addHookResult(number: Bus, origin: Origin): void {
    this.#byHook.set(number, origin);
    this.#byLow.set(lowBits(number, 32), number);
  }

  /** A DMA handle counts only where no hook returned the same number: drivers call hooks last. */
  addHandle(handle: Bus, origin: Origin): void {
    this.#byHandle.set(handle, origin);
    this.#byLow.set(lowBits(handle, 32), handle);
  }

  originOf(number: Bus): Origin | undefined {
    return this.#byHook.get(number) ?? this.#byHandle.get(number);
  }

  /** The number that a register of 32 bits stands for: `low` itself where it has an origin or none matches. */
  fullWidth(low: Bus): Bus {
    return this.originOf(low) === undefined ? (this.#byLow.get(low) ?? low) : low;
  }
}

/** A recording while it is imported: the machine so far, and what later lines refer to. */
export interface Reading {
  readonly chipset: Chipset;
  /** virt - phys, in the kernel's linear mapping of its memory. */
  readonly pageOffset: number;
  /** Whether coherent memory is mapped in an IOMMU. */
  readonly hasIommu: boolean;
  readonly machine: Machine;
  /** The name of the current operation. */
  operation: string;
  readonly provenance: Provenance;
  /** What ioremap mapped, by its id. */
  readonly mapped: Map<number, { readonly cookie: Virt; readonly pages: number }>;
  /** An error with the file and line of the recording. */
  refuse(complaint: string): Error;
}

/** For each shape of line, the function that emits its events. */
type Emitters<S extends Shape> = {
  readonly [One in S]: (reading: Reading, line: FieldsOf<One>) => void;
};

/** The page that a number was handed out for, `bytes` further on; empty where it has no origin. */
function intendedPage({ machine, provenance }: Reading, number: Bus, bytes = 0) {
  const origin = provenance.originOf(number);
  if (origin === undefined) return {};
  const phys = offset(origin.phys, bytes);
  return { cause: origin.seq, phys, machine: machine.state.machineOf(phys) };
}

/** The mapping with that id; `does` is the verb of the complaint where no earlier line makes it. */
function mappingOf({ mapped, refuse }: Reading, map: number, does: string) {
  const mapping = mapped.get(map);
  if (mapping === undefined) throw refuse(`${does} map ${map}, which no line before it makes`);
  return mapping;
}

/** A call of a kernel function that has no event of its own: its arguments as text. */
export function entered({ machine }: Reading, text: string, place: string | null = null): void {
  machine.emit({ kind: "call.entered", actor: "kernel", place, text });
}

export function returned(
  { machine }: Reading,
  text: string,
  result: number,
  place: string | null = null,
): void {
  machine.emit({ kind: "call.returned", actor: "kernel", place, text, result });
}

const driverLines = {
  probe: (reading, { driver, dev, vendor, device }) => {
    const ids = [vendor, device].map((id) => id.slice("0x".length).padStart(4, "0"));
    entered(reading, `${driver} probe ${dev} ${ids.join(":")}`);
  },
  probe_ret: (reading, { ret }) => returned(reading, "probe", ret),
  remove: (reading, { driver, dev }) => entered(reading, `${driver} remove ${dev}`),
  pci_find_capability: (reading, line) =>
    returned(reading, `pci_find_capability(${line.dev}, ${line.cap})`, line.res, line.in),
  pci_find_slot: (reading, { in: place, bus, devfn, res }) =>
    returned(reading, `pci_find_slot(${bus}, ${hex(devfn)})`, res === null ? 0 : 1, place),
  msleep: (reading, { ms }) => entered(reading, `msleep(${ms})`),
  request_mem_region: (reading, { in: place, start, size, name }) =>
    entered(reading, `request_mem_region(${hex(start)}, ${size}, ${name})`, place),
  release_mem_region: (reading, { in: place, start, size }) =>
    entered(reading, `release_mem_region(${hex(start)}, ${size})`, place),
  release_resource: (reading, { start, end }) =>
    entered(reading, `release_resource(${hex(start)}, ${hex(end)})`),
  frontend: (reading, { fn, ret }) =>
    ret === undefined ? entered(reading, fn) : returned(reading, fn, ret),
  printk: ({ machine }, { lvl, msg }) => {
    machine.emit({ kind: "message.logged", actor: "driver", level: levels.at(lvl)!, text: msg });
  },
  oops: ({ machine }, { why, addr }) => {
    machine.emit({ kind: "fault.raised", actor: "kernel", fault: "oops", text: why, virt: addr });
  },

  pci_r: (reading, line) => readRegister(reading, inConfig(line), line),
  pci_w: (reading, line) => writeRegister(reading, inConfig(line), line),
  rdmsr: (reading, line) => readRegister(reading, msrNumber(line.msr), wholeMsr(line)),
  wrmsr: (reading, line) => writeRegister(reading, msrNumber(line.msr), wholeMsr(line)),
  mmio_r: (reading, line) => readRegister(reading, inMmio(reading, line), line),
  mmio_w: (reading, line) =>
    writeRegister(reading, inMmio(reading, line), line, meantForEntry(reading, line)),

  w32: (reading, line) => {
    const { table } = line.role;
    for (const [i, entry, fields] of wordsOf(reading, line, "writes to")) {
      const address = decoded(reading, table, fields.word);
      const addresses = address === null ? {} : addressesOf(reading, address);
      const event = (access: "written" | "read", more: object) =>
        wordEvent(reading, line, access, entry, { ...fields, ...more });
      reading.machine.emit(event("written", addresses));
      if (i < line.readback) reading.machine.emit(event("read", {}));
    }
  },
  r32: (reading, line) => {
    for (const [i, entry, fields] of wordsOf(reading, line, "reads")) {
      const read = wordEvent(reading, line, "read", entry, fields);
      reading.machine.emit(read);
      if (i < line.read_twice) reading.machine.emit(read);
    }
  },

  xlate: (reading, line) => {
    const { arg, res } = line;
    const { seq, phys } = called(reading, line, toDevice[line.fn], arg, res);
    const pages = line.in === COUNTS_UP ? pagesAt(reading, phys) : 1;
    for (let bytes = 0; bytes < pages * PAGE_SIZE; bytes += PAGE_SIZE)
      reading.provenance.addHookResult(bus(res + bytes), { seq, phys: offset(phys, bytes) });
  },
  "xlate.back": (reading, line) => {
    called(reading, line, fromDevice[line.fn], line.res, line.arg);
  },
} satisfies Partial<Emitters<Shape>>;

type Access = { readonly w: number; readonly val: number };
const wholeMsr = ({ lo, hi }: FieldsOf<"rdmsr">) => ({ w: 8, val: hi * 2 ** 32 + lo });
const inConfig = ({ dev, off }: FieldsOf<"pci_r">) => registerNumber("config", bdfOf(dev), off);
function inMmio(reading: Reading, { map, off }: FieldsOf<"mmio_r">): RegisterIndex {
  const { mmio, name } = reading.chipset;
  if (mmio === null) throw reading.refuse(`${name} has no memory-mapped registers`);
  mappingOf(reading, map, "goes to");
  return registerNumber("mmio", bdfOf(mmio.device), off);
}

/**
 * The address of a write to a register that was meant for an entry: the i810's driver touches no register when it
 * binds, and its window to the table begins where they end.
 */
function meantForEntry(reading: Reading, { map, off }: FieldsOf<"mmio_w">): { virt?: Virt } {
  const { cookie, pages } = mappingOf(reading, map, "goes to");
  const isBinding = reading.operation === "bind" || reading.operation === "ioctl";
  if (!isBinding || off >= PTE_WINDOW || pages * PAGE_SIZE <= PTE_WINDOW) return {};
  return { virt: offset(cookie, off) };
}

function readRegister(
  { machine }: Reading,
  register: RegisterIndex,
  { w: size, val: word }: Access,
) {
  machine.emit({ kind: "register.read", actor: "driver", register, word, size });
}

function writeRegister(
  reading: Reading,
  register: RegisterIndex,
  { w: size, val: word }: Access,
  meant: { virt?: Virt } = {},
) {
  const known = reading.chipset.registers.find(({ number }) => number === register);
  // The bits below a page are control bits; those above 32 may be in another register.
  const base = known?.tableIn?.(word) ?? bus(word - (word % PAGE_SIZE));
  // 0 clears the register; a narrow write changes other bits than the address.
  const isBase = known?.holdsTable && size === known.width && base !== bus(0);
  const addresses = isBase ? addressesOf(reading, reading.provenance.fullWidth(base)) : {};
  reading.machine.emit({
    kind: "register.written",
    actor: "driver",
    register,
    word,
    size,
    ...meant,
    ...addresses,
  });
}

/** The addresses of a number in the chipset, whose accesses reach memory untranslated. */
const addressesOf = (reading: Reading, number: Bus) => ({
  bus: number,
  reached: untranslated(number),
  ...intendedPage(reading, number),
});

/** The address that a word of a table names; null where it names none. */
const decoded = (
  { chipset }: Reading,
  table: FieldsOf<"w32">["role"]["table"],
  word: number,
): Bus | null =>
  table === "gatt" || table === "outside"
    ? chipset.entry.decode(word)
    : (chipset.directory?.decode(word) ?? null);

/** The words of a line, one by one; with `virt` where the driver accesses them through the chipset's window. */
function* wordsOf(reading: Reading, line: FieldsOf<"w32">, does: string) {
  const { count, val, vals } = line;
  const { first, window } = line.role;
  // The driver of a cached table has no mapping of it but the kernel's own.
  const mapping = line.map === undefined ? null : mappingOf(reading, line.map, does);
  if (mapping === null && (window !== null || !reading.chipset.cachedTable))
    throw reading.refuse("field 'map': expected the mapping of the words");
  for (let i = 0; i < count; i++) {
    const entry = first + line.idx + i;
    const word = vals === undefined ? val! : vals[i]!;
    const fields = { actor: "driver", word } as const;
    const through = window === null ? {} : { virt: offset(mapping!.cookie, window + 4 * entry) };
    yield [i, entry, { ...fields, ...through }] as const;
  }
}

/** The access to an entry of a table, by the entry's number in it. */
function wordEvent(
  reading: Reading,
  { role: { table }, map }: FieldsOf<"w32">,
  access: "written" | "read",
  entry: number,
  fields: Omit<Of<"gatt.written">, "kind" | "entry">,
): Event {
  if (table === "outside")
    return { ...fields, kind: `outside.${access}`, ...outside(reading, entry, map) };
  return table === "gatt"
    ? { kind: `gatt.${access}`, entry: gattIndex(entry), ...fields }
    : { kind: `${table}.${access}`, entry: directoryIndex(entry), ...fields };
}

/** Where a word outside the table is, seen from its beginning: in a mapping, or else in the kernel's linear one. */
function outside(reading: Reading, entry: number, map: number | undefined) {
  const { machine, pageOffset, refuse } = reading;
  const { state } = machine;
  const bytes = entry * (state.nature.chipset?.entry.bytes ?? WORD_SIZE);
  if (map !== undefined) {
    const virt = offset(mappingOf(reading, map, "goes beside").cookie, bytes);
    const frame = state.mappings.get(vpnOf(virt))?.word;
    if (frame === undefined) throw refuse(`entry ${entry} lies in no mapping that was made`);
    return { entry, frame, virt };
  }
  const first = state.table.frameOf(tablePage(0));
  const page = first === undefined ? undefined : pageIn(state, first);
  if (page === undefined)
    throw refuse("field 'role': there is no table for a word to be outside of");
  const phys = offset(physOf(page), bytes);
  const at = state.machineOf(phys);
  if (at === null) throw refuse(`entry ${entry} lies in no page of the kernel`);
  return { entry, frame: mfnOf(at), virt: linearVirt(phys, pageOffset) };
}

const pageIn = ({ nature, m2p }: State, frame: Mfn): Pfn | undefined =>
  nature.physIsMachine ? pfnOnBareMetal(frame) : m2p.get(frame);

/** A hook call; `number` is of the space that the hook translates virt from or to. */
function called(
  { machine, pageOffset }: Reading,
  {
    fn: hook,
    in: place,
    phys: recorded,
  }: Pick<FieldsOf<"xlate" | "xlate.back">, "fn" | "in" | "phys">,
  space: "phys" | "bus",
  virt: Virt,
  number: number,
): Origin {
  const page = space === "phys" ? phys(number) : (recorded ?? linearPhys(virt, pageOffset));
  const seq = machine.emit({
    kind: "hook.called",
    actor: "driver",
    place,
    cause: allocatedAt(machine.state, page),
    hook,
    virt,
    phys: page,
    machine: machine.state.machineOf(page),
    ...(space === "bus" ? { bus: bus(number) } : {}),
  });
  return { seq, phys: page };
}

/** Asks for the number of the first page and takes the others to follow it (intel-agp.c). */
const COUNTS_UP = "alloc_agpphysmem_i8xx";
const pagesAt = ({ machine }: Reading, address: Phys): number =>
  machine.state.allocationOf(pfnOf(address))?.pages ?? 1;

const frontendLines = {
  misc_register: (reading, { ret }) => returned(reading, "agp_frontend_initialize", ret),
  misc_deregister: (reading) => entered(reading, "agp_frontend_cleanup"),
  fput: (reading, { file, f_count }) => returned(reading, `fput(file ${file})`, f_count),
  copy_from_user: (reading, line) =>
    returned(reading, `copy_from_user(${line.bytes})`, line.left, line.in),
  copy_to_user: (reading, line) =>
    returned(reading, `copy_to_user(${line.bytes})`, line.left, line.in),
  io_remap_pfn_range: (reading, { vm_start, pfn, size, prot, ret }) => {
    const how = `${hex(vm_start)}, ${hex(pfn)}, ${size}, ${hex(prot)}`;
    returned(reading, `io_remap_pfn_range(${how})`, ret, "agp_mmap");
  },
  kmalloc_failed: ({ machine }, { size }) => {
    const refused = { fault: "no-memory", text: "kmalloc", size } as const;
    machine.emit({ kind: "fault.raised", actor: "kernel", ...refused });
  },
  blocked: ({ machine }) => {
    const waits = { fault: "blocked", text: "agp_mutex" } as const;
    machine.emit({ kind: "fault.raised", actor: "kernel", ...waits });
  },
} satisfies Partial<Emitters<Shape>>;

const memoryLines = {
  alloc_pages: (reading, line) => allocate(reading, line.fn, line.in, line),
  "alloc_pages.failed": (reading, { fn, in: place, order }) =>
    outOfMemory(reading, place, fn, PAGE_SIZE * 2 ** order),
  free_pages: ({ machine, refuse }, { fn: by, in: place, order, virt, pfn, mfn }) => {
    const owner = machine.state.allocationOf(pfn);
    if (owner === null) throw refuse("frees a page that no line before it allocates");
    machine.emit({
      kind: "page.freed",
      actor: "kernel",
      place,
      by,
      use: uses[owner.use]!,
      allocation: pfn,
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
    const { machine, hasIommu, provenance } = reading;
    setP2m(machine, { pfn, mfns });
    const at = { phys: physOf(pfn), machine: machineOf(mfns[0]!) };
    const reached = hasIommu ? at.machine : untranslated(bus);
    const by = { actor: "kernel", place } as const;
    const page = busPageOf(bus);
    if (hasIommu) machine.emit({ kind: "iommu.mapped", ...by, page, bus, ...at, reached, size });
    const seq = machine.emit({
      kind: "dma.mapped",
      ...by,
      handle: bus,
      direction: "coherent",
      virt,
      ...at,
      bus,
      reached,
      size,
    });
    provenance.addHandle(bus, { seq, phys: at.phys });
  },
  // What fails in it is the allocation of its pages, which has no line of its own.
  "dma_alloc_coherent.failed": (reading, { size }) =>
    outOfMemory(reading, "dma_alloc_coherent", "__get_free_pages", size),
  dma_free_coherent: ({ machine, hasIommu }, { in: place, size, virt, bus }) => {
    const by = { actor: "kernel", place } as const;
    const page = busPageOf(bus);
    if (hasIommu) machine.emit({ kind: "iommu.unmapped", ...by, page, bus, size });
    machine.emit({
      kind: "dma.unmapped",
      ...by,
      handle: bus,
      direction: "coherent",
      virt,
      bus,
      size,
    });
  },
} satisfies Partial<Emitters<Shape>>;

/** Consecutive pages and the frame of each. */
interface PageRun {
  readonly pfn: Pfn;
  readonly mfns: readonly Mfn[];
}

function allocate(
  reading: Reading,
  by: Of<"page.allocated">["by"],
  place: keyof typeof usesOf,
  { virt, pfn, mfns }: PageRun & { readonly virt: Virt },
): void {
  const { machine, pageOffset, refuse } = reading;
  if (virt !== linearVirt(physOf(pfn), pageOffset))
    throw refuse(`the page at ${hex(virt)} is not frame ${hex(pfn)} of the kernel's mapping`);
  setP2m(machine, { pfn, mfns });
  machine.emit({
    kind: "page.allocated",
    actor: "kernel",
    place,
    by,
    use: useOf(reading, place),
    allocation: pfn,
    size: mfns.length * PAGE_SIZE,
    virt,
    phys: physOf(pfn),
    machine: machineOf(mfns[0]!),
  });
}

/** The use of pages; two functions allocate pages for two uses each. */
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

/** Emits the P2M entries of pages that the recording has for the first time, or with another frame. */
function setP2m(machine: Machine, { pfn, mfns }: PageRun): void {
  const { nature, p2m } = machine.state;
  if (nature.physIsMachine) return;
  for (const { page, ...change } of changes("p2m.set", pfn, mfns))
    if (p2m.get(page) !== mfns[distance(pfn, page)])
      machine.emit({ ...change, page, actor: "hypervisor", place: null });
}

/** The recordings lack the allocation inside dma_alloc_coherent, though not its release. */
function allocateCoherent(reading: Reading, { pfn, mfns }: PageRun): void {
  if (reading.machine.state.allocationOf(pfn) !== null) return;
  const address = linearVirt(physOf(pfn), reading.pageOffset);
  allocate(reading, "__get_free_pages", "dma_alloc_coherent", { virt: address, pfn, mfns });
}

/** The P2M events of an exchange of frames, a page each. */
const changes = <K extends "p2m.set" | "p2m.cleared">(kind: K, pfn: Pfn, mfns: readonly Mfn[]) =>
  mfns.map((frame, i) => ({
    kind,
    actor: "kernel" as const,
    place: "xen_contig_memory",
    page: offset(pfn, i),
    phys: offset(physOf(pfn), i * PAGE_SIZE),
    machine: machineOf(frame),
  }));

function outOfMemory({ machine }: Reading, place: string, text: string, size: number): void {
  machine.emit({ kind: "fault.raised", actor: "kernel", place, fault: "no-memory", text, size });
}

const mappingLines = {
  SetPageReserved: (reading, line) => attribute(reading, "reserved", byDriver, line),
  ClearPageReserved: (reading, line) => attribute(reading, "unreserved", byDriver, line),
  change_page_attr: (reading, line) =>
    attribute(reading, protections[line.prot], within(line.in), line),
  cpu_tlb_flush: ({ machine }, line) => {
    machine.emit({ kind: "tlb.flushed", ...within(line.in), which: "cpu" });
  },
  cache_flush: ({ machine }, { insn }) => {
    machine.emit({ kind: "cache.flushed", ...byDriver, instruction: insn });
  },
  mb: ({ machine }, { in: place }) => {
    machine.emit({ kind: "cache.flushed", ...byDriver, place, instruction: "mb" });
  },
  dcache_flush: ({ machine, pageOffset }, { in: place, start, end }) => {
    const address = linearPhys(start, pageOffset);
    machine.emit({
      kind: "cache.flushed",
      ...byDriver,
      place,
      instruction: "flush_dcache_range",
      virt: start,
      phys: address,
      machine: machine.state.machineOf(address),
      size: distance(start, end),
    });
  },

  ioremap: (reading, line) =>
    remap(reading, line, (bytes) => ({
      reached: machineOf(line.mfns[bytes / PAGE_SIZE]!),
      ...intendedPage(reading, line.phys, bytes),
    })),
  "ioremap.mmio": (reading, line) =>
    remap(reading, line, (bytes) => ({ reached: offset(untranslated(line.phys), bytes) })),
  "ioremap.failed": (reading, { fn: text, in: place, phys: asked, size, kind, mfns }) => {
    mfns.forEach((frame, k) => {
      if (!framesFor(reading, asked, k).includes(machineOf(frame)))
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
      ...intendedPage(reading, asked),
    });
  },
  iounmap: (reading, { map, cookie }) => {
    const { machine, mapped, refuse } = reading;
    const mapping = mappingOf(reading, map, "unmaps");
    if (mapping.cookie !== cookie) throw refuse(`unmaps map ${map} at another cookie`);
    mapped.delete(map);
    for (let k = 0; k < mapping.pages; k++)
      machine.emit({
        kind: "table.remapped",
        actor: "kernel",
        function: "iounmap",
        page: offset(vpnOf(mapping.cookie), k),
        virt: offset(mapping.cookie, k * PAGE_SIZE),
        size: PAGE_SIZE,
      });
  },
} satisfies Partial<Emitters<Shape>>;

/** One event a page, with the addresses that `behind` has for the page `bytes` further on. */
function remap(
  { machine, mapped }: Reading,
  line: FieldsOf<"ioremap.mmio"> | FieldsOf<"ioremap">,
  behind: (bytes: number) => Pick<Of<"table.remapped">, "reached">,
): void {
  const { fn, in: place, phys: asked, cookie, size } = line;
  for (let bytes = 0; bytes < size; bytes += PAGE_SIZE)
    machine.emit({
      kind: "table.remapped",
      actor: "kernel",
      place,
      function: fn,
      page: vpnOf(offset(cookie, bytes)),
      virt: offset(cookie, bytes),
      bus: offset(asked, bytes),
      size: PAGE_SIZE,
      ...behind(bytes),
    });
  mapped.set(line.map, { cookie, pages: size / PAGE_SIZE });
}

/** The frames that ioremap may map for a page: that machine page, or the frame of the page that the number was for. */
function framesFor(reading: Reading, asked: Bus, page: number): (MachineAddress | null)[] {
  const bytes = page * PAGE_SIZE;
  return [untranslated(offset(asked, bytes)), intendedPage(reading, asked, bytes).machine ?? null];
}

type Who = { readonly actor: "driver" | "kernel"; readonly place?: string };
const byDriver: Who = { actor: "driver" };
/** The actor in a function: the driver, except in those of the kernel's ioremap. */
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

/** Lines about the operation itself, and lines that stand for others. */
type Apart =
  | ("call" | "ret" | "inject" | "proc" | "dup" | "hw_base" | "gatt_dump" | "dir_dump")
  | ("alloc_batch" | "free_batch" | "u3_insert_batch");

// A shape of line without a function does not compile here.
const emitters: Emitters<Exclude<Shape, Apart>> = {
  ...driverLines,
  ...frontendLines,
  ...memoryLines,
  ...mappingLines,
};

/** Emits the events of a line within an operation. */
export function emitLine(reading: Reading, [shape, fields]: Line): void {
  // The compiler cannot pair the shape with its fields across the look-up.
  const emit = emitters[shape as keyof typeof emitters] as (
    reading: Reading,
    line: unknown,
  ) => void;
  emit(reading, fields);
}
