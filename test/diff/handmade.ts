// handmade.ts - traces of a few ops whose events stand in the test.

import type { Facts } from "../../src/event/field.ts";
import type { About } from "../../src/event/trace.ts";
import type { Event, Recorded } from "../../src/event/vocabulary.ts";
import type { Trace } from "../../src/replay/trace.ts";
import { memoryTrace } from "../memory-trace.ts";
import { about } from "../store/sample.ts";

export interface HandmadeOp {
  readonly name?: string;
  readonly arguments?: Facts;
  readonly events?: readonly object[];
  /** Null where the op does not end. */
  readonly result?: Facts | null;
}

/** A trace of these ops; its events are the driver's where they do not say whose. */
export function traceOf(ops: readonly HandmadeOp[], other: Partial<About> = {}): Trace {
  const events: Recorded[] = [];
  const add = (op: number, event: object) =>
    events.push({ seq: events.length + 1, op, event: event as Event });
  for (const [op, { name = "bind", result = {}, ...rest }] of ops.entries()) {
    const by = { actor: "workload", op };
    add(op, { kind: "op.began", ...by, name, arguments: rest.arguments ?? {} });
    for (const event of rest.events ?? []) add(op, { actor: "driver", ...event });
    if (result !== null) add(op, { kind: "op.ended", ...by, result });
  }
  return memoryTrace({ ...about, ...other }, events);
}

/** A line that the driver logs: an event that has a partner where the same text is logged. */
export const says = (text: string): object => ({ kind: "message.logged", level: "info", text });

/** An entry of the table for a page whose frame is another number; where it leads is its frame, unless told. */
export const entry = (at: number, leadsTo = 0x51000, rest: object = {}): object => ({
  ...{ kind: "gatt.written", entry: at, word: 0x51017, phys: 0xab000, machine: 0x51000 },
  ...{ bus: leadsTo, reached: leadsTo },
  ...rest,
});
