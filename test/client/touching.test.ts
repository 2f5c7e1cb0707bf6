// touching.test.ts - programs that touch the aperture: which platform passes testgart's two passes.

import { describe, expect, test } from "vitest";
import { u3 } from "../../src/chipset/u3.ts";
import { uninorth } from "../../src/chipset/uninorth.ts";
import { zx1 } from "../../src/chipset/zx1.ts";
import type { Setup } from "../../src/scenario/setup.ts";
import { bareRun } from "../driver-run.ts";
import { setupOf } from "../laws.ts";
import { recorded } from "../memory-trace.ts";

/** The results of the two passes of testgart-verify. */
function passes(words: string, other: Partial<Setup> = {}): unknown[] {
  const trace = recorded(setupOf(`${words} testgart-verify`, other));
  return [...trace.ops()].flatMap(({ name, result }) => (name === "verify" ? [result] : []));
}

const passed = { ret: 0, result: "passed", wrong_pages: 0, first_wrong: null };
const failed = { ret: 0, result: "failed", wrong_pages: 2048, first_wrong: 0 };

describe("testgart", () => {
  test("passes both times where the GART finds the pages", () => {
    expect(passes("native-i386 gart")).toEqual([passed, passed]);
    expect(passes("xen-i386 gart")).toEqual([passed, passed]);
  });

  test("maps as much as the aperture has, be it less or more than 64 MB", () => {
    expect(passes("ppc32-mac gart", { chipset: uninorth })).toEqual([passed, passed]);
    expect(passes("ia64-zx1 gart", { chipset: zx1 })).toEqual([passed, passed]);
  });

  test("fails both times where the chipset reads its table out of a stranger's frame", () => {
    expect(passes("xen-i386 legacy", { lenientIoremap: true })).toEqual([failed, failed]);
  });
});

const mapped = [
  ...[{ op: "maxorder", max_order: 0 }, { op: "init" }],
  { op: "proc", pid: 1, uid: 0, suid: 0, comm: "x" },
  { op: "open", file: 0, pid: 1 },
  { op: "ioctl", file: 0, pid: 1, cmd: "ACQUIRE" },
  { op: "mmap", file: 0, pid: 1, map: 0, length: 2 ** 22, offset: 0, prot: 3, shared: 1 },
  { op: "ioctl", file: 0, pid: 1, cmd: "ALLOCATE", slot: 0, pg_count: 4, type: 0 },
  { op: "ioctl", file: 0, pid: 1, cmd: "BIND", key: "s0", pg_start: 2 },
];
const touch = (op: "fill" | "verify", first: number, pages: number, map = 0, pid = 1) => ({
  ...{ op, pid, map, first, pages, pattern: "i%256" },
});
const toldOf = (words: string, ...ops: object[]) => bareRun(words, {}, ...mapped, ...ops);

test("a program reaches the pages it bound, and the first page beyond them is wrong", () => {
  const told = toldOf("xen-i386 gart", touch("fill", 2, 4), touch("verify", 2, 5));
  const writes = told.of(mapped.length, "device.wrote");
  expect(writes).toHaveLength(4);
  for (const { actor, machine, reached } of writes) {
    expect(actor).toBe("cpu");
    expect(reached).toEqual(machine);
  }
  expect(told.result(mapped.length + 1)).toEqual({
    ...{ ret: 0, result: "failed", wrong_pages: 1, first_wrong: 6 },
  });
});

test("on the G5 the mapping is memory from page 0 up: a program writes over the kernel's, and sees no harm", () => {
  const whole = { ...mapped[5], length: 2 ** 26 };
  const ops = [...mapped.slice(1, 5), whole, ...mapped.slice(6)];
  const touches = [touch("fill", 2, 2), touch("verify", 2, 2)];
  const told = bareRun("ppc64-g5 gart", { chipset: u3 }, ...ops, ...touches);
  expect(told.of(ops.length, "cpu.wrote").map(({ frame }) => frame)).toEqual([2, 3]);
  expect(told.result(ops.length + 1)).toMatchObject({ result: "passed" });
});

test("touching what is not mapped kills the program", () => {
  const bad = [touch("fill", 1023, 2), touch("fill", 0, 1, 5), touch("verify", 0, 1, 0, 2)];
  const other = { op: "proc", pid: 2, uid: 0, suid: 0, comm: "y" };
  const told = toldOf("native-i386 gart", other, ...bad);
  for (const i of bad.keys()) expect(told.ret(mapped.length + 1 + i)).toBe("SIGSEGV");
});
