// counts.test.ts - what a comparison counts of two traces, beside the first divergence.

import { describe, expect, test } from "vitest";
import { answerOf } from "../../src/diff/comparison.ts";
import { compare, comparing } from "../../src/diff/diff.ts";
import { hypercalls } from "../../src/event/p2m.ts";
import type { Trace } from "../../src/replay/trace.ts";
import { entry, says, traceOf } from "./handmade.ts";

const WRONG = 0xab000;

describe("what takes no part is counted apart", () => {
  const hook = (hook: string) => ({ kind: "hook.called", hook, phys: 0x1000, machine: 0x2000 });
  const call = (call: string) => ({ kind: "hypercall.made", call });
  const p2m = { kind: "p2m.set", page: 1, phys: 0x1000, machine: 0x2000 };
  const [pte, tlb] = [hypercalls[0], hypercalls[2]];
  const events = [p2m, call(pte), hook("virt_to_gart"), call(tlb), p2m, says("a"), call(tlb)];
  const xen = traceOf([{ events: [...events, p2m] }]);
  const bare = traceOf([{ events: [says("a")] }], { hooks: "gart" });

  test("by kind, hooks and hypercalls by which, most first", () => {
    const { apart, apartBy, counts } = compare(xen, bare);
    expect(apart).toEqual({ a: 7, b: 0 });
    expect(apartBy.b).toEqual([]);
    expect(apartBy.a).toEqual([
      { kind: "p2m.set", which: null, count: 3 },
      { kind: "hypercall.made", which: tlb, count: 2 },
      { kind: "hypercall.made", which: pte, count: 1 },
      { kind: "hook.called", which: "virt_to_gart", count: 1 },
    ]);
    // The message, and the op's end.
    expect(counts.same).toBe(2);
  });

  test("ops' beginnings and ends are not, for they are compared as ops", () => {
    expect(compare(bare, bare).apart).toEqual({ a: 0, b: 0 });
  });

  test("what nobody asked to compare is as well", () => {
    const { apartBy, counts } = compare(bare, bare, { ignore: ["message"] });
    expect(apartBy.a).toEqual([{ kind: "message.logged", which: null, count: 1 }]);
    expect(counts.same).toBe(1);
  });
});

describe("an op", () => {
  const [one, two] = [{ ret: 0 }, { ret: -22 }].map((result) => traceOf([{ result }]));

  test("whose results differ is one divergence, with both results", () => {
    const { first, counts } = compare(one!, two!);
    expect(counts).toMatchObject({ same: 0, missing: 1 });
    expect(first).toMatchObject({
      ...{ class: "missing", a: null, b: null, fields: ["ret"] },
      op: { op: 0, name: "bind", arguments: {} },
      facts: [{ fact: "ret", a: 0, b: -22 }],
    });
  });

  test("whose results differ is none where only wrong numbers are asked for", () => {
    expect(compare(one!, two!, { wrongOnly: true }).first).toBeNull();
  });

  const asked = (slot: number | undefined, other = {}) =>
    traceOf([{ arguments: slot === undefined ? {} : { slot } }], other);

  test("whose arguments differ is told both, and counted as paired by its place", () => {
    const { first, opsByPosition } = compare(asked(1), asked(2));
    expect(first).toMatchObject({
      ...{ class: "missing", fields: ["operation"], op: { arguments: { slot: 1 } } },
      facts: [{ fact: "operation", a: 'bind {"slot":1}', b: 'bind {"slot":2}' }],
    });
    expect(opsByPosition).toBe(1);
    expect(compare(asked(1), asked(2), { wrongOnly: true }).first).toBeNull();
  });

  test("with an argument that a run leaves out is another, and that a recording leaves out is not", () => {
    expect(compare(asked(1), asked(undefined)).first).toMatchObject({ fields: ["operation"] });
    expect(compare(asked(undefined), asked(1)).first).toMatchObject({ fields: ["operation"] });
    const silent = asked(undefined, { source: "imported" });
    expect(compare(asked(1), silent).first).toBeNull();
    expect(compare(silent, asked(1)).first).toBeNull();
    expect(compare(asked(2), asked(1, { source: "imported" })).first).not.toBeNull();
  });

  const plain = traceOf([{ name: "init" }]);
  const more = traceOf([{ name: "init" }, { name: "info", events: [says("a")] }]);

  test("that one trace alone has is told by its name and arguments, and its events are not read", () => {
    expect(compare(plain, more)).toMatchObject({
      ...{ ops: 2, opsAlone: 1, unmatched: { a: 0, b: 0 } },
      first: {
        ...{ class: "extra", op: { op: 1, name: "info" }, fields: ["operation"] },
        facts: [{ fact: "operation", a: null, b: "info {}" }],
      },
    });
    expect(compare(more, plain).first).toMatchObject({
      ...{ class: "missing", op: { op: 1, name: "info" } },
      facts: [{ fact: "operation", a: "info {}", b: null }],
    });
  });

  test("that one trace alone has is none where only wrong numbers are asked for and it has none", () => {
    expect(compare(plain, more, { wrongOnly: true })).toMatchObject({ first: null, opsAlone: 1 });
    const wrong = traceOf([{ name: "init" }, { name: "info", events: [entry(1, WRONG)] }]);
    expect(compare(plain, wrong, { wrongOnly: true }).first).toMatchObject({ class: "extra" });
    expect(compare(wrong, plain, { wrongOnly: true }).first).toMatchObject({ class: "missing" });
  });
});

describe("where a recording broke off", () => {
  const torn = (trace: Trace): Trace => ({ ...trace, torn: true });
  const talk = (result: object | null, ...texts: string[]): Trace =>
    traceOf([{ events: texts.map(says), result: result as null }]);
  const whole = talk({ ret: 0 }, "a", "b", "c");
  const short = torn(talk(null, "a", "b"));

  test("what follows in the other trace is neither missing nor extra, and the answer is open", () => {
    for (const comparison of [compare(whole, short), compare(short, whole)]) {
      expect(comparison.first).toBeNull();
      expect(comparison.counts).toMatchObject({ same: 2, missing: 0, extra: 0 });
      expect(answerOf(comparison)).toBe("undecided");
    }
  });

  test("what is missing before its end is told", () => {
    const other = torn(talk(null, "b"));
    expect(compare(whole, other).counts).toMatchObject({ missing: 1 });
    expect(compare(other, whole).counts).toMatchObject({ extra: 1 });
  });

  test("whole ops behind its end are not compared, those of the torn trace alone are", () => {
    const ops = (...names: string[]) => traceOf(names.map((name) => ({ name })));
    expect(compare(torn(ops("init")), ops("init", "bind"))).toMatchObject({ first: null, ops: 1 });
    expect(compare(ops("init", "bind"), torn(ops("init")))).toMatchObject({ first: null, ops: 1 });
    expect(compare(ops("init"), torn(ops("init", "bind"))).first).toMatchObject({ class: "extra" });
  });

  test("an op that did not end in a whole trace is compared to its end", () => {
    expect(compare(whole, talk(null, "a", "b")).first).toMatchObject({ class: "missing" });
  });
});

describe("the traces as a whole", () => {
  const ops = [{ events: [says("a"), { kind: "events.lost", actor: "kernel", count: 3 }] }];
  const imported = { source: "imported" } as const;

  test("are told by their events, ends and losses, which only a recording of a kernel can have", () => {
    const { extents } = compare(traceOf(ops), {
      ...traceOf(ops, imported),
      ...{ torn: true, digest: "abc" },
    });
    expect(extents.a).toEqual({ count: 4, torn: false, lost: 0, digest: null });
    expect(extents.b).toEqual({ count: 4, torn: true, lost: 3, digest: "abc" });
  });

  test("of which one lost records are undecided where nothing differs", () => {
    const lossy = traceOf(ops, imported);
    expect(answerOf(compare(lossy, lossy))).toBe("undecided");
    const whole = traceOf([{ events: [says("a")] }], imported);
    expect(answerOf(compare(whole, whole))).toBe("alike");
  });

  test("are gone through op by op, each told by its number in the first that has it", () => {
    const [a, b] = [traceOf([{ name: "x" }, { name: "y" }]), traceOf([{ name: "y" }])];
    expect([...comparing(a, b)]).toEqual([0, 1]);
    expect([...comparing(b, a)]).toEqual([0, 0]);
    expect([...comparing(a, b, { firstOnly: true })]).toEqual([0]);
  });

  test("of which everybody who asks hears each divergence, and the first is the same without", () => {
    const [a, b] = [traceOf([{ events: ["a", "b", "c"].map(says) }]), traceOf([{}])];
    const all: unknown[] = [];
    const heard = compare(a, b, {}, (divergence) => all.push(divergence));
    expect(all).toHaveLength(3);
    expect(all[0]).toEqual(heard.first);
    expect(compare(a, b)).toEqual(heard);
    expect(heard.unmatched).toEqual({ a: 3, b: 0 });
    expect(compare(b, a).unmatched).toEqual({ a: 0, b: 3 });
  });
});

describe("a pair of partners", () => {
  const pair = (one: object, other: object, rules = {}) =>
    compare(traceOf([{ events: [one] }]), traceOf([{ events: [other] }]), rules);

  test("whose numbers differ and lead to the same page is alike, unless every number counts", () => {
    const moved = entry(3, 0x77000, { machine: 0x77000 });
    expect(pair(entry(3), moved).counts).toMatchObject({ "same after translation": 1 });
    expect(pair(entry(3), moved).first).toBeNull();
    const { first } = pair(entry(3), moved, { exact: true });
    expect(first).toMatchObject({ class: "same after translation" });
    expect(first!.fields).toEqual(["machine", "bus", "reached"]);
  });

  test("of which only one says a number is another under exact, and alike otherwise", () => {
    const silent = entry(3, 0x51000, { phys: null });
    expect(pair(entry(3), silent, { exact: true }).first!.fields).toEqual(["phys"]);
    expect(pair(entry(3), silent).first).toBeNull();
  });

  test("of which one is wrong is told with both verdicts", () => {
    const { first, counts } = pair(entry(3), entry(3, WRONG));
    expect(counts).toMatchObject({ "wrong-space": 1 });
    expect([first!.a!.verdict, first!.b!.verdict]).toEqual(["identity", "wrong-space"]);
    expect([first!.a!.recorded.seq, first!.b!.recorded.seq]).toEqual([2, 2]);
  });

  test("at a device is told as the device's first, even behind others", () => {
    const read = (reached: number) => ({
      ...{ kind: "device.read", actor: "card", bus: 0xe0000000, phys: 0xab000, machine: 0x51000 },
      reached,
    });
    const trace = (...events: object[]) => traceOf([{ events }]);
    const { first, firstDevice } = compare(
      trace(entry(3), read(0x51000), read(0x51000)),
      trace(entry(3, WRONG), read(0xab000), read(0x99000)),
    );
    expect(first!.a!.recorded.event.kind).toBe("gatt.written");
    expect(firstDevice).toMatchObject({ class: "wrong-space", a: { recorded: { seq: 3 } } });
    expect(compare(trace(entry(3)), trace(entry(3, WRONG))).firstDevice).toBeNull();
  });

  test("of which one is wrong is told where only wrong numbers are asked for, events alone are not", () => {
    const [right, wrong] = [
      traceOf([{ events: [says("a"), entry(3)] }]),
      traceOf([{ events: [entry(3, WRONG)] }]),
    ];
    expect(compare(right, wrong, { wrongOnly: true }).counts).toMatchObject({
      ...{ "wrong-space": 1, missing: 0 },
    });
    const none = traceOf([{ events: [] }]);
    expect(compare(none, wrong, { wrongOnly: true }).counts).toMatchObject({ extra: 1 });
    expect(compare(wrong, none, { wrongOnly: true }).counts).toMatchObject({ missing: 1 });
    expect(compare(none, right, { wrongOnly: true }).first).toBeNull();
  });
});

describe("a page", () => {
  const alloc = (page: number, machine: number) => ({
    ...{ kind: "page.allocated", actor: "kernel", allocation: page, by: "alloc_page", use: "agp" },
    ...{ size: 8192, phys: page * 4096, machine },
  });
  const at = (page: number, machine: number) => entry(3, machine, { phys: page * 4096, machine });

  test("is told by the op that allocated it, whatever its frame", () => {
    const run = (page: number, other: number) =>
      traceOf([
        { name: "alloc", events: [alloc(page, 0x51000)] },
        { name: "bind", events: [at(page + 1, other)] },
      ]);
    const { first } = compare(run(5, 0x52000), run(9, 0x52000), { exact: true, ignore: ["page"] });
    expect(first).toMatchObject({
      a: { page: "op 0's allocation 0, page 1" },
      b: { page: "op 0's allocation 0, page 1" },
    });
    expect(compare(run(5, 0x52000), run(9, 0x99000)).first).toBeNull();
  });

  test("of nobody has no name", () => {
    const [one, other] = [at(5, 0x51000), at(5, 0x52000)].map((event) =>
      traceOf([{ events: [event] }]),
    );
    expect(compare(one!, other!, { exact: true }).first).toMatchObject({ a: { page: null } });
  });

  test("that was freed is nobody's, even in an op that was passed over", () => {
    const freed = (page: number) => ({ ...alloc(page, 0x51000), kind: "page.freed" });
    const run = (...events: object[]) =>
      traceOf([{ name: "alloc", events }, { events: [at(5, 0x51000)] }]);
    const { first } = compare(run(alloc(5, 0x51000)), run(alloc(5, 0x51000), freed(5)), {
      ignore: ["page"],
    });
    expect(first).toMatchObject({ class: "wrong-frame", b: { page: null } });
  });
});
