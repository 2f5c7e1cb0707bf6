// pair-threads.ts - lays two files side by side in threads of their own, so that the page is answered meanwhile.

import { Worker } from "node:worker_threads";
import type { Side } from "../answer/shapes.ts";
import { UserError } from "../fault.ts";
import type { ComparedPair } from "../page/compared-pair.ts";
import type { PairSource } from "../page/pair-files.ts";
import type { PairRequest, PairResponse } from "./pair-worker.ts";

/** One thread compares, which can take minutes; the other one says what stands beside what. */
export class PairThreads implements PairSource {
  readonly #comparing: Thread;
  readonly #pairing: Thread;

  constructor(a: string, b: string) {
    this.#comparing = new Thread([a, b]);
    this.#pairing = new Thread([a, b]);
  }

  compare(): Promise<ComparedPair> {
    return this.#comparing.ask((id) => ({ id, what: "compare" })) as Promise<ComparedPair>;
  }

  partners(side: Side, from: number, to: number): Promise<readonly number[]> {
    const asked = this.#pairing.ask((id) => ({ id, what: "partners", of: [side, from, to] }));
    return asked as Promise<readonly number[]>;
  }

  moment(side: Side, at: number): Promise<number> {
    return this.#pairing.ask((id) => ({ id, what: "moment", of: [side, at] })) as Promise<number>;
  }

  async close(): Promise<void> {
    await Promise.all([this.#comparing.close(), this.#pairing.close()]);
  }
}

interface PendingAnswer {
  readonly done: (value: unknown) => void;
  readonly failed: (error: unknown) => void;
}

class Thread {
  readonly #worker: Worker;
  readonly #waiting = new Map<number, PendingAnswer>();
  #last = 0;

  constructor(paths: readonly [string, string]) {
    this.#worker = new Worker(new URL("./pair-worker.js", import.meta.url), { workerData: paths });
    this.#worker.on("message", (answer: PairResponse) => {
      const waiting = this.#waiting.get(answer.id);
      this.#waiting.delete(answer.id);
      if ("refused" in answer) waiting?.failed(new UserError(answer.refused));
      else waiting?.done(answer.value);
    });
    this.#worker.on("error", (error) => {
      for (const { failed } of this.#waiting.values()) failed(error);
      this.#waiting.clear();
    });
    this.#worker.unref();
  }

  ask(question: (id: number) => PairRequest): Promise<unknown> {
    const id = ++this.#last;
    return new Promise((done, failed) => {
      this.#waiting.set(id, { done, failed });
      this.#worker.postMessage(question(id));
    });
  }

  async close(): Promise<void> {
    await this.#worker.terminate();
  }
}
