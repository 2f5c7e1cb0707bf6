// partners.test.ts - the partners of one event at a time, for a reader who moves through a trace.

import { describe, expect, test } from "vitest";
import { Pairing } from "../../src/diff/pairing.ts";
import type { Trace } from "../../src/replay/trace.ts";
import { type HandmadeOp, says, traceOf } from "./handmade.ts";

const talk = (slot: number, ...texts: string[]): HandmadeOp => ({
  name: "talk",
  arguments: { slot },
  events: texts.map(says),
});
/** The partners of every event of A, by number. */
const partnersIn = (a: Trace, b: Trace) => {
  const pairing = new Pairing(a, b);
  return Array.from({ length: a.count }, (_, i) => pairing.partnerSeqs(i + 1));
};

describe("the partner of an event", () => {
  const a = traceOf([talk(0, "one", "two", "three"), talk(1, "four")]);

  test("is its like in the op's partner, and an op's beginning and end are each other's", () => {
    expect(partnersIn(a, a)).toEqual(Array.from({ length: a.count }, (_, i) => [i + 1]));
  });

  test("is none where it is alone, and is found past what one side alone has", () => {
    const b = traceOf([talk(0, "one", "more", "three"), talk(1, "four")]);
    expect(partnersIn(a, b)).toEqual([[1], [2], [], [4], [5], [6], [7], [8]]);
  });

  test("is found where it was moved", () => {
    const b = traceOf([talk(0, "two", "three", "one"), talk(1, "four")]);
    expect(partnersIn(a, b)).toEqual([[1], [4], [2], [3], [5], [6], [7], [8]]);
  });

  test("is none in an op without a partner", () => {
    const b = traceOf([talk(1, "four")]);
    expect(partnersIn(a, b)).toEqual([...Array(5).fill([]), [1], [2], [3]]);
  });

  test("is given as the event itself", () => {
    const b = traceOf([talk(9), talk(0, "one", "two", "three"), talk(1, "four")]);
    const event = a.event(2)!;
    expect(new Pairing(a, b).partnersOf(event)).toEqual([b.event(4)]);
    expect(new Pairing(a, b).partnersOf(a.event(1)!)).toEqual([b.event(3)]);
  });

  test("of an op's end is none where the partner does not end", () => {
    const torn = traceOf([{ ...talk(0, "one"), result: null }]);
    const whole = traceOf([talk(0, "one")]);
    expect(partnersIn(whole, torn)).toEqual([[1], [2], []]);
    expect(partnersIn(torn, whole)).toEqual([[1], [2]]);
  });
});

test("what takes no part in a comparison has no partners, nor has what is before all ops", () => {
  const op = { events: [{ kind: "p2m.set", page: 5, phys: 0x5000, machine: 0x9000 }, says("one")] };
  const a = traceOf([op]);
  expect(partnersIn(a, a)).toEqual([[1], null, [3], [4]]);
  const later = { ...a, ops: () => [...a.ops()].map((row) => ({ ...row, first: 3 })) };
  expect(new Pairing(later, later).partnerSeqs(1)).toBeNull();
  expect(new Pairing(a, a).partnerSeqs(99)).toBeNull();
});

test("events have the same partners in whatever order a reader goes to them", () => {
  const ops = Array.from({ length: 12 }, (_, slot) => talk(slot, `${slot} a`, `${slot} b`));
  const a = traceOf(ops);
  const b = traceOf([talk(99, "more"), ...ops]);
  const pairing = new Pairing(a, b);
  const seqs = Array.from({ length: a.count }, (_, i) => i + 1);
  const orders = [
    ...[seqs, seqs.toReversed()],
    [40, 1, 44, 2, 17, 40, 3, 48, 9, 1],
    seqs.toSorted((one, two) => ((one * 7) % 48) - ((two * 7) % 48)),
  ];
  for (const order of orders)
    for (const seq of order) expect(pairing.partnerSeqs(seq), `#${seq}`).toEqual([seq + 3]);
});

test("an op of more than a million events is not laid side by side, and the reader is told", () => {
  const a = traceOf([talk(0, "one")]);
  const long = {
    ...a,
    count: 2 ** 20 + 1,
    ops: () => [...a.ops()].map((row) => ({ ...row, last: 2 ** 20 + 1 })),
  };
  expect(() => new Pairing(long, a).partnerSeqs(2)).toThrow(
    "op 0 has 1048577 events, too many to be laid side by side here; use gartrace diff",
  );
});
