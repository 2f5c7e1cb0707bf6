// diff-answer.ts - what diff answers, of two traces and of a folder: as JSON, and by its exit code.

import { type Answer, answerOf, type Comparison, type Extent } from "../diff/comparison.ts";
import { judgedOf, wordOf } from "../replay/judged.ts";
import type { InFile } from "../report/diff-text.ts";
import { titleOf } from "../report/text.ts";

export const exitCodes: { readonly [A in Answer]: number } = {
  alike: 0,
  different: 1,
  undecided: 3,
};

export const answerJson = (comparison: Comparison) => {
  const answer = answerOf(comparison);
  return { alike: answer === "alike", answer };
};

export const fileJson = ({ file, trace }: InFile, { torn, lost }: Extent) => ({
  file,
  title: titleOf(trace.about),
  judgement: wordOf(trace),
  wrong: judgedOf(trace).judgement.wrong,
  torn,
  lost,
});
