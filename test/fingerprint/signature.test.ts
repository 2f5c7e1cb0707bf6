// signature.test.ts - an op's signature stays where frames move, and changes with anything else.

import { describe, expect, test } from "vitest";
import { gattIndex, machine } from "../../src/address.ts";
import { chipsetCalled } from "../../src/chipset/index.ts";
import { encodeRow, FunctionNames, ROW_WIDTH, type Row, textsOf } from "../../src/event/row.ts";
import type { Event } from "../../src/event/vocabulary.ts";
import { resultText } from "../../src/fingerprint/match-key.ts";
import { Signature } from "../../src/fingerprint/signature.ts";
import type { Trace } from "../../src/replay/trace.ts";
import { altered, placeOf, saying } from "../diff/altered.ts";
import { alloc, bind, free, init, maxOrder, unbind } from "../driver-run.ts";
import { setupOf, workloadOf } from "../laws.ts";
import { recorded } from "../memory-trace.ts";

/** The signatures of a trace's ops, in order. */
function signaturesOf(trace: Trace): string[] {
  const signature = new Signature(chipsetCalled(trace.about.chipset));
  const places = new FunctionNames();
  const signatures: string[] = [];
  for (const { seq, op, event } of trace.events()) {
    if (event.kind === "op.began") signature.began();
    else if (event.kind === "op.ended") signatures.push(signature.ended(resultText(event.result)));
    else {
      const row: Row = Array<null>(ROW_WIDTH).fill(null);
      const filled = encodeRow(row, 0, seq, op, event, places);
      signature.row(row, 0, filled, op, textsOf(event).note);
    }
  }
  return signatures;
}

const workload = workloadOf(maxOrder(1), init, alloc(0, 3), bind(0, 2), unbind(0), free(0));
const run = (words: string, seed = 0): Trace => recorded(setupOf(words, { workload, seed }));
const xen = run("xen-i386 gart");
const BIND = 3;

describe("every op has the signature that it has", () => {
  test.each([
    ["on a bare PC", run("native-i386 gart")],
    ["with frames dealt in another order", run("xen-i386 gart", 5)],
    ["with hooks of other names", run("native-i386 legacy")],
  ])("%s", (_, other) => {
    expect(signaturesOf(other)).toEqual(signaturesOf(xen));
  });
});

describe("the op alone changes its signature in which", () => {
  const isEntry = (event: Event) =>
    event.kind === "gatt.written" && event.entry === gattIndex(3) && event.bus != null;
  const others: [string, Trace][] = [
    ["an entry leads astray", saying(xen, isEntry, { reached: machine(0x7654000) })],
    ["an entry has another flag", saying(xen, isEntry, { word: 0x4e0db013 })],
    [
      "an event is missing",
      altered(xen, (events) => events.toSpliced(placeOf(events, isEntry), 1)),
    ],
    [
      "the result is another",
      saying(xen, (event) => event.kind === "op.ended" && event.op === BIND, {
        result: { slot: 0, ret: -22 },
      }),
    ],
  ];
  test.each(others)("%s", (_, other) => {
    const differing = signaturesOf(other).flatMap((signature, op) =>
      signature === signaturesOf(xen)[op] ? [] : [op],
    );
    expect(differing).toEqual([BIND]);
  });

  test("an entry names the page beside", () => {
    const [first, second] = [3, 4].map(
      (entry) =>
        [...xen.events()].find(
          ({ event }) =>
            event.kind === "gatt.written" && event.entry === gattIndex(entry) && event.bus != null,
        )!.event,
    );
    const swapped = saying(xen, isEntry, { ...second!, entry: 3, cause: first!.cause });
    expect(signaturesOf(swapped)[BIND]).not.toBe(signaturesOf(xen)[BIND]);
  });
});
