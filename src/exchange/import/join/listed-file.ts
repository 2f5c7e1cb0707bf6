// listed-file.ts - files that lie beside a kernel's trace and are lists: every line of one pattern.

import type { Source } from "../source/source.ts";
import type { ContextFormat } from "./format.ts";
import type { Run } from "./run.ts";

export interface ListedFile extends Pick<ContextFormat, "name" | "what" | "madeBy"> {
  readonly near?: RegExp;
  /** Every line of it; the first few tell the format. */
  readonly line: RegExp;
  /** What a line is, for the complaint about one that is none; and what becomes of it. Without them all are left alone. */
  readonly row?: string;
  take?(source: Source, run: Run, found: RegExpExecArray): void;
}

const ENOUGH = 5;

export const listedFile = ({
  name,
  what,
  madeBy,
  near,
  line: pattern,
  row = "",
  take,
}: ListedFile): ContextFormat => ({
  name,
  what,
  madeBy,
  near: near ?? null,
  part: "context",
  recognises: (head) => {
    const lines = head
      .toString("latin1")
      .split(/\r?\n/)
      .filter((line) => line.trim() !== "");
    return lines.length > 0 && lines.slice(0, ENOUGH).every((line) => pattern.test(line));
  },
  async read(source, run) {
    for await (const lines of source.lines())
      for (const line of lines) {
        source.line++;
        if (line === "" || take === undefined) continue;
        const found = pattern.exec(line);
        if (found === null) source.tally.skipped("line", `not ${row}`, 1);
        else take(source, run, found);
      }
  },
});
