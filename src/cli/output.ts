// output.ts - what commands print: data to stdout in whole chunks, progress and notices to stderr.

import { once } from "node:events";
import { SingleBar } from "cli-progress";

const CHUNK = 1 << 16;

/** Lines to stdout, as fast as the reader takes them. */
export class Output {
  #waiting = "";

  /** Prints a line; long output is handed over in chunks, and the caller waits for slow readers. */
  async line(text: string): Promise<void> {
    this.#waiting += `${text}\n`;
    if (this.#waiting.length >= CHUNK) await this.flush();
  }

  async flush(): Promise<void> {
    const chunk = this.#waiting;
    this.#waiting = "";
    if (chunk !== "" && !process.stdout.write(chunk)) await once(process.stdout, "drain");
  }
}

/** A command's whole answer. */
export async function print(text: string): Promise<void> {
  const output = new Output();
  await output.line(text);
  await output.flush();
}

export const printJson = (value: unknown): Promise<void> => print(JSON.stringify(value, null, 2));

/** A word beside the data. */
export const notice = (text: string): void => {
  process.stderr.write(`${text}\n`);
};

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
