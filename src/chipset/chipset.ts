// chipset.ts - what a chipset is to this program: registers by name, entry format, what flushes its TLB.
//
// Values and pure functions; the driver that programs a chipset is in agpgart/.

import type { Aperture, Bus, GattIndex, RegisterIndex } from "../address.ts";
import type { Cell } from "../machine/word-table.ts";

/** The chipset's registers as the state has them. */
export interface Registers {
  /** The value of so many bytes of a register; undefined where one of them is unknown. */
  register(first: RegisterIndex, bytes: number): Cell | undefined;
}

/** A part of a register that has a name. */
export interface RegisterField {
  /** As the data sheet calls it. */
  readonly name: string;
  /** Highest and lowest bit. */
  readonly bits: readonly [number, number];
}

/** A register by its name. */
export interface RegisterOf {
  /** As the data sheet calls it. */
  readonly name: string;
  /** Its place. */
  readonly number: RegisterIndex;
  /** Bytes. */
  readonly width: 1 | 2 | 4 | 8;
  /** Its parts that have names. */
  readonly fields: readonly RegisterField[];
  /** Whether it holds the table's address. */
  readonly holdsTable: boolean;
  /** The table's address in a word of it, where that is not bits 31:12 as they stand. */
  readonly tableIn?: (word: number) => Bus;
}

/** How an entry of the table is written and read. */
export interface EntryFormat {
  /** Bytes a word takes in the table. */
  readonly bytes: 4 | 8;
  /** Bytes of the aperture behind one word, where those are not 4096. */
  readonly reach?: number;
  /** The word that makes the GART put out this page address; null where the format cannot hold it. */
  encode(page: Bus): number | null;
  /** The page address that a word names; null where it names none. */
  decode(word: number): Bus | null;
}

/** How a word of the directory of a two-level table is read. */
export interface DirectoryFormat {
  /** Bytes of the aperture behind one word. */
  readonly reach: number;
  /** Whether word 0 stands for the aperture's base; else the absolute address tells the word. */
  readonly relative: boolean;
  /** The address of the table page that a word names; null where it names none. */
  decode(word: number): Bus | null;
}

/** What a host bridge is: its registers, how an entry of its table is read, and what makes it look again. */
export interface Chipset {
  /** By which `gartrace list chipsets` has it. */
  readonly name: string;
  /** The driver's printk when it finds the bridge; null where it has none. */
  readonly detected: string | null;
  /** The bridge among the devices, with the ids that its configuration space has. */
  readonly bridge: { readonly device: string; readonly vendor: number; readonly id: number };
  /** The machine's PCI devices, bridge included, in bus order. */
  readonly devices: readonly {
    readonly name: string;
    /** Offset of the AGP capability; 0 where there is none. */
    readonly agp: number;
    readonly isDisplay: boolean;
  }[];
  /** The device whose registers are memory-mapped, and the configuration register of their base. */
  readonly mmio: { readonly device: string; readonly bar: number } | null;
  /** Its registers that have names. */
  readonly registers: readonly RegisterOf[];
  /** What configuration space holds at power-on: device, offset, width, value. */
  readonly powerOn: readonly { device: string; offset: number; width: 1 | 2 | 4; value: number }[];
  /** How a word of the table is written and read. */
  readonly entry: EntryFormat;
  /** How many words stand before the aperture's, where the table is that of a larger I/O window. */
  readonly entriesBefore?: number;
  /** Of a two-level table: how a directory word is read, and how much of the aperture it stands for. */
  readonly directory: DirectoryFormat | null;
  /** Whether the CPU writes the table through its cache, so that only a flush shows it to hardware. */
  readonly cachedTable: boolean;
  /** Whether an AGP master's accesses ask the CPU's cache; left out where they do not. */
  readonly snoops?: true;
  /** The aperture's base as an AGP master sees it; null before anything is known of it. */
  apertureBase(registers: Registers): Aperture | null;
  /**
   * The table's base in the chipset's register, and the seq of the write of it. Where several registers have a
   * part of the table each: the base in the register of this page.
   */
  tableBase(registers: Registers, page?: GattIndex): { base: Bus; seq: number } | null;
  /** Whether the GART's TLB takes the entries that it fetches; left out where it always does. */
  keepsEntries?(registers: Registers): boolean;
  /** The value that a register has after a write of this word; left out where that is always the word. */
  keeps?(register: RegisterIndex, word: number): number;
  /** Whether writing this word to this register empties the GART's TLB. */
  flushesTlb(register: RegisterIndex, word: number): boolean;
}
