// blame.ts - what all that is wrong in a trace goes back to, as the terminal and the debug console print it.

import { blameOf } from "../replay/blame.ts";
import { judgedOf } from "../replay/judged.ts";
import type { Trace } from "../replay/trace.ts";
import { blameText } from "../report/blame-text.ts";

/** Causes that are printed. */
const MOST = 20;

export const blame = (trace: Trace): string =>
  blameText(blameOf(trace), judgedOf(trace).judgement, trace, MOST);
