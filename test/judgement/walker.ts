// walker.ts - a thread of the walk: takes names of traces, one after the other, and gives back what came of each.

import { parentPort, workerData } from "node:worker_threads";
import { type Row, type WalkOptions, walk, walkedNamed } from "./walk.ts";

/** A trace to walk. */
export interface Step {
  readonly name: string;
  readonly prints: boolean;
}

export interface Answered {
  readonly name: string;
  /** Null where it could not be walked: `trouble` says why. */
  readonly row: Row | null;
  readonly trouble: string | null;
}

const { folder, keeps } = workerData as Omit<WalkOptions, "prints">;

parentPort?.on("message", async ({ name, prints }: Step) => {
  let answered: Answered;
  try {
    const options = { folder, prints, ...(keeps === undefined ? {} : { keeps }) };
    answered = { name, row: await walk(walkedNamed(name), options), trouble: null };
  } catch (error) {
    answered = { name, row: null, trouble: (error as Error).stack ?? String(error) };
  }
  parentPort!.postMessage(answered);
});
