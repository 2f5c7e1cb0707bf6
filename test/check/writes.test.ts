// writes.test.ts - a write arrives: entries that are read back, and those that leave the CPU's cache.

import { describe, expect, test } from "vitest";
import { gattIndex, virt } from "../../src/address.ts";
import { entryUnflushed } from "../../src/check/entry-unflushed.ts";
import { writePosted } from "../../src/check/write-posted.ts";
import { u3 } from "../../src/chipset/u3.ts";
import { registerNumber } from "../../src/event/register.ts";
import type { Event } from "../../src/event/vocabulary.ts";
import { aboutRun } from "../../src/scenario/setup.ts";
import { setupOf } from "../laws.ts";
import { allocated, judged, told } from "./judged.ts";

const ended = told("op.ended", { op: 0, result: {} } as never);

describe("an entry written through the window", () => {
  const entry = (number: number, address: number | null = 0x10000) => ({
    ...{ entry: gattIndex(number), word: 0x51001 + number },
    ...(address === null ? {} : { virt: virt(address) }),
  });
  const wrote = (number = 1, at?: number | null) => told("gatt.written", entry(number, at));
  const read = (at?: number | null) => told("gatt.read", entry(1, at));
  const register = (where: "mmio" | "config") =>
    told("register.read", { register: registerNumber(where, 8, 0x20), word: 0, size: 4 });
  const held = (seq: number, number = 1) =>
    `#${seq} gatt 0x${number}: nothing was read since 0x5100${1 + number} was written: a bridge may still hold it`;

  test.each<[string, Event[], string[]]>([
    ["is not read back", [wrote(), ended], [held(1)]],
    ["is told once", [wrote(), ended, ended], [held(1)]],
    ["is written twice", [wrote(), wrote(), ended], [held(2)]],
    ["is one of two", [wrote(1), wrote(2), ended], [held(1, 1), held(2, 2)]],
    ["is read back", [wrote(1), wrote(2), read(), ended], ["held 2"]],
    ["is read before it is written", [read(), wrote(), ended], [held(2)]],
    ["is read in memory", [wrote(), read(null), ended], [held(1)]],
    [
      "is followed by a read of a register of the device",
      [wrote(), register("mmio"), ended],
      ["held 1"],
    ],
    ["is followed by a read of its configuration", [wrote(), register("config"), ended], [held(1)]],
    [
      "is followed by a read once more",
      [wrote(), read(), read(), register("mmio"), ended],
      ["held 1"],
    ],
    ["is written to memory instead", [wrote(1, null), ended], []],
  ])("%s", (_, events, lines) => {
    expect(judged(writePosted, events)).toEqual(lines);
  });
});

describe("an entry of a table that is mapped cached", () => {
  const about = aboutRun(setupOf("ppc64-g5 gart smoke", { chipset: u3 }));
  const table = allocated(0x40, "gatt");
  const wrote = (number = 0, word = 0x80000051) =>
    told("gatt.written", { entry: gattIndex(number), word });
  const flushed = told("cache.flushed", {
    ...{ instruction: "flush_dcache_range", ...table, size: 0x1000 },
    kind: "cache.flushed",
  } as never) as Event;
  const tlb = (which: "gart" | "cpu") => told("tlb.flushed", { which });
  const kept = (seq: number, word = "0x80000051", at = "0x40000") =>
    `#${seq} content 0x40: the word ${word} at ${at}:m is in the CPU's cache alone [stale]`;

  test.each<[string, Event[], string[]]>([
    ["is in the cache at the end of the operation", [wrote(), ended], [kept(2)]],
    ["is in the cache when the GART's TLB is flushed", [wrote(), tlb("gart")], [kept(2)]],
    ["is in the cache when the CPU's TLB is flushed", [wrote(), tlb("cpu")], []],
    ["is told once", [wrote(), ended, tlb("gart"), ended], [kept(2)]],
    [
      "is told again when it is written again",
      [wrote(), ended, wrote(), ended],
      [kept(2), kept(4)],
    ],
    [
      "is the second of two",
      [wrote(), ended, wrote(1, 0x80000052), ended],
      [kept(2), kept(4, "0x80000052", "0x40004")],
    ],
    ["is flushed", [wrote(), flushed, ended], ["held 1"]],
    ["is flushed, and later nothing is written", [wrote(), flushed, ended, ended], ["held 1"]],
    [
      "is flushed when it was told",
      [wrote(), ended, flushed, ended, wrote(), ended],
      ["held 1", kept(2), kept(6)],
    ],
    ["is not written at all", [ended], []],
  ])("%s", (_, events, lines) => {
    expect(judged(entryUnflushed, [table, ...events], about)).toEqual(lines);
  });
});
