// driver-run.ts - runs of a few operations, for tests of what the driver does in each.
//
// The aperture is the smallest, 4 MB with a table of one page, so that a run has a few thousand
// events.

import type { Facts } from "../src/event/field.ts";
import type { Event, KindName, Of } from "../src/event/vocabulary.ts";
import type { Trace } from "../src/replay/trace.ts";
import type { Setup } from "../src/scenario/setup.ts";
import { lawfulTrace, setupOf, workloadOf } from "./laws.ts";

export const ENTRIES = 1024;

export const init = { op: "init" };
export const cleanup = { op: "cleanup" };
export const acquire = { op: "acquire" };
export const release = { op: "release" };
export const info = { op: "info" };
export const enable = { op: "enable_info" };
export const alloc = (slot: number, pages: number, type = 0) => ({
  op: "alloc",
  slot,
  pages,
  type,
});
export const bind = (slot: number, pg_start: number) => ({ op: "bind", slot, pg_start });
export const unbind = (slot: number) => ({ op: "unbind", slot });
export const free = (slot: number) => ({ op: "free", slot });
export const maxOrder = (max_order: number) => ({ op: "maxorder", max_order });
export const failAfter = (count: number) => ({ op: "failafter", count });
export const failIoremap = (on: 0 | 1) => ({ op: "failioremap", on });

/** The run's operations by their place; -1 is the driver's loading before them. */
export class DriverRun {
  readonly trace: Trace;
  readonly #before: number;

  constructor(trace: Trace, before: number) {
    this.trace = trace;
    this.#before = before;
  }

  /** The events of an operation between its beginning and its end. */
  events(place: number): Event[] {
    return [...this.trace.events()]
      .filter(({ op }) => op === place + this.#before)
      .map(({ event }) => event)
      .slice(1, -1);
  }

  of<K extends KindName>(place: number, kind: K): Of<K>[] {
    return this.events(place).filter((event) => event.kind === kind) as Of<K>[];
  }

  result(place: number): Facts {
    return [...this.trace.ops()][place + this.#before]!.result!;
  }

  ret(place: number): unknown {
    return this.result(place).ret;
  }
}

const small = [maxOrder(0), init];

/** Loads the driver on a small table and performs the operations; proves the laws of every run. */
export const driverRun = (words: string, ...ops: object[]): DriverRun =>
  new DriverRun(
    lawfulTrace(setupOf(words, { workload: workloadOf(...small, ...ops) })),
    small.length,
  );

/** Performs the operations alone. */
export const bareRun = (words: string, other: Partial<Setup>, ...ops: object[]): DriverRun =>
  new DriverRun(lawfulTrace(setupOf(words, { ...other, workload: workloadOf(...ops) })), 0);
