// paging.ts - the CPU's own page tables, written by a kernel that may not know machine addresses.

import { hex } from "../address.ts";
import {
  hexWord,
  highField,
  optional,
  subject,
  translationFields,
  virtField,
  wordField,
} from "./field.ts";
import { kind } from "./kind.ts";

export const paging = {
  // `phys` is the page that the kernel means, `machine` where that is by the P2M, `bus` and `reached` the
  // frame in the word as the MMU reads it. A word that is not present names no page and fills none of them.
  "pte.written": kind(
    { effect: "changes", doneBy: "platform", scope: "op", use: "handed", inCaptures: false },
    {
      /** The entry's kernel address relative to the virt base, in units of its eight bytes. */
      entry: subject("pte"),
      word: wordField,
      high: highField,
      virt: optional(virtField),
      ...translationFields,
    },
    (e) =>
      `page-table entry ${e.virt == null ? "" : `at ${hex(e.virt)} `}<- ${hexWord(e)}` +
      (e.phys == null ? "" : `, means ${hex(e.phys)}:p`),
  ),
};
