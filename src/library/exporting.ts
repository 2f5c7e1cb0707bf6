// exporting.ts - the pieces of an exported file, in order, its parts made by as many threads as there are cores.

import { availableParallelism } from "node:os";
import { Worker } from "node:worker_threads";
import { boundsOf, type ExportFormat, type Part, type Piece } from "../exchange/export/format.ts";
import { UserError } from "../fault.ts";
import type { TraceReader } from "../store/read.ts";
import type { Answer, Asked, Task } from "./export-worker.ts";
import type { Where } from "./where.ts";

/** Threads at most: beyond this the one that writes is the limit. */
const MOST_THREADS = 8;
/** Parts that a thread has before it while those before them are not written: what memory an export takes. */
const AHEAD = 2;
/** A trace of fewer parts is written before threads have started. */
const FEW = 3;

/** The bytes are the same however many threads there are. */
export async function* piecesOf(
  format: ExportFormat,
  paths: readonly string[],
  traces: readonly TraceReader[],
  where: Where | null,
): AsyncGenerator<Piece> {
  const wanted = where === null ? null : where.holds;
  const { name, parts } = format;
  const [trace] = traces as [TraceReader];
  const bounds = parts === null ? [] : [...boundsOf(parts, trace)];
  const threads = Math.min(availableParallelism(), MOST_THREADS);
  if (parts === null || threads === 1 || bounds.length < FEW) {
    yield* format.pieces(traces, wanted);
    return;
  }
  yield parts.head(trace, wanted);
  const about: unknown[] = [];
  for await (const part of sharedOut(bounds, threads, {
    path: paths[0]!,
    format: name,
    where: where?.text ?? null,
  })) {
    about.push(part.about);
    yield part.bytes;
  }
  yield parts.end(trace, about);
}

/** The parts in order, each thread making every so manieth. */
async function* sharedOut(
  bounds: readonly Asked[],
  threads: number,
  task: Task,
): AsyncGenerator<Part> {
  const makers = Array.from({ length: Math.min(threads, bounds.length) }, () => new Maker(task));
  try {
    const ahead = makers.length * AHEAD;
    for (const [i, asked] of bounds.slice(0, ahead).entries())
      makers[i % makers.length]!.ask(asked);
    for (let i = 0; i < bounds.length; i++) {
      const maker = makers[i % makers.length]!;
      const part = await maker.next();
      const following = bounds[i + ahead];
      if (following !== undefined) maker.ask(following);
      yield part;
    }
  } finally {
    await Promise.all(makers.map((maker) => maker.stop()));
  }
}

/** A thread, and what it has made that nobody took yet. */
class Maker {
  readonly #worker: Worker;
  readonly #made: Answer[] = [];
  #failed: unknown = null;
  #wake = () => {};

  constructor(task: Task) {
    this.#worker = new Worker(new URL("./export-worker.js", import.meta.url), { workerData: task });
    this.#worker.on("message", (answer: Answer) => {
      this.#made.push(answer);
      this.#wake();
    });
    this.#worker.on("error", (error) => this.#fail(error));
    this.#worker.on("exit", (code) =>
      this.#fail(
        new UserError(`a thread of the export ended early (exit code ${code}); try again`),
      ),
    );
  }

  ask(asked: Asked): void {
    this.#worker.postMessage(asked);
  }

  async next(): Promise<Part> {
    while (this.#made.length === 0) {
      if (this.#failed !== null) throw this.#failed;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    const answer = this.#made.shift()!;
    if ("refused" in answer) throw new UserError(answer.refused);
    return answer;
  }

  async stop(): Promise<void> {
    await this.#worker.terminate();
  }

  #fail(error: unknown): void {
    this.#failed ??= error;
    this.#wake();
  }
}
