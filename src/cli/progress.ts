// progress.ts - how far a command has come, for someone who waits at a terminal.

import { SingleBar } from "cli-progress";

/** A bar on a terminal, nothing otherwise. */
export class Progress {
  readonly #bar: SingleBar | null;

  constructor(what: string, total: number) {
    this.#bar = process.stderr.isTTY
      ? new SingleBar({
          format: `${what} {bar} {percentage}% {note}`,
          hideCursor: true,
          clearOnComplete: true,
          stream: process.stderr,
        })
      : null;
    this.#bar?.start(total, 0, { note: "" });
  }

  at(value: number, note = ""): void {
    this.#bar?.update(value, { note });
  }

  stop(): void {
    this.#bar?.stop();
  }
}
