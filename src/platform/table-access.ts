// table-access.ts - how a driver writes and reads the words of the GATT and of its directory.

import {
  type DirectoryIndex,
  entryOffset,
  type GattIndex,
  offset,
  type Virt,
  WORD_SIZE,
  type WordIndex,
} from "../address.ts";
import { accessedWord } from "../machine/gart.ts";
import { directoryOf } from "../machine/state.ts";
import { cpuEntry, cpuWord, entryWord, halves } from "../machine/table-words.ts";
import { addressFields, type DeviceAddress, type Kernel } from "./kernel.ts";
import type { Remap, Window } from "./remap.ts";

/** The directory, or the page that its empty words lead to. */
type Directory = "directory" | "scratch-directory";

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
    const at = this.#address(through, entry, format.bytes, "write", place);
    // writel writes 32 bits: what the driver computed above them is lost.
    const stored = format.bytes === 4 ? word % 2 ** 32 : word;
    this.#kernel.machine.emit({
      kind: "gatt.written",
      actor: "driver",
      place,
      entry,
      ...halves(stored),
      ...at,
      ...this.#named(format.decode(stored), page),
    });
  }

  read(through: Through, entry: GattIndex, place: string): number {
    const { state, machine } = this.#kernel;
    const at = this.#address(through, entry, state.nature.chipset!.entry.bytes, "read", place);
    const found = accessedWord(state, { entry, ...at });
    const word = (found === null ? undefined : cpuEntry(state, found)) ?? 0;
    machine.emit({ kind: "gatt.read", actor: "driver", place, entry, ...halves(word), ...at });
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
    this.#address({ mapping }, entry, WORD_SIZE, "write", place);
    const bus = state.nature.chipset!.directory!.decode(word);
    const by = { actor: "driver", place } as const;
    machine.emit({ kind: `${which}.written`, ...by, entry, word, ...this.#named(bus, page) });
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

  /** Oopses past the mapping's end. The event has the address only for a mapping other than the table's own. */
  #address(
    through: Through,
    entry: GattIndex | DirectoryIndex,
    bytes: number,
    access: "read" | "write",
    place: string,
  ): { virt?: Virt } {
    const at = entryOffset(entry, bytes);
    if ("mapping" in through)
      this.#remap.check(
        offset(through.mapping.cookie, at - (through.first ?? 0) * bytes),
        access,
        place,
      );
    if (!("registers" in through)) return {};
    return { virt: offset(through.registers.cookie, through.offset + at) };
  }

  #named(bus: DeviceAddress["bus"] | null, page: DeviceAddress | null) {
    if (page === null) return {};
    if (bus !== null) return addressFields(this.#kernel, page, bus);
    // A page was meant, but the word has no valid address.
    const { phys, seq } = page;
    return { cause: seq, phys, machine: this.#kernel.machineOf(phys) };
  }
}
