// reference-driver.ts - lines of a reference recording about calls, registers and table words.

import { type Bus, bus, PAGE_SIZE, phys, untranslated, virt } from "../../address.ts";
import { bdfOf, registerNumber } from "../../event/register.ts";
import { allocatedAt } from "../../machine/memory.ts";
import type { FieldsOf, Shape } from "./reference-lines.ts";
import { levels, roles, translations } from "./reference-names.ts";
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
  frontend: (reading, { fn, ret }) =>
    ret === undefined ? entered(reading, fn) : returned(reading, fn, ret),
  printk: ({ machine }, { lvl, msg }) => {
    machine.emit({ kind: "message.logged", actor: "driver", level: levels[lvl]!, text: msg });
  },
  oops: ({ machine }, { why, addr }) => {
    machine.emit({ kind: "fault.raised", actor: "kernel", fault: "oops", text: why, virt: addr });
  },

  pci_r: ({ machine }, line) => {
    machine.emit({ kind: "register.read", actor: "driver", ...access(line) });
  },
  pci_w: (reading, line) => {
    const { register, ...written } = access(line);
    const known = reading.chipset.registers.find(({ number }) => number === register);
    // The bits below a page are control bits.
    const base = bus(line.val - (line.val % PAGE_SIZE));
    reading.machine.emit({
      kind: "register.written",
      actor: "driver",
      register,
      ...written,
      ...(known?.holdsTable ? leading(reading, base) : {}),
    });
  },
  w32: (reading, line) => {
    const { machine, chipset } = reading;
    const { written, read } = roles[line.role];
    mappedBy(reading, line.map, "writes to");
    for (const [i, said] of wordsOf(line)) {
      const page = chipset.entry.decode(said.word);
      machine.emit({ kind: written, ...said, ...(page === null ? {} : leading(reading, page)) });
      if (i < line.readback) machine.emit({ kind: read, ...said });
    }
  },
  r32: (reading, line) => {
    const { machine } = reading;
    const { read } = roles[line.role];
    mappedBy(reading, line.map, "reads");
    for (const [i, said] of wordsOf(line)) {
      machine.emit({ kind: read, ...said });
      if (i < line.read_twice) machine.emit({ kind: read, ...said });
    }
  },

  xlate: ({ machine, given, pageOffset }, { fn: hook, in: place, arg, res, phys: said }) => {
    const way = translations[hook];
    const [linear, number] = way.from === "virt" ? [arg, res] : [res, arg];
    const meant = way.other === "phys" ? phys(number) : (said ?? phys(linear - pageOffset));
    const seq = machine.emit({
      kind: "hook.called",
      actor: "driver",
      place,
      cause: allocatedAt(machine.state, meant),
      hook,
      virt: virt(linear),
      phys: meant,
      machine: machine.state.machineOf(meant),
      ...(way.other === "bus" ? { bus: bus(number) } : {}),
    });
    if (way.from === "virt") given.set(number, { seq, phys: meant });
  },
} satisfies Partial<Readers<Shape>>;

const access = ({ dev, off, w, val }: FieldsOf<"pci_r">) => ({
  register: registerNumber("config", bdfOf(dev), off),
  word: val,
  size: w,
});

/** Where a number handed to the chipset leads: its output goes to memory untranslated. */
const leading = (reading: Reading, number: Bus) => ({
  bus: number,
  reached: untranslated(number),
  ...meantBy(reading, number),
});

/** The words of a line, one by one. */
function* wordsOf({ idx, count, val, vals }: FieldsOf<"w32">) {
  for (let i = 0; i < count; i++) {
    const word = vals === undefined ? val! : vals[i]!;
    yield [i, { actor: "driver", entry: idx + i, word }] as const;
  }
}
