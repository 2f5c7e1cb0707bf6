// position.test.ts - a moment by number, by percentage, by operation, or the end.

import { describe, expect, test } from "vitest";
import { UserError } from "../../src/fault.ts";
import { momentOf } from "../../src/replay/position.ts";
import { alloc, bind, driverRun } from "../driver-run.ts";
import { memoryTrace } from "../memory-trace.ts";

const { trace } = driverRun("native-i386 legacy", alloc(0, 1), bind(0, 0));
const { count } = trace;
const complaint = (position: string): string => {
  try {
    momentOf(trace, position);
  } catch (error) {
    expect(error).toBeInstanceOf(UserError);
    return (error as Error).message;
  }
  return "none";
};

test.each([
  ["#437", 437],
  ["437", 437],
  ["#0", 0],
  [`#${count}`, count],
  ["0%", 0],
  ["50%", Math.round(count / 2)],
  ["12.5%", Math.round(count / 8)],
  ["100%", count],
  ["end", count],
])("%s is a moment", (position, moment) => {
  expect(momentOf(trace, position)).toBe(moment);
});

test("op:3 is the moment at which op 3 has begun", () => {
  const moment = momentOf(trace, "op:3");
  expect(trace.event(moment)!.event).toMatchObject({ kind: "op.began", name: "bind", op: 3 });
  expect(momentOf(trace, "op:0")).toBe(1);
});

describe("there is no moment", () => {
  test.each([`#${count + 1}`, "101%"])("past the end: %s", (position) => {
    expect(complaint(position)).toBe(`${position} is past the end; the last event is #${count}`);
  });

  test("of an operation that the trace has not", () => {
    expect(complaint("op:4")).toBe("the trace has no op 4; its last one is op:3");
  });

  test.each([
    ...["", "first", "-1", "#-1", "##1", "1e3", "0x10", "1 ", "50 %", "%", "50%%", "+50%", ".5%"],
    ...["5.%", "5.5.5%", "the end", "op:", "op:x", "op:1x", "an op:1", "mark:", "a mark:x"],
  ])("called '%s'", (position) => {
    expect(complaint(position)).toBe(
      `'${position}' is no position; write #437, 63%, end, op:14 or mark:name`,
    );
  });
});

describe("a mark", () => {
  const marked = (...names: (string | null)[]) => ({
    ...trace,
    marks: () => names.map((name, i) => ({ moment: 10 * (i + 1), name, text: "a note" })),
  });

  test("is a moment by its name", () => {
    expect(momentOf(marked(null, "bound", "freed"), "mark:bound")).toBe(20);
  });

  test("that the trace has not is told which there are", () => {
    expect(() => momentOf(marked(null, "bound", "freed"), "mark:bond")).toThrow(
      "unknown mark 'bond', did you mean 'bound'; known: bound, freed",
    );
    expect(() => momentOf(marked(null), "mark:bound")).toThrow(
      "the trace has no mark with a name; make one: gartrace mark TRACE POSITION TEXT --name NAME",
    );
  });
});

test("where a trace is empty, that is said", () => {
  const empty = memoryTrace(trace.about, []);
  expect(momentOf(empty, "end")).toBe(0);
  expect(() => momentOf(empty, "#1")).toThrow("#1 is past the end; the trace has no events");
  expect(() => momentOf(empty, "op:0")).toThrow("the trace has no op 0; it has none at all");
});
