// machine.test.ts - a live machine: what is emitted has happened, has a number and is told.

import { expect, test } from "vitest";
import { machine as machineAddress, mfn, phys } from "../../src/address.ts";
import type { Event } from "../../src/event/vocabulary.ts";
import { Machine } from "../../src/machine/machine.ts";
import { pagesOf, State } from "../../src/machine/state.ts";
import { dom0, pc } from "./happens.ts";

const flush: Event = { kind: "tlb.flushed", actor: "cpu", which: "cpu" };
const began = (op: number): Event => ({
  kind: "op.began",
  actor: "workload",
  op,
  name: "bind",
  arguments: {},
});
const ended = (op: number): Event => ({ kind: "op.ended", actor: "workload", op, result: {} });

test("events are numbered 1, 2, 3 and told with the op they belong to, its own two included", () => {
  const told: [number, number, string][] = [];
  const machine = new Machine(pc, { take: (seq, op, { kind }) => void told.push([seq, op, kind]) });
  const seqs = [flush, began(0), flush, ended(0), began(1), ended(1), flush].map((event) =>
    machine.emit(event),
  );
  expect(seqs).toEqual([1, 2, 3, 4, 5, 6, 7]);
  expect(told).toEqual([
    [1, -1, "tlb.flushed"],
    [2, 0, "op.began"],
    [3, 0, "tlb.flushed"],
    [4, 0, "op.ended"],
    [5, 1, "op.began"],
    [6, 1, "op.ended"],
    [7, -1, "tlb.flushed"],
  ]);
});

test("an event has happened when it is told", () => {
  const held: (number | undefined)[] = [];
  const machine = new Machine(pc, {
    take: () => void held.push(machine.state.content.get(mfn(5))),
  });
  for (const tag of [7, 8])
    machine.emit({
      kind: "cpu.wrote",
      actor: "cpu",
      frame: mfn(5),
      tag,
      machine: machineAddress(0x5000),
    });
  expect(held).toEqual([7, 8]);
  expect(machine.state.moment).toBe(2);
});

test("on bare metal a page is where its physical address says", () => {
  const bare = new State(pc);
  expect(Number(bare.machineOf(phys(0x0abcd123)))).toBe(0x0abcd123);
  expect(new State(dom0).machineOf(phys(0x0abcd123))).toBeNull();
});

test("any byte more takes another page", () => {
  expect([0, 1, 4096, 4097, 65536].map(pagesOf)).toEqual([0, 1, 1, 2, 16]);
});
