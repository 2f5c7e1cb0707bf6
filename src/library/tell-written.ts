// tell-written.ts - what a command that made a trace says of it.

import { judgementJson, judgementLine, refusalText } from "../report/judgement-text.ts";
import { counted, countOf } from "../report/text.ts";
import { inLine } from "../visible.ts";
import type { NewTrace } from "./make-trace.ts";
import { type Output, output } from "./output.ts";

/** What `gartrace record` says. */
export const tellRecorded = (written: NewTrace): Output =>
  output(
    () => recordedText(written),
    () => writtenJson(written),
  );

export const writtenJson = ({ judgement, log: _, ...written }: NewTrace): object => ({
  ...written,
  ...judgementJson(judgement),
});

/** "recorded 66 events to run.gart: 17 ops, 2 with an errno (op 0 init: -ENOMEM, refused at #27); wrong: ..." */
function recordedText({ path, events, judgement }: NewTrace): string {
  const recorded = `recorded ${countOf(events, "event")} to ${inLine(path)}`;
  if (judgement === null) return recorded;
  const { kinds, refusals } = judgement;
  const [first] = refusals.first;
  const ops = countOf(kinds["op.began"] ?? 0, "op");
  const returned =
    first === undefined
      ? `${ops}, none with an errno`
      : `${ops}, ${counted(refusals.count)} with an errno (first ${refusalText(first)})`;
  return `${recorded}: ${returned}; ${judgementLine(judgement, { torn: false, count: events })}`;
}
