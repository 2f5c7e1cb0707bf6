// operations.test.ts - what each operation of a workload is asked and gives back, with a driver and without one.

import { describe, expect, test } from "vitest";
import { hookSets } from "../../src/hooks/index.ts";
import type { Setup } from "../../src/scenario/setup.ts";
import type { Change } from "../../src/workload/change.ts";
import * as ops from "../driver-run.ts";
import { setupOf, workloadOf } from "../laws.ts";
import { recorded } from "../memory-trace.ts";

const { acquire, alloc, bind, cleanup, enable, failAfter, failIoremap } = ops;
const { free, info, init, maxOrder, release, unbind } = ops;

/** The operations of a run in order, each with what it was asked and gave. */
const run = (words: string, operations: readonly object[], other: Partial<Setup> = {}) =>
  recorded(setupOf(words, { ...other, workload: workloadOf(...operations) }));
/** What the last of the operations gave. */
const resultOf = (...operations: object[]) =>
  [...run("native-i386 gart", operations).ops()].at(-1)!.result!;
const loaded = (...operations: object[]) => resultOf(maxOrder(0), init, ...operations);

const COUNTED = { current_memory: 0, in_use: 0 };

describe("without a driver", () => {
  test.each([
    [acquire, { ret: null, bridge: null }],
    [release, { bridge: null }],
    [info, { ret: -5, mode: "0x0", aper_size: 0, current_memory: 0, page_mask: "0x0" }],
    [enable, {}],
    [alloc(0, 2), { slot: 0, ret: null, bridge: null }],
    [bind(0, 0), { slot: 0, ret: -22, bridge: null }],
    [unbind(1), { slot: 1, ret: -22, bridge: null }],
    [free(2), { slot: 2, bridge: null }],
    [cleanup, { bridge: null }],
    [{ op: "dump", tag: "a" }, {}],
  ] as const)("%j gives %j", (operation, result) => {
    expect(resultOf(operation)).toMatchObject(result);
    expect(Object.keys(result).includes("bridge")).toBe("bridge" in resultOf(operation));
  });

  test("the mode that would be enabled is 0, and nothing is programmed", () => {
    const trace = run("native-i386 gart", [enable]);
    expect([...trace.ops()][0]!.arguments).toEqual({ mode: "0x0" });
    expect([...trace.events()].map(({ event }) => event.kind)).toEqual(["op.began", "op.ended"]);
  });
});

describe("with a driver", () => {
  test("init gives the bridge's facts, and once more is one after a cleanup", () => {
    expect(loaded()).toMatchObject({
      ...{ ret: 0, ...COUNTED, num_entries: 1024, aper_base: "0xe0000000" },
    });
    expect(loaded(cleanup)).toEqual({ bridge: null });
    expect(loaded(cleanup, init)).toMatchObject({ ret: 0, num_entries: 1024 });
  });

  test("acquire gives the bridge to one alone, until it is released", () => {
    expect(loaded(acquire)).toEqual({ ret: "bridge", current_memory: 0, in_use: 1 });
    expect(loaded(acquire, acquire)).toEqual({ ret: null, current_memory: 0, in_use: 1 });
    expect(loaded(acquire, release)).toEqual(COUNTED);
    expect(loaded(acquire, release, acquire)).toMatchObject({ ret: "bridge" });
  });

  test("info has what the bridge says, and enable is asked for its mode", () => {
    expect(loaded(info)).toMatchObject({ ret: 0, mode: "0x1f000203", aper_size: 4 });
    const enabled = [...run("native-i386 gart", [maxOrder(0), init, enable]).ops()].at(-1)!;
    expect(enabled).toMatchObject({ arguments: { mode: "0x1f000203" }, result: {} });
  });

  test("alloc gives memory with its pages, and counts them until they are freed", () => {
    expect(loaded(alloc(3, 2))).toMatchObject({
      ...{ slot: 3, ret: "memory", key: 0, page_count: 2, num_scratch_pages: 1, type: 0 },
      ...{ physical: "0x0", memory: ["0x1001000", "0x1002000"], current_memory: 2 },
    });
    expect(loaded(alloc(3, 2), free(3))).toEqual({ slot: 3, ...COUNTED });
    expect(loaded(alloc(3, 2), free(4))).toMatchObject({ slot: 4, current_memory: 2 });
    expect(loaded(alloc(3, 2), alloc(4, 1))).toMatchObject({ key: 1, current_memory: 3 });
    expect(loaded(alloc(3, 2), free(3), bind(3, 0))).toMatchObject({ slot: 3, ret: -22 });
  });

  test("memory is bound once, unbound once, and where entries are free", () => {
    expect(loaded(alloc(0, 2), bind(0, 3))).toMatchObject({ slot: 0, ret: 0 });
    expect(loaded(alloc(0, 2), bind(0, 3), bind(0, 9))).toMatchObject({ ret: -22 });
    expect(loaded(alloc(0, 2), alloc(1, 1), bind(0, 3), bind(1, 4))).toMatchObject({ ret: -16 });
    expect(loaded(alloc(0, 2), bind(0, 3), unbind(0))).toMatchObject({ slot: 0, ret: 0 });
    expect(loaded(alloc(0, 2), unbind(0))).toMatchObject({ slot: 0, ret: -22 });
    expect(loaded(alloc(0, 2), bind(0, 1023))).toMatchObject({ ret: -22 });
  });

  test("a suspend comes back with all as it was", () => {
    expect(loaded(acquire, { op: "suspend" })).toEqual({ ret: 0, current_memory: 0, in_use: 1 });
  });

  test("pages run out after so many, and do not once that is taken back", () => {
    expect(loaded(failAfter(0), alloc(0, 1))).toMatchObject({ ret: null });
    expect(loaded(failAfter(1), alloc(0, 1))).toMatchObject({ ret: "memory" });
    expect(loaded(failAfter(0), failAfter(-1), alloc(0, 4))).toMatchObject({ ret: "memory" });
  });

  test("an ioremap that is refused ends init with -ENOMEM, until it is allowed again", () => {
    expect(resultOf(maxOrder(0), failIoremap(1), init)).toEqual({ ret: -12, bridge: null });
    expect(resultOf(maxOrder(0), failIoremap(1), failIoremap(0), init)).toMatchObject({ ret: 0 });
  });

  test("the largest block of pages decides how large a table is", () => {
    expect([0, 1, 2].map((order) => resultOf(maxOrder(order), init).num_entries)).toEqual([
      ...[1024, 2048, 4096],
    ]);
  });
});

test.each([
  ["native-i386 gart", 4294967295],
  ["ppc64-g5 gart", "18446744073709551615"],
])("(size_t)-1 pages on %s are %s, and refused", (words, pages) => {
  const { arguments: asked, result } = [...run(words, [maxOrder(0), init, alloc(0, -1)]).ops()].at(
    -1,
  )!;
  expect(asked).toEqual({ slot: 0, pages, type: 0 });
  expect(result).toMatchObject({ ret: null });
});

describe("a change before an operation", () => {
  const operations = [maxOrder(0), init, alloc(0, 1), bind(0, 0)];
  const changed = (...changes: Change[]) =>
    run("xen-i386 gart", operations, { changes } as Partial<Setup>);
  const hooksOf = (trace: ReturnType<typeof run>, op: number) =>
    new Set(
      [...trace.events()].flatMap(({ op: of, event }) =>
        event.kind === "hook.called" && of === op ? [event.hook] : [],
      ),
    );

  test("gives the driver other hooks from there on", () => {
    const legacy = hookSets.find(({ name }) => name === "legacy")!;
    const trace = changed({ op: 2, name: "hooks", hooks: legacy } as Change);
    expect(hooksOf(trace, 1)).toEqual(hooksOf(changed(), 1));
    expect(hooksOf(trace, 2)).not.toEqual(hooksOf(changed(), 2));
  });

  test("takes the device away, or brings it", () => {
    const actors = (trace: ReturnType<typeof run>) =>
      new Set([...trace.events()].map(({ event }) => event.actor));
    expect(actors(changed()).has("card")).toBe(true);
    expect(actors(changed({ op: 2, name: "device", on: false } as Change)).has("card")).toBe(false);
  });

  test("at an operation that does not come is none", () => {
    const without = changed({ op: 9, name: "device", on: false } as Change);
    expect([...without.events()]).toEqual([...changed().events()]);
  });
});
