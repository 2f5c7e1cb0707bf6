// paging.ts - the CPU's own page tables, written by a kernel that may not know machine addresses.

import { hex } from "../address.ts";
import {
  busField,
  hexWord,
  highField,
  optional,
  reachedField,
  subject,
  translationFields,
  virtField,
  wordField,
} from "./field.ts";
import { kind } from "./kind.ts";

export const paging = {
  // A word that is not present names no page and fills none of the addresses.
  /** An entry of a CPU page table is written, by a kernel that may not know machine addresses. */
  "pte.written": kind(
    { effect: "changes", doneBy: "platform", scope: "op", use: "handed", inCaptures: false },
    {
      /** The entry's kernel address relative to the virt base, in units of its eight bytes; names the subject. */
      entry: subject("pte"),
      word: wordField,
      high: highField,
      /** Where the entry is, in bytes, relative to the trace's virt base. */
      virt: optional(virtField),
      ...translationFields,
      /** The frame in the word as the MMU reads it, in bytes. */
      bus: optional(busField),
      /** The same, for a CPU goes nowhere else with it. */
      reached: optional(reachedField),
    },
    (e) =>
      `page-table entry ${e.virt == null ? "" : `at ${hex(e.virt)} `}<- ${hexWord(e)}` +
      (e.phys == null ? "" : `, means ${hex(e.phys)}:p`),
  ),
};
