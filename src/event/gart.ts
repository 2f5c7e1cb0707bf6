// gart.ts - the words of the GATT and of a two-level table's directory, written and read.

import { type Address, hex, type Mfn } from "../address.ts";
import {
  hexWord,
  highField,
  indexField,
  optional,
  subject,
  textField,
  translationFields,
  virtField,
  wordField,
} from "./field.ts";
import { kind } from "./kind.ts";

// `bus` is the address that the word decodes to, `machine` where the page is, `reached` where the
// GART's output leads with it. An empty word names no page and fills none of them.
// `virt` is filled where the CPU went through the chipset's window instead of its mapping of the table.
const gattWord = {
  entry: subject("gatt"),
  word: wordField,
  high: highField,
  virt: optional(virtField),
  ...translationFields,
} as const;
const directoryWord = { ...gattWord, entry: subject("directory") } as const;
// The page of a two-level table that the empty words of its directory lead to (ServerWorks).
const scratchWord = { ...gattWord, entry: subject("scratch-directory") } as const;

// A word that the driver takes for an entry and that lies outside the table: in another page of memory, whose
// frame it is. `virt` is the address through which the CPU goes there; the others are as above.
const outsideWord = {
  frame: subject("content"),
  entry: indexField,
  word: wordField,
  high: highField,
  virt: virtField,
  ...translationFields,
  /** Whose page it is, where it is not the kernel's own. */
  text: optional(textField),
} as const;

export const gart = {
  "gatt.written": kind(
    { effect: "changes", doneBy: "driver", scope: "op", use: "handed", inCaptures: false },
    gattWord,
    (e) => `gatt[${hex(e.entry)}] <- ${hexWord(e)}${means(e)}`,
  ),
  "gatt.read": kind(
    { effect: "observes", doneBy: "driver", scope: "op", use: "none", inCaptures: false },
    gattWord,
    (e) => `gatt[${hex(e.entry)}] = ${hexWord(e)}${means(e)}`,
  ),
  "directory.written": kind(
    { effect: "changes", doneBy: "chipset-driver", scope: "op", use: "handed", inCaptures: false },
    directoryWord,
    (e) => `directory[${hex(e.entry)}] <- ${hexWord(e)}${means(e)}`,
  ),
  "directory.read": kind(
    { effect: "observes", doneBy: "chipset-driver", scope: "op", use: "none", inCaptures: false },
    directoryWord,
    (e) => `directory[${hex(e.entry)}] = ${hexWord(e)}${means(e)}`,
  ),
  "scratch-directory.written": kind(
    { effect: "changes", doneBy: "chipset-driver", scope: "op", use: "handed", inCaptures: false },
    scratchWord,
    (e) => `scratch directory[${hex(e.entry)}] <- ${hexWord(e)}${means(e)}`,
  ),
  "scratch-directory.read": kind(
    { effect: "observes", doneBy: "chipset-driver", scope: "op", use: "none", inCaptures: false },
    scratchWord,
    (e) => `scratch directory[${hex(e.entry)}] = ${hexWord(e)}${means(e)}`,
  ),
  "outside.written": kind(
    { effect: "changes", doneBy: "driver", scope: "op", use: "none", inCaptures: false },
    outsideWord,
    (e) => `${outside(e)} <- ${hexWord(e)}${means(e)}`,
  ),
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
