// outcome-by-events.test.ts - which events make a run right, wrong, refused or an oops, and which of them is named.

import { expect, test } from "vitest";
import { type Outcome, outcomeOf } from "../../src/replay/outcome.ts";
import { traceOf } from "./handmade.ts";

const seqOf = (judged: Outcome["first"]): number | null => judged?.recorded.seq ?? null;
/** How it ends, the seq of the event that says why, and that of a number that leads astray beside it. */
const ending = (...events: readonly object[]) => {
  const { ends, first, astray } = outcomeOf(traceOf(events));
  return [ends, seqOf(first), seqOf(astray)];
};

const page = { allocation: 1, by: "alloc_page", use: "agp", size: 4096 };
const allocated = { kind: "page.allocated", ...page };
const freed = { kind: "page.freed", ...page };
const at = { phys: 0x1000, machine: 0x5000 };
const hook = { kind: "hook.called", hook: "virt_to_gart", ...at, bus: 0x1000 };
const right = { kind: "gatt.written", entry: 1, word: 1, ...at, bus: 0x5000, reached: 0x5000 };
const wrong = { ...right, bus: 0x1000, reached: 0x1000 };
const message = (level: string) => ({ kind: "message.logged", level, text: "" });
const fault = (name: string, more = {}) => ({ kind: "fault.raised", fault: name, ...more });
const ended = (result: object) => ({ kind: "op.ended", op: 0, result });
const failed = ended({ ret: -12, bridge: null });
/** The driver's loading. */
const loading = { kind: "op.began", op: 0, name: "init", arguments: {} };

test.each([
  ["a page used where it lies, and given back", [allocated, right, freed], ["right", null, null]],
  ["a hook that returns a number of another space", [hook], ["wrong", 1, null]],
  ["a number of another space", [right, wrong, wrong], ["wrong", 2, null]],
  ["a page freed twice", [allocated, freed, freed], ["wrong", 3, null]],
  ["a page freed that nobody allocated, before a wrong number", [freed, wrong], ["wrong", 1, null]],
  ["an oops", [fault("no-memory"), fault("oops"), fault("oops")], ["oops", 2, null]],
  ["an oops before a wrong number", [fault("oops"), wrong], ["oops", 1, null]],
  ["a device's fault", [right, fault("iommu", { bus: 0x1000 })], ["wrong", 2, null]],
  [
    "a refusal of the driver",
    [loading, message("info"), message("err"), fault("foreign-ram"), failed],
    ["refused", 4, null],
  ],
  [
    "one that only a message explains",
    [loading, message("warning"), message("crit"), message("err"), failed],
    ["refused", 3, null],
  ],
  [
    "one behind two faults, of which the last is a device's",
    [loading, fault("no-memory"), fault("foreign-ram"), fault("iommu"), failed],
    ["refused", 3, 4],
  ],
  ["one that nothing explains", [loading, failed], ["refused", null, null]],
  ["one beside a wrong number", [loading, fault("no-memory"), wrong, failed], ["refused", 2, 3]],
] as const)("%s ends so", (_, events, end) => {
  expect(ending(...events)).toEqual(end);
});

test.each([
  ["a client's operation", { ...loading, name: "bind" }, { ret: -12 }],
  ["loading that worked", loading, { ret: 0, bridge: null }],
  ["loading that tells no number", loading, { ret: "oops", bridge: null }],
])("%s is no refusal, and alone it proves nothing", (_, began, result) => {
  const { ends, errno } = outcomeOf(traceOf([began, ended(result)]));
  expect([ends, errno]).toEqual(["undecided", null]);
});

test("the first errno counts, and each severe level of a message", () => {
  const again = [{ ...loading, op: 1 }, ended({ ret: -5, bridge: null })];
  expect(outcomeOf(traceOf([loading, failed, ...again])).errno).toBe(-12);
  for (const level of ["emerg", "alert", "crit", "err"])
    expect(ending(loading, message(level), failed)[1], level).toBe(2);
});

test("what the card reads counts, and of that what it was to read", () => {
  const read = { kind: "device.read", actor: "card", bus: 0xe0000000, ...at };
  const others = [
    { ...read, actor: "device" },
    { ...read, kind: "device.wrote" },
  ];
  const reads = [{ ...read, reached: 0x5000 }, { ...read, reached: 0x9000 }, read];
  const nowhere = { ...read, machine: null };
  const outcome = outcomeOf(traceOf([...others, ...reads, nowhere]));
  expect([outcome.reads, outcome.rightReads]).toEqual([4, 1]);
});

test("wrong frees are counted, and what went wrong has its verdict and the hook behind it", () => {
  expect(outcomeOf(traceOf([freed, allocated, freed, freed])).wrongFrees).toBe(2);
  const outcome = outcomeOf(traceOf([allocated, { ...hook, cause: 1 }, { ...wrong, cause: 2 }]));
  expect([outcome.first!.verdict, outcome.hook]).toEqual(["wrong-space", "virt_to_gart"]);
  expect(outcomeOf(traceOf([freed])).hook).toBe(null);
  expect(outcomeOf(traceOf([])).hook).toBe(null);
});
