// shown.ts - text as it can be shown: a terminal obeys nothing of what came from a trace.

import { colours } from "../report/colours.ts";
import { visible } from "../visible.ts";

/**
 * The text with control characters written as JSON writes them. The colours that texts of this library have, where
 * standard output is a terminal, are let through; without `coloured` they are written out as well.
 */
export const shown = (text: string, coloured: boolean = colours.isColorSupported): string =>
  visible(text, coloured);
