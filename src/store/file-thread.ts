// file-thread.ts - a trace file that is written by a thread of its own, as the recording sees it.
//
// The two wait for each other by numbers in shared memory, so neither needs its event loop: a recording may run from
// end to end without giving control back. Rows are shared; what else a batch says is cloned with its message.

import { existsSync } from "node:fs";
import { availableParallelism } from "node:os";
import { fileURLToPath } from "node:url";
import {
  MessageChannel,
  type MessagePort,
  receiveMessageOnPort,
  Worker,
} from "node:worker_threads";
import { SqliteError } from "better-sqlite3";
import { type ErrorCode, UserError } from "../fault.ts";
import type { Batch, FileName, Filing } from "./trace-file.ts";
import type { Buffers } from "./waiting.ts";

/**
 * The thread's program; null where there is no core for it, or where it is not there: the sources run as they are,
 * or became part of another program.
 */
export function threadProgram(): URL | null {
  const program = new URL("./file-worker.js", import.meta.url);
  return availableParallelism() > 1 && existsSync(fileURLToPath(program)) ? program : null;
}

/** How long a thread may take for one thing before it counts as gone, in milliseconds: a disk can be slow. */
const PATIENCE = 300_000;

/**
 * The room for the thread's new objects, in MB: three parts, of which one is filled until the garbage in it is collected.
 * What the thread is told is dropped at once. Left to itself V8 makes it 48, late in a long run (bench: import, memory).
 */
const YOUNG = 12;

/** Where the shared numbers stand. */
export const REQUESTS = 0;
export const DONE = 1;
export const FAILED = 2;

/** What the thread is told at its start. */
export interface Task {
  readonly name: FileName;
  readonly rows: Buffers;
  readonly port: MessagePort;
  /** 32-bit: how many requests it had, how often it did something, and whether it failed. */
  readonly signals: SharedArrayBuffer;
  /** 64-bit: the last event that is safely in the file. */
  readonly committed: SharedArrayBuffer;
}

/** What it is asked for. */
export type Request =
  | { readonly what: "take"; readonly batch: Batch }
  | { readonly what: "commit" | "abandon" | "drop" }
  | { readonly what: "finish"; readonly options: string };

/** What it answers. */
export type Reply =
  | { readonly what: "digest"; readonly digest: string }
  | { readonly what: "ended" }
  | ({ readonly what: "failed" } & Failure);

/** An error, as it crosses threads. */
export interface Failure {
  readonly kind: "sqlite" | "user" | "bug";
  readonly message: string;
  readonly code: string;
}

export class FileThread implements Filing {
  readonly #path: string;
  readonly #port: MessagePort;
  readonly #signals: Int32Array;
  readonly #committed: BigInt64Array;
  /** Set where the thread died of something that it could not tell. */
  #died: Error | null = null;

  constructor(name: FileName, rows: Buffers, program: URL) {
    this.#path = name.path;
    const { port1, port2 } = new MessageChannel();
    this.#port = port1;
    const signals = new SharedArrayBuffer(3 * Int32Array.BYTES_PER_ELEMENT);
    const committed = new SharedArrayBuffer(BigInt64Array.BYTES_PER_ELEMENT);
    this.#signals = new Int32Array(signals);
    this.#committed = new BigInt64Array(committed);
    const task: Task = { name, rows, port: port2, signals, committed };
    const resourceLimits = { maxYoungGenerationSizeMb: YOUNG };
    const worker = new Worker(program, { workerData: task, transferList: [port2], resourceLimits });
    worker.on("error", (error) => {
      this.#died = error;
    });
    worker.unref();
    this.#port.unref();
  }

  get committed(): number {
    return Number(Atomics.load(this.#committed, 0));
  }

  /** The bytes of keyframes go over and are no longer here. */
  take(batch: Batch): void {
    const moved = batch.attachments.flatMap((one) =>
      one.what === "keyframe" ? [one.keyframe.data.buffer as ArrayBuffer] : [],
    );
    this.#send({ what: "take", batch }, moved);
  }

  commit(): void {
    this.#send({ what: "commit" });
  }

  await(): void {
    const before = this.committed;
    this.#until(() => this.committed > before);
  }

  finish(options: string): string {
    this.#send({ what: "finish", options });
    const reply = this.#reply();
    if (reply.what !== "digest") throw new Error(`${reply.what} is no digest`);
    return reply.digest;
  }

  abandon(): void {
    this.#send({ what: "abandon" });
    this.#reply();
  }

  drop(): void {
    // One that failed has let go of the file already.
    if (Atomics.load(this.#signals, FAILED) !== 0 || this.#died !== null) return;
    this.#send({ what: "drop" });
    this.#reply();
  }

  #send(request: Request, moved: readonly ArrayBuffer[] = []): void {
    this.#assertAlive();
    this.#port.postMessage(request, moved);
    Atomics.add(this.#signals, REQUESTS, 1);
    Atomics.notify(this.#signals, REQUESTS);
  }

  #reply(): Reply {
    let reply: Reply | undefined;
    this.#until(() => {
      reply = this.#received();
      return reply !== undefined;
    });
    return reply!;
  }

  /** Waits, event loop and all, until something is so; what it may depend on is told by DONE. */
  #until(isSo: () => boolean): void {
    for (;;) {
      const done = Atomics.load(this.#signals, DONE);
      this.#assertAlive();
      if (isSo()) return;
      if (Atomics.wait(this.#signals, DONE, done, PATIENCE) === "timed-out")
        throw new Error(`the thread that writes ${this.#path} has not answered for 5 minutes`);
    }
  }

  /** Throws what the thread met. */
  #assertAlive(): void {
    if (this.#died !== null) throw this.#died;
    if (Atomics.load(this.#signals, FAILED) === 0) return;
    const reply = this.#received();
    if (reply?.what !== "failed") throw new Error(`the thread that writes ${this.#path} is gone`);
    throw errorOf(reply);
  }

  #received(): Reply | undefined {
    return receiveMessageOnPort(this.#port)?.message as Reply | undefined;
  }
}

/** An error for its way to the other thread. */
export function failureOf(error: unknown): Failure {
  if (error instanceof SqliteError)
    return { kind: "sqlite", message: error.message, code: error.code };
  if (error instanceof UserError) return { kind: "user", message: error.message, code: error.code };
  const message = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return { kind: "bug", message, code: "" };
}

function errorOf({ kind, message, code }: Failure): Error {
  if (kind === "sqlite") return new SqliteError(message, code);
  return kind === "user" ? new UserError(message, code as ErrorCode) : new Error(message);
}
