// output.ts - what commands print: data to stdout in whole chunks, notices to stderr.

import { once } from "node:events";
import { inLine } from "../library/columns.ts";
import type { Output } from "../library/output.ts";
import { shown } from "../library/shown.ts";
import { type AnswerName, versions } from "../shape/versions.ts";

const CHUNK = 1 << 16;

/** Lines to stdout, as fast as the reader takes them. */
export class Lines {
  #waiting = "";

  /** Prints a line; long output is handed over in chunks, and the caller waits for slow readers. */
  async line(text: string): Promise<void> {
    this.#waiting += `${shown(text)}\n`;
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
  const lines = new Lines();
  await lines.line(text);
  await lines.flush();
}

/** An answer as JSON; it begins with the version of its shape (`gartrace schema NAME`). */
export const printAnswer = (name: AnswerName, body: object): Promise<void> =>
  print(JSON.stringify({ version: versions[name], ...body }, null, 2));

/** An answer, as JSON of the shape of that name or as text. */
export const printOutput = (name: AnswerName, output: Output, isJson: boolean): Promise<void> =>
  isJson ? printAnswer(name, output.json) : print(output.text);

/** A word beside the data, in one line: the names in it can be anything. */
export const notice = (text: string): void => {
  process.stderr.write(`${inLine(text)}\n`);
};

/** A text of several lines beside the data. */
export const noticeText = (text: string): void => {
  process.stderr.write(`${shown(text)}\n`);
};
