// reference-driver.ts - lines of a reference recording about calls, registers and table words.

import {
  type Bus,
  bus,
  hex,
  offset,
  PAGE_SIZE,
  pfnOf,
  phys,
  raw,
  untranslated,
  type Virt,
} from "../../address.ts";
import { levels } from "../../event/op.ts";
import { bdfOf, msrNumber, registerNumber } from "../../event/register.ts";
import { allocatedAt } from "../../machine/memory.ts";
import type { Source } from "./reference-given.ts";
import type { FieldsOf, Shape } from "./reference-lines.ts";
import { fromDevice, toDevice } from "./reference-names.ts";
import {
  entered,
  mappedBy,
  meantBy,
  type Readers,
  type Reading,
  returned,
} from "./reference-reading.ts";

export const driver = {
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
  mmio_w: (reading, line) => writeRegister(reading, inMmio(reading, line), line),

  w32: (reading, line) => {
    const { table } = line.role;
    for (const [i, said] of wordsOf(reading, line, "writes to")) {
      const page = named(reading, table, said.word);
      const leads = page === null ? {} : leading(reading, page);
      reading.machine.emit({ kind: `${table}.written`, ...said, ...leads });
      if (i < line.readback) reading.machine.emit({ kind: `${table}.read`, ...said });
    }
  },
  r32: (reading, line) => {
    const { table } = line.role;
    for (const [i, said] of wordsOf(reading, line, "reads")) {
      reading.machine.emit({ kind: `${table}.read`, ...said });
      if (i < line.read_twice) reading.machine.emit({ kind: `${table}.read`, ...said });
    }
  },

  xlate: (reading, line) => {
    const { arg, res } = line;
    const { seq, phys } = called(reading, line, toDevice[line.fn], arg, res);
    const pages = line.in === COUNTS_UP ? pagesAt(reading, phys) : 1;
    for (let bytes = 0; bytes < pages * PAGE_SIZE; bytes += PAGE_SIZE)
      reading.given.byHook(res + bytes, { seq, phys: offset(phys, bytes) });
  },
  "xlate.back": (reading, line) => {
    called(reading, line, fromDevice[line.fn], line.res, line.arg);
  },
} satisfies Partial<Readers<Shape>>;

type Access = { readonly w: number; readonly val: number };
const wholeMsr = ({ lo, hi }: FieldsOf<"rdmsr">) => ({ w: 8, val: hi * 2 ** 32 + lo });
const inConfig = ({ dev, off }: FieldsOf<"pci_r">) => registerNumber("config", bdfOf(dev), off);
function inMmio(reading: Reading, { map, off }: FieldsOf<"mmio_r">): number {
  const { mmio, name } = reading.chipset;
  if (mmio === null) throw reading.refuse(`${name} has no memory-mapped registers`);
  mappedBy(reading, map, "goes to");
  return registerNumber("mmio", bdfOf(mmio.device), off);
}

function readRegister({ machine }: Reading, register: number, { w: size, val: word }: Access) {
  machine.emit({ kind: "register.read", actor: "driver", register, word, size });
}

function writeRegister(reading: Reading, register: number, { w: size, val: word }: Access) {
  const known = reading.chipset.registers.find(({ number }) => number === register);
  // The bits below a page are control bits; those above 32 may be in another register.
  const said = known?.tableIn?.(word) ?? bus(word - (word % PAGE_SIZE));
  // A driver that clears the register names no table; a narrow write changes bits beside the address.
  const isBase = known?.holdsTable && size === known.width && raw(said) !== 0;
  const leads = isBase ? leading(reading, reading.given.whole(said)) : {};
  reading.machine.emit({
    kind: "register.written",
    actor: "driver",
    register,
    word,
    size,
    ...leads,
  });
}

/** Where a number handed to the chipset leads: its output goes to memory untranslated. */
const leading = (reading: Reading, number: Bus) => ({
  bus: number,
  reached: untranslated(number),
  ...meantBy(reading, number),
});

/** The address that a word of a table names; null where it names none. */
const named = (
  { chipset }: Reading,
  table: FieldsOf<"w32">["role"]["table"],
  word: number,
): Bus | null =>
  table === "gatt" ? chipset.entry.decode(word) : (chipset.directory?.decode(word) ?? null);

/** The words of a line, one by one; `virt` where they are met through the chipset's window. */
function* wordsOf(reading: Reading, line: FieldsOf<"w32">, does: string) {
  const { count, val, vals } = line;
  const { first, window } = line.role;
  // The driver of a cached table has no mapping of it but the kernel's own.
  const mapping = line.map === undefined ? null : mappedBy(reading, line.map, does);
  if (mapping === null && (window !== null || !reading.chipset.cachedTable))
    throw reading.refuse("field 'map': expected the mapping of the words");
  for (let i = 0; i < count; i++) {
    const entry = first + line.idx + i;
    const word = vals === undefined ? val! : vals[i]!;
    const said = { actor: "driver", entry, word } as const;
    const through = window === null ? {} : { virt: offset(mapping!.cookie, window + 4 * entry) };
    yield [i, { ...said, ...through }] as const;
  }
}

/** A hook call; `number` is of the space that the hook translates virt from or to. */
function called(
  { machine, pageOffset }: Reading,
  { fn: hook, in: place, phys: said }: Pick<FieldsOf<"xlate" | "xlate.back">, "fn" | "in" | "phys">,
  space: "phys" | "bus",
  virt: Virt,
  number: number,
): Source {
  const meant = space === "phys" ? phys(number) : (said ?? phys(raw(virt) - pageOffset));
  const seq = machine.emit({
    kind: "hook.called",
    actor: "driver",
    place,
    cause: allocatedAt(machine.state, meant),
    hook,
    virt,
    phys: meant,
    machine: machine.state.machineOf(meant),
    ...(space === "bus" ? { bus: bus(number) } : {}),
  });
  return { seq, phys: meant };
}

/** Asks for the number of the first page and takes the others to follow it (intel-agp.c). */
const COUNTS_UP = "alloc_agpphysmem_i8xx";
const pagesAt = ({ machine }: Reading, address: Source["phys"]): number =>
  machine.state.allocationOf(raw(pfnOf(address)))?.pages ?? 1;
