// reading.ts - commands that read a trace: open it, say when it is torn, close it.

import { accessSync, constants } from "node:fs";
import type { Judgement } from "../judgement/judgement.ts";
import { lostLogOf, openTrace, type Trace, troubleOf } from "../library/trace.ts";
import { notice } from "./output.ts";

/** What a command that judges tells the shell of a trace. */
export const exitCodes: { readonly [W in Judgement["word"]]: number } = {
  right: 0,
  wrong: 1,
  undecided: 3,
};

/** Opens traces, hands them over and closes them whatever happens. */
export async function reading<T>(
  paths: readonly string[],
  use: (traces: readonly Trace[]) => Promise<T>,
): Promise<T> {
  const traces: Trace[] = [];
  try {
    for (const path of paths) {
      const trace = openTrace(path);
      traces.push(trace);
      if (trace.torn) notice(tornText(trace));
    }
    const answer = await use(traces);
    for (const { path, damagedKeyframe } of traces)
      if (damagedKeyframe !== null) notice(keyframeText(path, damagedKeyframe));
    return answer;
  } catch (error) {
    throw troubleOf(traces, error);
  } finally {
    for (const trace of traces) closeWhole(trace);
  }
}

/** A question that was broken off keeps the database busy; the error that broke it off is the one that is told. */
function closeWhole(trace: Trace): void {
  try {
    trace.close();
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
  }
}

const keyframeText = (path: string, moment: number): string =>
  `gartrace: the keyframe of ${path} at #${moment} is damaged, so it was replayed from before; ` +
  `'gartrace index --force ${path}' makes it again`;

/** Says that a look at the past reads through the events, where the trace has no index of them. */
export function sayIfUnindexed({ path, indexed }: Trace): void {
  if (!indexed)
    notice(`gartrace: ${path} has no index, so its events are read through; ${cure(path)}`);
}

/** So many events are folded from the start without a noticeable wait. */
const FEW = 16384;

/** Says that a state is folded from the start, where the trace keeps none on the way. */
export function sayIfUnkept({ path, hasKeyframes, count }: Trace): void {
  if (!hasKeyframes && count > FEW)
    notice(`gartrace: ${path} has no keyframes, so it is replayed from its start; ${cure(path)}`);
}

/** Says that a trace is judged now, where its file does not say what is right. */
export function sayIfUnjudged({ path, isJudged, torn }: Trace): void {
  if (!isJudged && !torn)
    notice(
      `gartrace: ${path} was not judged by this version, so it is judged now, in memory; ` +
        (isWritable(path) ? cure(path) : "it cannot be kept: the file is read-only"),
    );
}

const cure = (path: string): string => `'gartrace index ${path}' mends that`;

function tornText(trace: Trace): string {
  const { path, count } = trace;
  const readTo = count === 0 ? "it holds no event yet" : `it is read up to event #${count}`;
  const log = lostLogOf(trace);
  const rest = log === null ? "" : `; its log ${log} is not here: copy it along, it can hold more`;
  return `gartrace: ${path} is torn, its recording did not finish; ${readTo}${rest}`;
}

function isWritable(path: string): boolean {
  try {
    accessSync(path, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}
