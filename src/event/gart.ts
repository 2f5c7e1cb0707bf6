// gart.ts - the words of the GATT and of a two-level table's directory, written and read.

import { type Address, hex, type Mfn } from "../address.ts";
import {
  busField,
  hexWord,
  highField,
  indexField,
  optional,
  reachedField,
  subject,
  textField,
  translationFields,
  virtField,
  wordField,
} from "./field.ts";
import { kind } from "./kind.ts";

// An empty word names no page and fills none of the addresses.
const tableWord = {
  word: wordField,
  high: highField,
  /** Through which address the CPU went, where that is the chipset's window instead of its mapping of the table. */
  virt: optional(virtField),
  ...translationFields,
  /** The address that the word decodes to, in bytes. */
  bus: optional(busField),
  /** Where the GART's output leads with it, in bytes. */
  reached: optional(reachedField),
} as const;
const gattWord = {
  /** The number of the entry, from 0; names the subject. */
  entry: subject("gatt"),
  ...tableWord,
} as const;
const directoryWord = {
  /** The number of the directory's entry, from 0; names the subject. */
  entry: subject("directory"),
  ...tableWord,
} as const;
// The page of a two-level table that the empty words of its directory lead to (ServerWorks).
const scratchWord = {
  /** The number of the directory's entry, from 0; names the subject. */
  entry: subject("scratch-directory"),
  ...tableWord,
} as const;

// A word that the driver takes for an entry and that lies outside the table, in another page of memory.
const outsideWord = {
  /** The machine frame number of the page that it is in; names the subject. */
  frame: subject("content"),
  /** Which entry the driver takes it for, negative before the table's beginning. */
  entry: indexField,
  ...tableWord,
  /** The address through which the CPU goes there, in bytes, relative to the trace's virt base. */
  virt: virtField,
  /** Whose page it is, where it is not the kernel's own. */
  text: optional(textField),
} as const;

export const gart = {
  /** An entry of the GATT is written. */
  "gatt.written": kind(
    { effect: "changes", doneBy: "driver", scope: "op", use: "handed", inCaptures: false },
    gattWord,
    (e) => `gatt[${hex(e.entry)}] <- ${hexWord(e)}${means(e)}`,
  ),
  /** An entry of the GATT is read. */
  "gatt.read": kind(
    { effect: "observes", doneBy: "driver", scope: "op", use: "none", inCaptures: false },
    gattWord,
    (e) => `gatt[${hex(e.entry)}] = ${hexWord(e)}${means(e)}`,
  ),
  /** An entry of a directory of GATT pages is written. */
  "directory.written": kind(
    { effect: "changes", doneBy: "chipset-driver", scope: "op", use: "handed", inCaptures: false },
    directoryWord,
    (e) => `directory[${hex(e.entry)}] <- ${hexWord(e)}${means(e)}`,
  ),
  /** An entry of a directory of GATT pages is read. */
  "directory.read": kind(
    { effect: "observes", doneBy: "chipset-driver", scope: "op", use: "none", inCaptures: false },
    directoryWord,
    (e) => `directory[${hex(e.entry)}] = ${hexWord(e)}${means(e)}`,
  ),
  /** An entry of a directory that is not in use yet is written. */
  "scratch-directory.written": kind(
    { effect: "changes", doneBy: "chipset-driver", scope: "op", use: "handed", inCaptures: false },
    scratchWord,
    (e) => `scratch directory[${hex(e.entry)}] <- ${hexWord(e)}${means(e)}`,
  ),
  /** An entry of a directory that is not in use yet is read. */
  "scratch-directory.read": kind(
    { effect: "observes", doneBy: "chipset-driver", scope: "op", use: "none", inCaptures: false },
    scratchWord,
    (e) => `scratch directory[${hex(e.entry)}] = ${hexWord(e)}${means(e)}`,
  ),
  /** A word beside the table is written as if it were an entry. */
  "outside.written": kind(
    { effect: "changes", doneBy: "driver", scope: "op", use: "none", inCaptures: false },
    outsideWord,
    (e) => `${outside(e)} <- ${hexWord(e)}${means(e)}`,
  ),
  /** A word beside the table is read as if it were an entry. */
  "outside.read": kind(
    { effect: "observes", doneBy: "driver", scope: "op", use: "none", inCaptures: false },
    outsideWord,
    (e) => `${outside(e)} = ${hexWord(e)}`,
  ),
};

const outside = (e: { entry: number; frame: Mfn; text?: string | null }): string =>
  `entry ${e.entry}, outside the table, in frame ${hex(e.frame)}${e.text == null ? "" : ` (${e.text})`}`;

const means = (e: { bus?: Address | null; machine?: Address | null }): string =>
  e.bus == null
    ? ""
    : `, names ${hex(e.bus)}${e.machine == null ? "" : `, page is at ${hex(e.machine)}`}`;
