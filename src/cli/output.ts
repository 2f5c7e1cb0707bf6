// output.ts - what commands print: data to stdout in whole chunks, notices to stderr.

import { once } from "node:events";
import { colours } from "../report/colours.ts";
import { visible } from "../report/visible.ts";
import { type AnswerName, versions } from "../shape/versions.ts";

const CHUNK = 1 << 16;

/** Lines to stdout, as fast as the reader takes them. */
export class Output {
  #waiting = "";

  /** Prints a line; long output is handed over in chunks, and the caller waits for slow readers. */
  async line(text: string): Promise<void> {
    this.#waiting += `${visible(text, colours.isColorSupported)}\n`;
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

/** An answer as JSON; it begins with the version of its shape (`gartrace schema NAME`). */
export const printAnswer = (name: AnswerName, body: object): Promise<void> =>
  print(JSON.stringify({ version: versions[name], ...body }, null, 2));

/** A word beside the data. */
export const notice = (text: string): void => {
  process.stderr.write(`${visible(text, colours.isColorSupported)}\n`);
};
