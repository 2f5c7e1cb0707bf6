// table-access.ts - how a driver writes and reads the words of the GATT and of its directory.

import {
  type Bus,
  type DirectoryIndex,
  entryOffset,
  type GattIndex,
  type Mfn,
  mfnOf,
  offset,
  PAGE_SIZE,
  pfnOf,
  physOf,
  type RegisterIndex,
  raw,
  restOf,
  tablePage,
  untranslated,
  type Virt,
  vpnOf,
  WORD_SIZE,
  type WordIndex,
} from "../address.ts";
import type { Chipset } from "../chipset/chipset.ts";
import { bdfOf, registerNumber } from "../event/register.ts";
import type { Of } from "../event/vocabulary.ts";
import { accessedWord, outsideWord } from "../machine/gart.ts";
import { directoryOf } from "../machine/state.ts";
import { cpuEntry, cpuWord, entryWord, halves } from "../machine/table-words.ts";
import { addressFields, type DeviceAddress, type Kernel } from "./kernel.ts";
import { wordAt, writeRegister } from "./register-access.ts";
import type { Remap, Window } from "./remap.ts";

/** The directory, or the page that its empty words lead to. */
type Directory = "directory" | "scratch-directory";

/** In the table; by an address where the driver goes through the chipset's own window. */
type Inside = { readonly virt?: Virt };
/** Through a mapping of the kernel's, as most accesses are. */
const INSIDE: Inside = {};
/** In another page of memory. */
type Outside = Pick<Of<"outside.written">, "entry" | "frame" | "virt" | "text">;
/** In a register below the window. */
type InRegisters = { readonly register: RegisterIndex; readonly virt: Virt };

/** How the driver reaches the table: an uncached mapping, the linear one, or the chipset's own window. */
export type Through =
  | { readonly mapping: Window /** The entry at its beginning. */; readonly first?: number }
  | { readonly linear: true }
  | { readonly registers: Window; readonly offset: number };

export class TableAccess {
  readonly #kernel: Kernel;
  readonly #remap: Remap;

  constructor(kernel: Kernel, remap: Remap) {
    this.#kernel = kernel;
    this.#remap = remap;
  }

  /** Writes an entry of the GATT; `page` is the address that its word is made of, if it names one. */
  write(
    through: Through,
    entry: GattIndex,
    word: number,
    page: DeviceAddress | null,
    place: string,
  ): void {
    const { entry: format } = this.#kernel.state.nature.chipset!;
    const there = this.#place(through, entry, format.bytes, "write", place);
    // writel writes 32 bits: what the driver computed above them is lost.
    const stored = format.bytes === 4 ? restOf(word, 2 ** 32) : word;
    if ("register" in there) {
      const { register, virt } = there;
      const access = { register, word: stored, size: format.bytes, place, virt };
      writeRegister(this.#kernel, this.#kernel.state.nature.chipset!, access, page ?? undefined);
      return;
    }
    const bus = format.decode(stored);
    if (there === INSIDE && format.bytes === 4 && (page === null || bus !== null)) {
      this.#writeNarrow(entry, stored, page, bus, place);
      return;
    }
    const written = { ...halves(stored), ...this.#sourceFields(bus, page) };
    const by = { actor: "driver", place } as const;
    this.#kernel.machine.emit(
      "frame" in there
        ? { kind: "outside.written", ...by, ...there, ...written }
        : { kind: "gatt.written", ...by, entry, ...there, ...written },
    );
  }

  /**
   * What most writes are: a page's word into an entry of 32 bits, or one of no page. Field by field, for an object that
   * is put together of others takes 0.5 us where their fields differ from call to call (bench: record).
   */
  #writeNarrow(
    entry: GattIndex,
    word: number,
    page: DeviceAddress | null,
    bus: Bus | null,
    place: string,
  ): void {
    const [kind, actor] = ["gatt.written", "driver"] as const;
    if (page === null || bus === null) {
      this.#kernel.machine.emit({ kind, actor, place, entry, word });
      return;
    }
    const { phys, seq: cause } = page;
    const machine = this.#kernel.machineOf(phys);
    const reached = untranslated(bus);
    this.#kernel.machine.emit({
      kind,
      actor,
      place,
      entry,
      word,
      cause,
      phys,
      machine,
      bus,
      reached,
    });
  }

  read(through: Through, entry: GattIndex, place: string): number {
    const { state, machine } = this.#kernel;
    const { bytes } = state.nature.chipset!.entry;
    const there = this.#place(through, entry, bytes, "read", place);
    const by = { actor: "driver", place } as const;
    if ("register" in there) {
      const word = wordAt(state, there.register, bytes);
      machine.emit({ kind: "register.read", ...by, ...there, word, size: bytes });
      return word;
    }
    const found =
      "frame" in there
        ? outsideWord(there)
        : accessedWord(state, { entry, virt: there.virt ?? null });
    const word = (found === null ? undefined : cpuEntry(state, found)) ?? 0;
    if (there === INSIDE && bytes === 4) {
      machine.emit({ kind: "gatt.read", actor: "driver", place, entry, word });
      return word;
    }
    machine.emit(
      "frame" in there
        ? { kind: "outside.read", ...by, ...there, ...halves(word) }
        : { kind: "gatt.read", ...by, entry, ...halves(word), ...there },
    );
    return word;
  }

  /** Writes a word of a directory. */
  writeDirectory(
    which: Directory,
    mapping: Window,
    entry: DirectoryIndex,
    word: number,
    page: DeviceAddress | null,
    place: string,
  ): void {
    const { state, machine } = this.#kernel;
    this.#remap.check(offset(mapping.cookie, entryOffset(entry, WORD_SIZE)), "write", place);
    const bus = state.nature.chipset!.directory!.decode(word);
    const by = { actor: "driver", place } as const;
    machine.emit({
      kind: `${which}.written`,
      ...by,
      entry,
      word,
      ...this.#sourceFields(bus, page),
    });
  }

  /** Reads it back, for PCI posting. */
  readDirectory(which: Directory, entry: DirectoryIndex, place: string): void {
    const { state, machine } = this.#kernel;
    const word = this.#word(entryWord(directoryOf(state, which), entry, WORD_SIZE));
    machine.emit({ kind: `${which}.read`, actor: "driver", place, entry, word });
  }

  /** RAM that this run has not written is read as zeroes. */
  #word(at: WordIndex | null): number {
    return (at === null ? undefined : cpuWord(this.#kernel.state, at)) ?? 0;
  }

  /** Where an entry really is; an entry of the table has an address only through the chipset's window. */
  #place(
    through: Through,
    entry: GattIndex,
    bytes: number,
    access: "read" | "write",
    place: string,
  ): Inside | Outside | InRegisters {
    const at = entryOffset(entry, bytes);
    if ("linear" in through) {
      if (at >= 0 && accessedWord(this.#kernel.state, { entry }) !== null) return INSIDE;
      return this.#inMemory(this.#linear(at, bytes, place), entry);
    }
    if ("registers" in through) {
      const virt = offset(through.registers.cookie, through.offset + at);
      if (at >= 0) return { virt };
      const below = through.offset + at;
      // So far below the window the device's registers have ended as well.
      if (below < 0) return this.#mapped(virt, entry, access, place);
      return { register: registerOf(this.#kernel.state.nature.chipset!, below), virt };
    }
    const within = at - (through.first ?? 0) * bytes;
    const virt = offset(through.mapping.cookie, within);
    if (within < 0 || within >= through.mapping.pages * PAGE_SIZE)
      return this.#mapped(virt, entry, access, place);
    this.#remap.check(virt, access, place);
    return INSIDE;
  }

  /** An address of ioremap's that is none of the table's mapping: mostly a guard page. */
  #mapped(virt: Virt, entry: GattIndex, access: "read" | "write", place: string): Outside {
    this.#remap.check(virt, access, place);
    const frame = this.#kernel.state.mappings.get(vpnOf(virt))!.word;
    return { entry: raw(entry), frame, virt, ...this.#owner(frame) }; // below 0 it is no index of the table
  }

  #inMemory(virt: Virt, entry: GattIndex): Outside {
    const at = this.#kernel.machineOf(this.#kernel.physOf(virt))!;
    return { entry: raw(entry), frame: mfnOf(at), virt, ...this.#owner(mfnOf(at)) }; // as above
  }

  /** Whose page a frame is, where it is not the kernel's own. */
  #owner(frame: Mfn): Pick<Outside, "text"> {
    if (this.#kernel.owns(frame)) return {};
    const owner = this.#kernel.platform.owner(frame);
    return owner === null ? {} : { text: `a page of dom${owner}` };
  }

  /** So many bytes from the beginning of the table, in the kernel's linear mapping; oopses where that has no page. */
  #linear(at: number, bytes: number, place: string): Virt {
    const { state, platform } = this.#kernel;
    const before = (state.nature.chipset!.entriesBefore ?? 0) * bytes;
    const first = physOf(this.#kernel.pageAt(state.table.frameOf(tablePage(0))!)!);
    const phys = offset(first, before + at);
    const { ram } = platform;
    const isRam = pfnOf(phys) >= ram.first && pfnOf(phys) < offset(ram.first, ram.pages);
    const virt = this.#kernel.virtOf(phys);
    return isRam ? virt : this.#kernel.oops("kernel access of bad area", virt, place);
  }

  #sourceFields(bus: DeviceAddress["bus"] | null, page: DeviceAddress | null) {
    if (page === null) return {};
    if (bus !== null) return addressFields(this.#kernel, page, bus);
    // A page was meant, but the word has no valid address.
    const { phys, seq } = page;
    return { cause: seq, phys, machine: this.#kernel.machineOf(phys) };
  }
}

const registerOf = ({ mmio }: Chipset, byte: number): RegisterIndex =>
  registerNumber("mmio", bdfOf(mmio!.device), byte);
