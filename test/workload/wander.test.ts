// wander.test.ts - the random walk: the same for the same seed, lazy, and over everything there is.

import { describe, expect, test } from "vitest";
import { processOperations } from "../../src/workload/process-operations.ts";
import { parseWorkload, wander, workloadText } from "../../src/workload/workload.ts";
import { lawfulTrace, setupOf } from "../laws.ts";
import { recorded } from "../memory-trace.ts";

test("a walk goes the same way for the same seed, and another for another", () => {
  const walk = (seed: number) => JSON.stringify([...wander(300, seed).operations]);
  expect(walk(7)).toBe(walk(7));
  expect(walk(7)).not.toBe(walk(8));
});

test("a longer walk begins like a shorter one", () => {
  const long = [...wander(500, 3).operations];
  expect(long).toHaveLength(500);
  expect([...wander(200, 3).operations]).toEqual(long.slice(0, 200));
});

test("a walk is made step by step: a million operations cost nothing until they are asked for", () => {
  const { operations } = wander(1e9, 1);
  expect(operations.length).toBe(1e9);
  const [first] = operations;
  expect(first).toEqual({ op: "init" });
});

test("a walk is stored in what regenerates it", () => {
  const walk = wander(1e6, 7);
  expect(workloadText(walk)).toBe('{"workload":"wander","wander":{"ops":1000000,"seed":7}}');
  const again = parseWorkload(workloadText(walk), "a trace");
  expect(again.operations.length).toBe(1e6);
  const [, , third] = again.operations;
  expect(third).toMatchObject({ op: "proc", pid: 3001 });
});

test("every operation of a walk could stand in a file", () => {
  const ops = [...wander(3000, 5).operations];
  expect(() => parseWorkload(JSON.stringify({ workload: "w", ops }), "w")).not.toThrow();
});

describe("a walk of some length", () => {
  const trace = recorded(setupOf("native-i386 gart", { workload: wander(4000, 2), device: false }));
  const ops = [...trace.ops()];

  test("asks for everything that the front end offers", () => {
    const asked = new Set([...wander(4000, 2).operations].map(({ op }) => op));
    const offered = processOperations.flatMap((schema) =>
      "options" in schema ? ["ioctl"] : [schema.shape.op.value],
    );
    const aside = ["comment", "fill", "verify", "drm_enable", "drm_map"];
    expect(offered.filter((op) => !asked.has(op as never))).toEqual(aside);
    const cmds = new Set(ops.map(({ arguments: { cmd } }) => cmd));
    expect(cmds.size - 1).toBe(11);
  });

  test("meets every gate and every errno of the front end, and tasks that do not come back", () => {
    const met = [
      ...new Set(ops.flatMap(({ name, result }) => (name === "ioctl" ? [result?.ret] : []))),
    ];
    const errnos = met.filter((ret) => typeof ret === "number");
    expect(errnos.toSorted((a, b) => a - b)).toEqual([-25, -22, -16, -14, -12, -9, -1, 0]);
    expect(met.filter((ret) => typeof ret === "string").toSorted()).toEqual(["blocked", "oops"]);
  });

  test("loads and unloads the module, and suspends the machine", () => {
    const names = new Set(ops.map(({ name }) => name));
    expect(["init", "cleanup", "suspend"].filter((name) => !names.has(name))).toEqual([]);
  });

  test("holds no more than it can give back", () => {
    const held = ops.map(({ result }) => (result?.fe as { files?: unknown[] })?.files?.length ?? 0);
    expect(Math.max(...held)).toBeLessThan(40);
  });
});

test("a walk keeps the laws of every run", () => {
  lawfulTrace(setupOf("xen-i386 gart", { workload: wander(150, 11) }));
});
