// reduce.ts - the smallest list of operations that still shows where two traces part.

import { setImmediate } from "node:timers/promises";
import type { Divergence } from "../diff/comparison.ts";
import type { JudgedEvent } from "../diff/cursor.ts";
import { compare } from "../diff/diff.ts";
import { type Compared, inMemory } from "../diff/in-memory.ts";
import { smallest, smallestNumber } from "../diff/minimize.ts";
import type { Rules } from "../diff/scope.ts";
import type { About } from "../event/trace.ts";
import type { Recorded } from "../event/vocabulary.ts";
import { UserError } from "../fault.ts";
import type { Sink } from "../machine/machine.ts";
import { record } from "../recorder/record.ts";
import { pairText } from "../report/diff-text.ts";
import { countOf } from "../report/text.ts";
import { aboutRun } from "../scenario/setup.ts";
import type { Operation } from "../workload/operation.ts";
import { parseWorkload, type Workload } from "../workload/workload.ts";
import { setupAgain } from "./recording.ts";
import { readerOf, type Trace } from "./trace.ts";

/** The smaller workload, as a file holds it, and what it still shows, in words. */
export interface SmallerWorkload {
  /** JSON, as `record` takes it from a file. */
  readonly workload: string;
  /** For people. */
  readonly text: string;
}

/** Events of one run that are in memory at once, at most. */
const MOST_EVENTS = 2_000_000;

/**
 * Leaves out operations of two simulated traces, and makes their arguments smaller, as long as running them again
 * still shows the first divergence; null where the traces do not part. `hear` is told of each candidate.
 */
export async function reduce(
  traceA: Trace,
  traceB: Trace,
  wanted: Partial<Rules> = {},
  hear: (operations: number, tried: number) => void = () => {},
): Promise<SmallerWorkload | null> {
  const rules = { ...wanted, firstOnly: true };
  const [a, b] = [readerOf(traceA), readerOf(traceB)];
  for (const { about } of [a, b])
    if (about.source !== "simulated" || about.operations === null)
      throw new UserError("an imported trace cannot be run again; reduce takes simulated ones");
  if (a.about.operations !== b.about.operations)
    throw new UserError("the traces hold different operations; record the same workload twice");
  const { first } = compare(a, b, rules);
  if (first === null) return null;
  const { op } = first.op;
  for (const trace of [a, b])
    if ((trace.op(op)?.last ?? trace.count) > MOST_EVENTS)
      throw new UserError(
        `the traces part behind ${countOf(MOST_EVENTS, "event")}, more than are run again in memory; ` +
          "record a shorter workload",
      );
  const whole = parseWorkload(a.about.operations!, a.about.workload);
  const shown = new Reproduction(a.about, b.about, whole.name, rules, kindOf(first), hear);
  const upTo = [...whole.operations].slice(0, op + 1);
  if (!(await shown.shows(upTo)))
    throw new UserError("running the operations again does not show the divergence; run verify");
  const few = await smallest(upTo, (part) => shown.shows(part));
  const operations = await withSmallArguments(few, (part) => shown.shows(part));
  const runs = [a, b].map(({ about }) => shown.run(about, operations)) as [Compared, Compared];
  const again = compare(...runs, rules).first!;
  const text = [
    `${countOf([...whole.operations].length, "operation")} became ${operations.length}; ` +
      `${countOf(shown.tried, "candidate")} tried. Still shown:`,
    pairText(...runs, again),
  ].join("\n");
  return { workload: workloadFile({ name: whole.name, operations }), text };
}

/** What a divergence is, whatever its op, its page and its numbers. */
function kindOf({ class: name, a, b, facts, op }: Divergence): string {
  const of = (seen: JudgedEvent | null) =>
    seen && [seen.recorded.event.kind, seen.recorded.event.place, seen.verdict, seen.wrong?.check];
  return JSON.stringify([
    name,
    of(a),
    of(b),
    (a ?? b) ? null : [op.name, facts.map((f) => f.fact)],
  ]);
}

/** Asks of lists of operations whether they show the same first divergence. */
class Reproduction {
  tried = 0;
  readonly #a: About;
  readonly #b: About;
  readonly #name: string;
  readonly #rules: Partial<Rules>;
  readonly #kind: string;
  readonly #hear: (operations: number, tried: number) => void;

  constructor(
    a: About,
    b: About,
    name: string,
    rules: Partial<Rules>,
    kind: string,
    hear: (operations: number, tried: number) => void,
  ) {
    this.#hear = hear;
    this.#a = a;
    this.#b = b;
    this.#name = name;
    this.#rules = rules;
    this.#kind = kind;
  }

  async shows(operations: readonly Operation[]): Promise<boolean> {
    this.tried++;
    this.#hear(operations.length, this.tried);
    await setImmediate();
    try {
      const [a, b] = [this.run(this.#a, operations), this.run(this.#b, operations)];
      const { first } = compare(a, b, this.#rules);
      return first !== null && kindOf(first) === this.#kind;
    } catch (error) {
      // Operations can need one that was left out: no workload, then.
      if (error instanceof UserError) return false;
      throw error;
    }
  }

  /** The operations run as one of the traces was, in memory. */
  run(about: About, operations: readonly Operation[]): Compared {
    const text = JSON.stringify({ workload: this.#name, ops: operations });
    const setup = { ...setupAgain(about), workload: parseWorkload(text, this.#name) };
    const events: Recorded[] = [];
    const sink: Sink = { take: (seq, op, event) => void events.push({ seq, op, event }) };
    for (const _ of record(setup, sink));
    return inMemory(aboutRun(setup), events);
  }
}

/** Each number of each operation as small as can be. */
async function withSmallArguments(
  operations: readonly Operation[],
  shows: (operations: readonly Operation[]) => Promise<boolean>,
): Promise<readonly Operation[]> {
  let best = operations;
  for (const i of operations.keys())
    for (const [name, value] of Object.entries(best[i]!)) {
      if (typeof value !== "number" || value <= 0) continue;
      const withValue = (number: number) =>
        best.with(i, { ...best[i]!, [name]: number } as Operation);
      const least = await smallestNumber(value, (number) => shows(withValue(number)));
      best = withValue(least);
    }
  return best;
}

/** A workload as people write it: an operation a line. */
const workloadFile = ({ name, operations }: Workload): string =>
  [
    `{"workload": ${JSON.stringify(name)}, "ops": [`,
    [...operations].map((operation) => `  ${JSON.stringify(operation)}`).join(",\n"),
    "]}",
  ].join("\n");
