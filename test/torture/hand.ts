// hand.ts - a worker process that tries what it is told, and another one where it died or hung.

import { type ChildProcess, fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { Tally } from "./tally.ts";
import type { Asked, Tried } from "./worker.ts";

const WORKER = fileURLToPath(new URL("worker.js", import.meta.url));
/** Milliseconds after which a trial hangs: a command in it may take two minutes. */
const HANG = 400_000;

export class Hand {
  readonly #tally: Tally;
  #child: ChildProcess | null = null;

  constructor(tally: Tally) {
    this.#tally = tally;
  }

  async try(asked: Asked): Promise<void> {
    this.#child ??= fork(WORKER, [], {
      execArgv: ["--max-old-space-size=1000"],
      stdio: ["ignore", "ignore", "ignore", "ipc"],
    });
    const child = this.#child;
    const { complaint, lines } = await new Promise<Tried>((done) => {
      const ended = (complaint: string) => {
        clearTimeout(timer);
        child.kill("SIGKILL");
        this.#child = null;
        done({ complaint, lines: 0 });
      };
      const timer = setTimeout(() => ended("hangs"), HANG);
      const died = (code: number | null, signal: string | null) => ended(`dies: ${code ?? signal}`);
      child.once("exit", died);
      child.once("message", (tried: Tried) => {
        clearTimeout(timer);
        child.off("exit", died);
        done(tried);
      });
      child.send(asked);
    });
    this.#tally.add(asked.campaign, asked.n, complaint, lines);
  }

  stop(): void {
    this.#child?.disconnect();
    this.#child = null;
  }
}
