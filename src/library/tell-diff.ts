// tell-diff.ts - what a comparison says, of two traces and of every trace in a folder.

import { basename } from "node:path";
import { answerOf, type Comparison, type Divergence, type Extent } from "../diff/comparison.ts";
import type { JudgedEvent } from "../diff/cursor.ts";
import { compare } from "../diff/diff.ts";
import type { Rules } from "../diff/scope.ts";
import { toJson } from "../event/line.ts";
import { UserError } from "../fault.ts";
import { judgedOf, wordOf } from "../replay/judged.ts";
import { briefText, diffText, judgedText, pairText } from "../report/diff-text.ts";
import { inColumns, titleOf } from "../report/text.ts";
import { TraceReader } from "../store/read.ts";
import { troubleBehind } from "../store/trouble.ts";
import { type Output, output } from "./output.ts";
import { readerOf, type Trace } from "./trace.ts";

/** How much `gartrace diff` prints. */
export interface DiffTelling {
  /** The counts alone, the first divergence alone, or both with what they go back to, which is the default. */
  readonly only?: "counts" | "first" | "all";
  /** Events around the first divergence; 0 by default. */
  readonly context?: number;
  /** Divergences to be told one by one; null, the default, for none. */
  readonly divergences?: readonly Divergence[] | null;
}

/** What `gartrace diff` prints. */
export interface DiffOutput extends Output {
  /** The same in one line. */
  readonly brief: string;
  /** 0 alike, 1 different, 3 undecided. */
  readonly exitCode: number;
}

const exitCodes = { alike: 0, different: 1, undecided: 3 } as const;

/** What `gartrace diff` prints of a comparison of these two. */
export function tellDiff(
  traceA: Trace,
  traceB: Trace,
  comparison: Comparison,
  { only = "all", context = 0, divergences = null }: DiffTelling = {},
): DiffOutput {
  const inA = { file: traceA.path, trace: readerOf(traceA) };
  const inB = { file: traceB.path, trace: readerOf(traceB) };
  const [a, b] = [inA.trace, inB.trace];
  const both = output(
    () => {
      const list = (divergences ?? []).map((one) => pairText(a, b, one));
      const text = diffText(inA, inB, comparison, { context, only });
      return [text, ...(list.length === 0 ? [] : ["", "every divergence", ...list])].join("\n");
    },
    () => comparisonJson(inA, inB, comparison, divergences),
  );
  return Object.defineProperties(both, {
    brief: { get: () => briefText(comparison) },
    exitCode: { value: exitCodes[answerOf(comparison)] },
  }) as DiffOutput;
}

interface OpenFile {
  readonly file: string;
  readonly trace: TraceReader;
}

/** The comparison as JSON, its addresses as hexadecimal strings. */
function comparisonJson(
  inA: OpenFile,
  inB: OpenFile,
  comparison: Comparison,
  divergences: readonly Divergence[] | null,
): object {
  const { first, firstDevice, extents, ...totals } = comparison;
  const [a, b] = [inA.trace, inB.trace];
  return {
    a: fileJson(inA, extents.a),
    b: fileJson(inB, extents.b),
    ...answerJson(comparison),
    ...totals,
    first: first && divergenceJson(a, b, first),
    firstDevice: firstDevice && divergenceJson(a, b, firstDevice),
    ...(divergences === null
      ? {}
      : { divergences: divergences.map((one) => divergenceJson(a, b, one)) }),
  };
}

const divergenceJson = (
  a: TraceReader,
  b: TraceReader,
  { class: name, op, a: inA, b: inB, fields, facts }: Divergence,
): unknown => ({
  class: name,
  op,
  a: inA && seenJson(a, inA),
  b: inB && seenJson(b, inB),
  fields,
  facts,
});

const seenJson = (
  { about }: TraceReader,
  { recorded, verdict, wrong, page }: JudgedEvent,
): unknown => ({
  ...toJson(recorded, about.virtBase),
  verdict,
  check: wrong?.check ?? null,
  means: page,
});

const answerJson = (comparison: Comparison) => {
  const answer = answerOf(comparison);
  return { alike: answer === "alike", answer };
};

const fileJson = ({ file, trace }: OpenFile, { torn, lost }: Extent) => ({
  file,
  title: titleOf(trace.about),
  judgement: wordOf(trace),
  wrong: judgedOf(trace).judgement.wrong,
  torn,
  lost,
});

/** What `gartrace diff --matrix` prints: every trace of a folder against one. */
export interface FolderOutput extends Output {
  /** 0 alike, 1 one is different, 2 one cannot be compared, 3 one is undecided. */
  readonly exitCode: number;
}

/** Compares traces with one, `base`; `hear` is told of each as it begins. */
export function tellFolder(
  base: Trace,
  paths: readonly string[],
  rules: Partial<Rules> = {},
  hear: (done: number, total: number, name: string) => void = () => {},
): FolderOutput {
  const reader = readerOf(base);
  reader.forgetPages();
  const lines = paths.map((path, i) => {
    hear(i, paths.length, basename(path));
    return lineOf(reader, path, rules);
  });
  const name = basename(base.path);
  const both = output(
    () =>
      [
        `against ${name}`,
        ...(lines.length === 0 ? ["no other trace is there"] : [inColumns(lines.map(cells))]),
      ].join("\n"),
    () => ({ base: name, traces: lines.map(lineJson) }),
  );
  return Object.assign(both, { exitCode: exitCodeOf(lines) });
}

/** One trace of the folder: what came of comparing it, or why it could not be. */
interface Line {
  readonly trace: string;
  readonly comparison: Comparison | null;
  /** What is said of the trace itself, as text and as JSON. */
  readonly judged: string;
  readonly file: unknown;
  readonly trouble: string | null;
}

function exitCodeOf(lines: readonly Line[]): number {
  const answers = lines.map(({ comparison }) => comparison && answerOf(comparison));
  if (answers.includes(null)) return 2;
  if (answers.includes("different")) return exitCodes.different;
  return answers.includes("undecided") ? exitCodes.undecided : exitCodes.alike;
}

function lineOf(base: TraceReader, path: string, rules: Partial<Rules>): Line {
  let opened: TraceReader | undefined;
  try {
    const trace = TraceReader.open(path);
    opened = trace;
    trace.forgetPages();
    const comparison = compare(base, trace, rules);
    const file = fileJson({ file: path, trace }, comparison.extents.b);
    return { trace: basename(path), comparison, judged: judgedText(trace), file, trouble: null };
  } catch (thrown) {
    const error = troubleBehind([path], opened === undefined ? [] : [opened], thrown);
    if (!(error instanceof UserError)) throw error;
    const none = { comparison: null, judged: "", file: null };
    return { trace: basename(path), ...none, trouble: error.message };
  } finally {
    opened?.close();
  }
}

const cells = ({ trace, comparison, judged, trouble }: Line): string[] => [
  trace,
  ...(comparison === null ? [`not compared: ${trouble}`] : [briefText(comparison), judged]),
];

const lineJson = ({ trace, comparison, file, trouble }: Line): unknown => ({
  trace,
  ...(comparison === null ? { alike: null, answer: null } : answerJson(comparison)),
  b: file,
  first: comparison?.first && {
    class: comparison.first.class,
    op: comparison.first.op,
    facts: comparison.first.facts,
  },
  counts: comparison?.counts ?? null,
  causes: comparison?.causes ?? null,
  trouble,
});
