// pair-worker.ts - the thread that lays two files side by side for the page.

import { parentPort, workerData } from "node:worker_threads";
import type { Side } from "../answer/shapes.ts";
import { UserError } from "../fault.ts";
import { PairFiles } from "../page/pair-files.ts";
import { readingTrouble } from "../store/open.ts";

/** What the thread is asked, each with a number that its answer has too. */
export type PairRequest =
  | { readonly id: number; readonly what: "compare" }
  | { readonly id: number; readonly what: "partners"; readonly of: [Side, number, number] }
  | { readonly id: number; readonly what: "moment"; readonly of: [Side, number] };

export type PairResponse =
  | { readonly id: number; readonly value: unknown }
  | { readonly id: number; readonly refused: string };

const paths = workerData as [a: string, b: string];
const files = new PairFiles(...paths);

function answerTo(asked: PairRequest): Promise<unknown> {
  if (asked.what === "compare") return files.compare();
  return asked.what === "partners" ? files.partners(...asked.of) : files.moment(...asked.of);
}

parentPort!.on("message", async (asked: PairRequest) => {
  const { id } = asked;
  try {
    parentPort!.postMessage({ id, value: await answerTo(asked) } satisfies PairResponse);
  } catch (error) {
    const trouble = readingTrouble(paths, error);
    if (!(trouble instanceof UserError)) throw trouble;
    parentPort!.postMessage({ id, refused: trouble.message } satisfies PairResponse);
  }
});
