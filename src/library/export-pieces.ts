// export-pieces.ts - the pieces of an exported file, in order, its parts made by as many threads as there are cores.

import { availableParallelism } from "node:os";
import { setImmediate } from "node:timers/promises";
import { Worker } from "node:worker_threads";
import {
  boundsOf,
  type ExportFormat,
  type MakePart,
  type Part,
  type Piece,
} from "../exchange/export/format.ts";
import { UserError } from "../fault.ts";
import type { TraceReader } from "../store/read.ts";
import type { Answer, PartBounds, Task } from "./export-worker.ts";
import type { Where } from "./where.ts";

/** Threads at most: beyond this the one that writes is the limit. */
const MOST_THREADS = 8;
/** Parts that a thread has before it while those before them are not written: what memory an export takes. */
const AHEAD = 2;
/** A trace of no more events is written before threads have started. */
const FEW = 65_536;
/** Megabytes of what a thread's rows are before they are collected: more only takes memory. */
const YOUNG = 4;

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
  for (const one of traces) one.forgetPages();
  const threads = Math.min(availableParallelism(), MOST_THREADS);
  if (parts === null || threads === 1 || trace.count <= FEW) {
    yield* format.pieces(traces, wanted);
    return;
  }
  yield parts.head(trace, wanted);
  const about: unknown[] = [];
  const task = { path: paths[0]!, format: name, where: where?.text ?? null };
  const bounds = [...boundsOf(parts, trace)];
  const sharing = new PartQueue(bounds, parts.maker(trace, wanted), task, threads - 1);
  for await (const part of sharing.parts()) {
    about.push(part.about);
    yield part.bytes;
  }
  yield parts.end(trace, about);
}

/** Shares the parts out among this thread and others, which take some time to start. */
class PartQueue {
  readonly #bounds: readonly PartBounds[];
  readonly #make: MakePart;
  readonly #makers: readonly Maker[];
  /** Parts at most that are asked for while one before them is not written. */
  readonly #ahead: number;
  readonly #made = new Map<number, Part | Failure>();
  /** The first that nobody was asked for. */
  #next = 0;
  #wake = () => {};

  constructor(bounds: readonly PartBounds[], make: MakePart, task: Task, others: number) {
    this.#bounds = bounds;
    this.#make = make;
    const wake = (): void => this.#wake();
    this.#makers = Array.from({ length: others }, () => new Maker(task, this.#made, wake));
    this.#ahead = (others + 1) * AHEAD;
  }

  /** In order. */
  async *parts(): AsyncGenerator<Part> {
    try {
      for (let i = 0; i < this.#bounds.length; i++) yield await this.#part(i);
    } finally {
      await Promise.all(this.#makers.map((maker) => maker.stop()));
    }
  }

  async #part(index: number): Promise<Part> {
    for (;;) {
      this.#giveOut();
      const made = this.#made.get(index);
      if (made !== undefined) {
        this.#made.delete(index);
        if ("failed" in made) throw made.failed;
        return made;
      }
      for (const maker of this.#makers) if (maker.ended !== null) throw maker.ended;
      const next = this.#next;
      if (next < this.#bounds.length && next - index < this.#ahead) {
        this.#next++;
        this.#made.set(next, this.#makeHere(this.#bounds[next]!));
        // What the others have made comes in by the event loop.
        await setImmediate();
      } else
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
        });
    }
  }

  #giveOut(): void {
    for (const maker of this.#makers)
      while (maker.takesMore && this.#next < this.#bounds.length) {
        maker.ask(this.#next, this.#bounds[this.#next]!);
        this.#next++;
      }
  }

  #makeHere([from, to]: PartBounds): Part | Failure {
    try {
      return this.#make(from, to);
    } catch (failed) {
      return { failed };
    }
  }
}

/** Why there is no part. */
interface Failure {
  readonly failed: unknown;
}

/** Another thread. */
class Maker {
  readonly #worker: Worker;
  /** The parts that it was asked for and has not made. */
  readonly #asked: number[] = [];
  #hasStarted = false;
  /** Why it makes no more; null where it does. */
  ended: unknown = null;

  /** What it makes goes to `made`; `wake` is called whenever there is something new. */
  constructor(task: Task, made: Map<number, Part | Failure>, wake: () => void) {
    this.#worker = new Worker(new URL("./export-worker.js", import.meta.url), {
      workerData: task,
      resourceLimits: { maxYoungGenerationSizeMb: YOUNG },
    });
    this.#worker.on("message", (answer: Answer) => {
      if (answer === "started") this.#hasStarted = true;
      else {
        const part = "refused" in answer ? { failed: new UserError(answer.refused) } : answer;
        made.set(this.#asked.shift()!, part);
      }
      wake();
    });
    const end = (why: unknown): void => {
      this.ended ??= why;
      wake();
    };
    this.#worker.on("error", end);
    this.#worker.on("exit", (code) =>
      end(new UserError(`a thread of the export ended early (exit code ${code}); try again`)),
    );
  }

  get takesMore(): boolean {
    return this.#hasStarted && this.#asked.length < AHEAD;
  }

  ask(index: number, asked: PartBounds): void {
    this.#asked.push(index);
    this.#worker.postMessage(asked);
  }

  async stop(): Promise<void> {
    await this.#worker.terminate();
  }
}
