// tell-check.ts - what checks came to, for people, for programs and for CI.

import { answerOf, checksJson, checkText } from "../report/check-text.ts";
import { judgementLine } from "../report/judgement-text.ts";
import { VERSION } from "../version.ts";
import type { CheckAnswer } from "./check.ts";
import { type Output, output } from "./output.ts";
import type { Trace } from "./trace.ts";

/** What `gartrace check` prints, and the code that it ends with. */
export interface CheckOutput extends Output {
  /** 0 right, 1 wrong, 2 a check failed, 3 undecided. */
  readonly exitCode: number;
  /** The same as JUnit's XML or as SARIF 2.1.0, for CI. */
  ci(format: "junit" | "sarif"): Promise<string>;
}

/** What `gartrace check` prints. */
export function tellCheck(
  trace: Trace,
  answer: CheckAnswer,
  {
    all = false,
    strict = false,
  }: {
    /** Whether checks to which no event applies are listed one by one. */
    readonly all?: boolean;
    /** Whether what is unknown makes it undecided. */
    readonly strict?: boolean;
  } = {},
): CheckOutput {
  const { word, judgement, checks: checked } = answer;
  const both = output(
    () => [checkText(checked, all), judgementLine(judgement, trace)].join("\n\n"),
    () => ({ judgement: word, checks: checksJson(checked) }),
  );
  return Object.assign(both, {
    exitCode: exitCodeOf(trace, answer, strict),
    ci: async (format: "junit" | "sarif") => {
      // Their builders take a tenth of a second to load, and few ask for them.
      const { checkJunit, checkSarif } = await import("../report/check-ci.ts");
      return format === "junit"
        ? checkJunit(trace.path, checked)
        : checkSarif(trace.path, checked, VERSION);
    },
  });
}

/** What a shell is told; a check that throws is trouble, whatever the others say. */
function exitCodeOf(
  { torn }: Trace,
  { judgement: { word, uses }, checks: checked }: CheckAnswer,
  strict: boolean,
): number {
  if (checked.some(({ failure }) => failure !== null)) return 2;
  if (word === "wrong") return 1;
  const isAnswered = checked.some((one) => answerOf(one) === "holds");
  const isUnknown =
    uses.unknown > 0 || checked.some(({ unknown, undecidable }) => unknown ?? undecidable);
  return word === "undecided" || torn || !isAnswered || (strict && isUnknown) ? 3 : 0;
}
