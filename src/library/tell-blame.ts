// tell-blame.ts - all that is wrong in a trace, by root cause.

import { blameOf } from "../replay/blame.ts";
import { judgedOf, wordOf } from "../replay/judged.ts";
import { blameJson, blameText } from "../report/blame-text.ts";
import { type Output, output } from "./output.ts";
import { readerOf, type Trace } from "./trace.ts";

/** What `gartrace blame` prints: `limit` causes at most, 20 by default. */
export function tellBlame(trace: Trace, limit = 20): Output {
  const reader = readerOf(trace);
  const { judgement } = judgedOf(reader);
  const culprits = blameOf(reader);
  return output(
    () => blameText(culprits, judgement, reader, limit),
    () => blameJson(culprits, judgement, wordOf(reader), limit),
  );
}
