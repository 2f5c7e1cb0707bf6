// export-worker.ts - a thread that makes parts of an exported file, each as it is asked for.

import { parentPort, workerData } from "node:worker_threads";
import type { MakePart, Part } from "../exchange/export/format.ts";
import { exportFormats } from "../exchange/export/index.ts";
import { UserError } from "../fault.ts";
import { TraceReader } from "../store/read.ts";
import { troubleBehind } from "../store/trouble.ts";
import { whereOf } from "./where.ts";

/** What the thread is told at its start. */
export interface Task {
  readonly path: string;
  readonly format: string;
  readonly where: string | null;
}
/** A part that it is asked for: the events between two moments. */
export type PartBounds = readonly [from: number, to: number];
/** What it answers: the part, or why the user cannot have it; and before all, once, that it has started. */
export type Answer = Part | Refusal | "started";
interface Refusal {
  readonly refused: string;
}

const { path, format, where } = workerData as Task;
const { maker } = exportFormats.find(({ name }) => name === format)!.parts!;
const wanted = where === null ? null : whereOf(where).holds;
let trace: TraceReader | undefined;
let make: MakePart | undefined;

function answerTo([from, to]: PartBounds): Part | Refusal {
  try {
    if (make === undefined) {
      trace = TraceReader.open(path);
      trace.forgetPages();
      make = maker(trace, wanted);
    }
    return make(from, to);
  } catch (error) {
    const trouble = troubleBehind([path], trace === undefined ? [] : [trace], error);
    if (trouble instanceof UserError) return { refused: trouble.message };
    throw trouble;
  }
}

parentPort!.on("message", (asked: PartBounds) => {
  const answer = answerTo(asked);
  parentPort!.postMessage(answer, "bytes" in answer ? [answer.bytes.buffer] : []);
});
const started: Answer = "started";
parentPort!.postMessage(started);
