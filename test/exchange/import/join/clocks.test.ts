// clocks.test.ts - the relation of two clocks, as causality alone tells it.

import { describe, expect, test } from "vitest";
import { Anchors } from "../../../../src/exchange/import/join/clocks.ts";

const DEVICE = 0x28;
/** The device's clock in microseconds at a microsecond of the guest's: an hour ahead, and slower. */
const device = (guest: number) => 3.6e9 + guest * (1 - 9e-6);

/** Commands a millisecond apart, each fetched 100 and done 400 us after it was given, and seen after 500. */
function commands(anchors: Anchors, count: number): void {
  for (let i = 0; i < count; i++) {
    const given = i * 1000;
    anchors.given("1 7", i * 8, given);
    const done = anchors.fetched("1 7", device(given + 100));
    done.address = i * 8;
    done.end = device(given + 400);
    anchors.completed("1 7", given + 500);
  }
}
/** A buffer that is mapped, touched 100 us later and given back after 200. */
function sent(anchors: Anchors, at: number, address: number): void {
  anchors.mapped(DEVICE, "to-device", address, 64, at);
  anchors.sent(address, device(at + 100));
  anchors.unmapped(DEVICE, "to-device", address, at + 200);
}

const error = (anchors: Anchors, guest: number): number =>
  Math.abs(anchors.fit()!.deviceTime(guest * 1e3) - device(guest));

describe("the relation", () => {
  test("fits every command: what the guest gives is fetched later and done before the guest sees it", () => {
    const anchors = new Anchors();
    commands(anchors, 1000);
    for (const guest of [0, 5e5, 1e6]) expect(error(anchors, guest)).toBeLessThan(100);
  });

  test("joins commands of one id by their blocks where the device's log begins later", () => {
    const anchors = new Anchors();
    anchors.given("1 7", 4000, -1000);
    commands(anchors, 100);
    expect(error(anchors, 5e4)).toBeLessThan(100);
  });

  /** Commands for one block, of which the device's log lacks the first half. */
  const late = (spaces: (i: number) => number): Anchors => {
    const anchors = new Anchors();
    for (let i = 0, given = 0; i < 200; i++, given += spaces(i)) {
      anchors.given("1 7", 0, given);
      anchors.completed("1 7", given + 500);
      if (i < 100) continue;
      const done = anchors.fetched("1 7", device(given + 100));
      done.end = device(given + 400);
    }
    return anchors;
  };

  test("counts from the end where the first uses of a name contradict each other", () => {
    const anchors = late((i) => 1000 + (i % 7) * (i % 13) * 100);
    expect(anchors.fit()!.isSure).toBe(true);
    expect(error(anchors, 2e5)).toBeLessThan(100);
  });

  test("is in doubt where both ways to count fit and do not agree", () => {
    expect(late(() => 1000).fit()!.isSure).toBe(false);
  });

  test("needs no commands: the k-th packet sent is the k-th buffer mapped", () => {
    const anchors = new Anchors();
    for (let i = 0; i < 100; i++) sent(anchors, i * 1000, 0x1000 + (i % 3) * 64);
    expect(error(anchors, 5e4)).toBeLessThan(100);
    expect(anchors.card).toBe(DEVICE);
  });

  test("is not misled by a card that reads a buffer again that was given back", () => {
    const anchors = new Anchors();
    for (let i = 0; i < 50; i++) sent(anchors, i * 1000, 0x1000 + (i % 3) * 64);
    anchors.sent(0x1000 + 64, device(49_500));
    for (let i = 50; i < 100; i++) sent(anchors, i * 1000, 0x1000 + (i % 3) * 64);
    expect(error(anchors, 9e4)).toBeLessThan(100);
  });

  test("is none where what is told contradicts itself, or tells too little", () => {
    const anchors = new Anchors();
    commands(anchors, 3);
    expect(anchors.fit()).toBe(null);
    for (let i = 0; i < 100; i++) {
      anchors.given("2 1", i, i * 1000);
      const done = anchors.fetched("2 1", i % 2 === 0 ? 0 : 1e9);
      done.end = done.begin;
      anchors.completed("2 1", i * 1000 + 10);
    }
    expect(anchors.fit()).toBe(null);
  });
});

describe("buffers that are touched in an order that does not count", () => {
  /** Of three pipes, each with buffers of its own length of life; the device reads some of them again, and a few too late. */
  function touched(late: number): Anchors {
    const anchors = new Anchors();
    for (let i = 0, at = 0; i < 300; i++, at += 700 + ((i * i) % 17) * 90) {
      const address = 0x1000 * (1 + ((i * 5) % 11));
      const life = [250, 400, 600][i % 3]!;
      anchors.mapped(DEVICE, "to-device", address, 512, at);
      anchors.unmapped(DEVICE, "to-device", address, at + life);
      for (const part of [0, 64, 0])
        anchors.touched("to-device", address + part, device(at + life - 30 - (part % 3)));
      if (i % 20 < late) anchors.touched("to-device", address, device(at + life + 4000));
    }
    return anchors;
  }

  test("tell the relation that allows most of the touches", () => {
    expect(touched(0).fit()!.isSure).toBe(true);
    expect(error(touched(0), 1e5)).toBeLessThan(250);
    expect(touched(1).fit()!.isSure).toBe(true);
    const close = touched(0);
    close.touched("to-device", 0x6000, device(700 + 400 + 400));
    expect(close.fit()!.isSure).toBe(false);
  });

  test("tell none where they are few, and none for sure where nothing allows most of them", () => {
    const few = new Anchors();
    sent(few, 0, 0x1000);
    few.touched("to-device", 0x1000, device(100));
    expect(few.fit()).toBe(null);
    const apart = touched(0);
    for (let i = 0; i < 900; i++)
      apart.touched("to-device", 0x1000 * (1 + (i % 11)), device(i * 1e6));
    expect(apart.fit()?.isSure ?? false).toBe(false);
  });
});

describe("a relation is borne out by what was there when the device did something to it", () => {
  /** Packets in buffers that come again, each mapped for 200 us; of what the device's log has, from one to another. */
  function packets(from: number, to: number, stale = 0): Anchors {
    const anchors = new Anchors();
    for (let i = 0, at = 0; i < 400; i++, at += 1000 + ((i * i) % 17) * 150) {
      const address = 0x1000 * (1 + ((i * 7) % 12));
      anchors.mapped(DEVICE, "to-device", address, 64, at);
      anchors.unmapped(DEVICE, "to-device", address, at + 200);
      if (i < from || i >= to) continue;
      anchors.sent(address, device(at + 100));
      if (i % 10 < stale) anchors.sent(address, device(at + 400));
    }
    return anchors;
  }

  test("one that fits from the end alone, where the log begins late, is found and sure", () => {
    const anchors = packets(150, 400);
    expect(anchors.fit()!.isSure).toBe(true);
    expect(error(anchors, 3e5)).toBeLessThan(200);
  });

  test("one of a log that is cut at both ends is sure of nothing, or right", () => {
    for (const [from, to] of [
      [100, 300],
      [133, 266],
      [37, 391],
    ] as const) {
      const anchors = packets(from, to);
      const fit = anchors.fit();
      if (fit?.isSure === true) expect(error(anchors, 3e5)).toBeLessThan(200);
    }
  });

  test("a card that now and then reads what was taken back does not unsettle it", () => {
    const anchors = packets(0, 400, 2);
    expect(anchors.fit()!.isSure).toBe(true);
    expect(error(anchors, 3e5)).toBeLessThan(200);
  });
});
