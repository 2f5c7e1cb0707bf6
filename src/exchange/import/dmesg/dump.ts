// dump.ts - a trace that the kernel dumped into its log: which lines are its records, and what they tell.
//
// ftrace_dump() prints what is left in the ring buffer between two rules of dashes, in the latency format
// (kernel/trace/trace.c, ftrace_dump_one; by sysrq-z, or ftrace_dump_on_oops). Other CPUs may print between.

import { type Step, stepOf } from "../ftrace/owners.ts";
import { recordOf } from "../ftrace/record.ts";
import { AnyHead, spreadOut } from "./records.ts";

const BEGINS = /^Dumping ftrace (?:buffer|instance \S+ buffer):/;
const RULE = /^-{33}$/;
const LOST = /^CPU:\d+ \[LOST (?:\d+ )?EVENTS\]$/;
/** "##### CPU 2 buffer started ####", and what is said in place of records. */
const BESIDE = /^(?:#{4,} CPU \d+ buffer started #{4,}|\(ftrace buffer empty\))$/;
/** A function of a stack. */
const FRAME = /^=> /;

export class DumpedTrace {
  #isOpen = false;
  /** The rule above the records was seen. */
  #isRuled = false;

  /** What a line of the log tells of the trace, each part where the kernel put several into one message; null for a line of the log. */
  take(text: string): readonly Pick<Step, "line" | "record">[] | null {
    if (BEGINS.test(text)) {
      [this.#isOpen, this.#isRuled] = [true, false];
      return null;
    }
    if (!this.#isOpen) return null;
    const lines = text.split("\n").map((part) => this.#linesOf(part.trimEnd()));
    return lines.includes(null) ? null : lines.flatMap((one) => one ?? []);
  }

  #linesOf(part: string): { line: string; record: Step["record"] }[] | null {
    const line = part.trim();
    if (RULE.test(line)) {
      this.#isOpen = !this.#isRuled;
      this.#isRuled = true;
      return [];
    }
    if (!this.#isRuled) return null;
    if (LOST.test(line) || FRAME.test(line)) return [{ line, record: null }];
    if (BESIDE.test(line)) return [];
    const record = recordOf(part);
    return record === null ? null : [{ line: part, record }];
  }
}

/** The records that are dumped in a log, by the numbers of its lines. */
export async function* dumpedIn(
  all: AsyncIterable<readonly string[]>,
): AsyncGenerator<readonly Step[]> {
  const [dump, heads] = [new DumpedTrace(), new AnyHead()];
  let number = 0;
  for await (const lines of all) {
    const steps: Step[] = [];
    for (const line of lines) {
      number++;
      for (const text of spreadOut(line)) {
        const head = heads.read(text);
        if (head === "part" || (head !== null && head.speaker !== "kernel")) continue;
        for (const one of dump.take(head?.text ?? text) ?? [])
          steps.push(stepOf(one.line, one.record, number));
      }
    }
    yield steps;
  }
}
