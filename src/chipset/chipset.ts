// chipset.ts - what a chipset is to this program: registers by name, entry format, what flushes its TLB.
//
// Values and pure functions; the driver that programs a chipset is in agpgart/.

import type { Aperture, Bus } from "../address.ts";
import type { Cell } from "../machine/word-table.ts";

/** Where a chipset's registers are read: the state. */
export interface Registers {
  /** So many bytes from a register's number on; undefined where one of them is unknown. */
  register(number: number, bytes: number): Cell | undefined;
}

export interface RegisterField {
  readonly name: string;
  /** Highest and lowest bit. */
  readonly bits: readonly [number, number];
}

export interface RegisterOf {
  readonly name: string;
  readonly number: number;
  /** Bytes. */
  readonly width: 1 | 2 | 4 | 8;
  readonly fields: readonly RegisterField[];
  /** Whether it holds the table's address. */
  readonly holdsTable: boolean;
  /** The table's address in a word of it, where that is not bits 31:12 as they stand. */
  readonly tableIn?: (word: number) => Bus;
}

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

export interface DirectoryFormat {
  /** Bytes of the aperture behind one word. */
  readonly reach: number;
  /** Whether word 0 stands for the aperture's base; else the absolute address tells the word. */
  readonly relative: boolean;
  /** The address of the table page that a word names; null where it names none. */
  decode(word: number): Bus | null;
}

export interface Chipset {
  readonly name: string;
  /** The driver's printk when it finds the bridge; null where it has none. */
  readonly detected: string | null;
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
  readonly registers: readonly RegisterOf[];
  /** What configuration space holds at power-on: device, offset, width, value. */
  readonly powerOn: readonly { device: string; offset: number; width: 1 | 2 | 4; value: number }[];
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
   * The table's base as the chipset was told it, and the seq of that write. Where each of several registers
   * has its own part of the table: as the one of this page has it, counted from the aperture's base.
   */
  tableBase(registers: Registers, page?: number): { base: Bus; seq: number } | null;
  /** Whether the GART keeps the entries that it fetched; left out where it always does. */
  keepsEntries?(registers: Registers): boolean;
  /** What a register keeps of a word, where some of them keep something else. */
  keeps?(register: number, word: number): number;
  /** Whether writing this word to this register empties the GART's TLB. */
  flushesTlb(register: number, word: number): boolean;
}
