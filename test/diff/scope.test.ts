// scope.test.ts - which events of two traces are compared, by what each of the two can hold.

import { describe, expect, test } from "vitest";
import {
  areCaptures,
  areSigned,
  isOf,
  type Rules,
  scopeOf,
  usualRules,
} from "../../src/diff/scope.ts";
import { faults } from "../../src/event/fault.ts";
import type { About } from "../../src/event/trace.ts";
import { type Actor, actors, type KindName, kindCode } from "../../src/event/vocabulary.ts";
import { native as about } from "../check/judged.ts";

const imported: About = { ...about, source: "imported" };
const captured: About = { ...imported, workload: "captured" };
const otherHooks: About = { ...about, hooks: "legacy" };
const otherChipset: About = { ...about, chipset: "i810" };
const noDevice: About = { ...about, options: { ...about.options, device: false } };

interface Given {
  readonly rules?: Partial<Rules>;
  readonly a?: About;
  readonly b?: About;
  readonly actor?: Actor;
  readonly value?: number;
  readonly hasBus?: boolean;
  readonly isWrong?: boolean;
}

const isIn = (kind: KindName, given: Given): boolean => {
  const { rules = {}, a = about, b = about, actor = "driver", value = 0 } = given;
  const { hasBus = false, isWrong = false } = given;
  const isInScope = scopeOf({ ...usualRules, ...rules }, a, b);
  return isInScope(kindCode[kind], actors.indexOf(actor), value, hasBus, isWrong);
};

test.each<[string, KindName, Given, boolean]>([
  ["an entry", "gatt.written", {}, true],
  ["the beginning of an op", "op.began", {}, false],
  ["the end of an op", "op.ended", { rules: { exact: true } }, false],
  ["what only the platform does", "p2m.set", {}, false],
  ["what only the platform does, number by number", "p2m.set", { rules: { exact: true } }, true],
  ["what only the platform does, and wrong", "p2m.set", { isWrong: true }, true],
  ["a hypercall of a recording", "hypercall.made", { rules: { exact: true }, b: imported }, false],
  ["a hypercall, number by number", "hypercall.made", { rules: { exact: true } }, true],
  ["a hook of one hook set", "hook.called", {}, true],
  ["a hook of two hook sets", "hook.called", { b: otherHooks }, false],
  [
    "a hook of two hook sets, number by number",
    "hook.called",
    { b: otherHooks, rules: { exact: true } },
    true,
  ],
  ["an entry of two hook sets", "gatt.written", { b: otherHooks }, true],
  ["a register of one chipset", "register.written", {}, true],
  ["a register of two chipsets", "register.written", { b: otherChipset }, false],
  [
    "a register of two chipsets with an address",
    "register.written",
    { b: otherChipset, hasBus: true },
    true,
  ],
  [
    "a register of two chipsets that is wrong",
    "register.written",
    { b: otherChipset, isWrong: true },
    true,
  ],
  [
    "a read of two chipsets with an address",
    "register.read",
    { b: otherChipset, hasBus: true },
    false,
  ],
  [
    "a register of two chipsets, number by number",
    "register.written",
    { b: otherChipset, rules: { exact: true } },
    true,
  ],
  ["an entry of two chipsets", "gatt.written", { b: otherChipset }, true],
  ["what the CPU does", "cpu.read", { actor: "cpu" }, true],
  ["what the CPU does, without a device in one", "cpu.read", { actor: "cpu", b: noDevice }, false],
  [
    "what the card does, without a device in one",
    "device.read",
    { actor: "card", b: noDevice },
    false,
  ],
  ["what the driver does, without a device in one", "gatt.written", { b: noDevice }, true],
  [
    "an entry that refuses a card, without it in one",
    "fault.raised",
    { b: noDevice, value: faults.indexOf("invalid-entry") },
    false,
  ],
  [
    "an entry that refuses a card",
    "fault.raised",
    { value: faults.indexOf("invalid-entry") },
    true,
  ],
  [
    "another fault, without a device in one",
    "fault.raised",
    { b: noDevice, value: faults.indexOf("oops") },
    true,
  ],
  [
    "another event of that value, without a device in one",
    "gatt.written",
    { b: noDevice, value: faults.indexOf("invalid-entry") },
    true,
  ],
  ...(["cpu", "card", "chipset"] as const).map((actor): [string, KindName, Given, boolean] => [
    `what a recording has not, by the ${actor}`,
    "gatt.written",
    { actor, b: imported },
    false,
  ]),
  ["what a recording has", "gatt.written", { a: imported }, true],
  [
    "what the kernel writes into pages, in a recording",
    "cpu.wrote",
    { actor: "kernel", a: imported },
    false,
  ],
  ["what the chipset does", "gatt.written", { actor: "chipset" }, true],
  ["a device's access in two captures", "device.read", { a: captured, b: captured }, true],
  ["a call in two captures", "call.entered", { a: captured, b: captured }, false],
  [
    "a call in two captures that is wrong",
    "call.entered",
    { a: captured, b: captured, isWrong: true },
    true,
  ],
  [
    "a call in two captures that is wrong and not wanted",
    "call.entered",
    { a: captured, b: captured, isWrong: true, rules: { ignore: ["call"] } },
    false,
  ],
  [
    "an access in two captures that is not wanted",
    "device.read",
    { a: captured, b: captured, rules: { ignore: ["device"] } },
    false,
  ],
  ["a kind that is wanted", "gatt.written", { rules: { only: ["gatt"] } }, true],
  [
    "one of two that are wanted",
    "gatt.written",
    { rules: { only: ["cpu", "gatt.written"] } },
    true,
  ],
  ["a kind that is not wanted", "gatt.written", { rules: { only: ["cpu"] } }, false],
  [
    "a kind that is not wanted, though wrong",
    "gatt.written",
    { rules: { only: ["cpu"] }, isWrong: true },
    false,
  ],
  ["a kind that is ignored", "gatt.written", { rules: { ignore: ["cpu", "gatt"] } }, false],
  [
    "a kind that is wanted and ignored",
    "gatt.written",
    { rules: { only: ["gatt"], ignore: ["gatt.written"] } },
    false,
  ],
  ["a kind when another is ignored", "gatt.written", { rules: { ignore: ["gatt.read"] } }, true],
])("%s", (_, kind, given, expected) => {
  expect(isIn(kind, given)).toBe(expected);
});

describe("ops of equal signature", () => {
  test.each<[string, Partial<Rules>, About, About, boolean]>([
    ["are alike in two runs", {}, about, about, true],
    ["are alike under other hooks", {}, about, otherHooks, true],
    ["are read, number by number", { exact: true }, about, about, false],
    ["are read when all is", { readAll: true }, about, about, false],
    ["are read of a recording", {}, imported, about, false],
    ["are read of a recording in the second place", {}, about, imported, false],
    ["are read of two chipsets", {}, about, otherChipset, false],
    ["are read without a device in one", {}, about, noDevice, false],
  ])("%s", (_, rules, a, b, expected) => {
    expect(areSigned({ ...usualRules, ...rules }, a, b)).toBe(expected);
  });
});

test("captures are two recordings of whole kernels", () => {
  expect(areCaptures(captured, captured)).toBe(true);
  for (const other of [about, imported, { ...about, workload: "captured" }]) {
    expect(areCaptures(captured, other)).toBe(false);
    expect(areCaptures(other, captured)).toBe(false);
  }
});

test("a kind is of its own name and of its family's, and of no beginning of it", () => {
  expect(
    ["gatt.written", "gatt", "gat", "written"].map((name) => isOf("gatt.written", name)),
  ).toEqual([...[true, true, false, false]]);
});
