// workload.test.ts - what is a workload, and what is said of one that is not.

import { describe, expect, test } from "vitest";
import { UserError } from "../../src/fault.ts";
import { workloads } from "../../src/workload/index.ts";
import { parseWorkload, workloadText } from "../../src/workload/workload.ts";

const parsed = (...ops: unknown[]) =>
  parseWorkload(JSON.stringify({ workload: "mine", ops }), "mine.json");

function complaint(text: string): string {
  try {
    parseWorkload(text, "mine.json");
  } catch (error) {
    expect(error).toBeInstanceOf(UserError);
    return (error as Error).message;
  }
  return "none";
}
const complaintOf = (...ops: unknown[]) => complaint(JSON.stringify({ workload: "mine", ops }));

test("operations come out in order, without their numbers, types of memory being 0 where not said", () => {
  const operations = [
    { i: 0, op: "init" },
    { i: 1, op: "alloc", slot: 3, pages: -1 },
    { i: 2, op: "bind", slot: 3, pg_start: -4 },
  ];
  expect(parsed(...operations)).toEqual({
    name: "mine",
    operations: [
      { op: "init" },
      { op: "alloc", slot: 3, pages: -1, type: 0 },
      { op: "bind", slot: 3, pg_start: -4 },
    ],
  });
});

test("dma_map's direction may have the name that it had before", () => {
  const map = (field: object) => parsed({ op: "dma_map", buffer: 0, ...field });
  expect(map({ way: "to-device" })).toEqual(map({ direction: "to-device" }));
  expect(() => map({ way: "to-device", direction: "to-device" })).toThrow(/"way"/);
});

test.each(workloads)("the built-in $name is the same after it was written to a file", (built) => {
  expect(parseWorkload(workloadText(built), "a file")).toEqual(built);
});

test("the built-in ones are the reference's and then programs, each name once", () => {
  expect(workloads.map(({ name }) => name)).toEqual([
    ...["smoke", "testgart", "x-server", "errors", "fallback", "oom"],
    ...["testgart-ioctl", "x-probe", "two-clients"],
    ...["testgart-verify", "x-server-ioctl", "dri", "dma", "block", "wander"],
  ]);
});

describe("a complaint says where", () => {
  const init = { op: "init" };
  test.each([
    ["a field of the wrong kind", [init, { op: "free", slot: "0" }], "ops[1].slot: "],
    ["a slot too far", [{ op: "free", slot: 1024 }], "ops[0].slot: "],
    ["half a page", [{ op: "alloc", slot: 0, pages: 0.5 }], "ops[0].pages: "],
    ["a start beyond 32 bits", [{ op: "bind", slot: 0, pg_start: 2 ** 31 }], "ops[0].pg_start: "],
    ["a missing field", [{ op: "bind", slot: 0 }], "ops[0].pg_start: "],
    ["a field too many", [{ op: "init", slot: 0 }], 'ops[0]: Unrecognized key: "slot"'],
    ["a switch half on", [{ op: "failioremap", on: 2 }], "ops[0].on: "],
    ["a number out of order", [init, { ...init, i: 2 }], "ops[1].i: expected 1"],
    ["no operations", [], "ops: "],
  ])("of %s", (_, ops, where) => {
    expect(complaintOf(...ops)).toContain(`mine.json:1: ${where}`);
  });

  const proc = { op: "proc", pid: 1, uid: 0, suid: 0, comm: "x" };
  const ioctl = { op: "ioctl", file: 0, pid: 1 };
  test.each([
    ["half a page", { cmd: "ALLOCATE", slot: 0, pg_count: 0.5, type: 0 }, "ops[1].pg_count: "],
    ["a missing field", { cmd: "BIND", key: "s0" }, "ops[1].pg_start: expected a value, or"],
    [
      "more than NULL",
      { cmd: "BIND", key: "s0", arg: null },
      "ops[1].key: expected nothing beside",
    ],
    ["no key", { cmd: "DEALLOCATE", key: "7" }, 'ops[1].key: expected a key such as "s0"'],
    ["no mode", { cmd: "SETUP", agp_mode: "fast" }, 'ops[1].agp_mode: expected "info", a number'],
    ["no command", { cmd: "FLUSH" }, "ops[1].cmd: "],
    ["a stranger", { cmd: "INFO", pid: 2 }, "ops[1].pid: expected a process that a proc before it"],
  ])("of an ioctl with %s", (_, fields, where) => {
    expect(complaintOf(proc, { ...ioctl, ...fields })).toContain(`mine.json:1: ${where}`);
  });

  test("of a number that counts a comment", () => {
    const comment = { op: "comment", text: "none" };
    expect(complaintOf(comment, { ...init, i: 0 })).toBe("none");
    expect(complaintOf(comment, { ...init, i: 1 })).toContain("mine.json:1: ops[1].i: expected 0");
  });

  test("of a walk that goes nowhere", () => {
    const walk = (wander: object) => complaint(JSON.stringify({ workload: "w", wander }));
    expect(walk({ ops: 0, seed: 1 })).toContain("mine.json:1: wander.ops: ");
    expect(walk({ ops: 5 })).toContain("mine.json:1: wander.seed: ");
  });

  test("of a missing list or name", () => {
    expect(complaint('{"workload":"mine"}')).toContain("mine.json:1: ops: ");
    expect(complaint('{"workload":"","ops":[{"op":"init"}]}')).toContain("mine.json:1: workload: ");
    expect(complaint("[]")).toContain("mine.json:1: the workload: ");
  });

  test("of a name that cannot be printed", () => {
    const said = complaint(JSON.stringify({ workload: "a\u0000b", ops: [{ op: "init" }] }));
    expect(said).toContain("mine.json:1: workload: expected no control characters");
  });

  test("of an operation that there is not, with those that there are", () => {
    const said = complaintOf({ op: "init" }, { op: "launch" });
    expect(said).toContain("mine.json:1: ops[1].op: ");
    for (const known of ["init", "alloc", "bind", "dump", "failioremap"])
      expect(said).toContain(known);
  });

  test("of text that is not JSON", () => {
    expect(complaint("{ops")).toMatch(/^mine\.json is not JSON: /);
  });
});
