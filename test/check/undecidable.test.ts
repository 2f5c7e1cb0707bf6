// undecidable.test.ts - checks say what a trace does not let them tell, and take no missing fact for a wrong one.

import { expect, test } from "vitest";
import { checks } from "../../src/check/index.ts";
import { intel440bx } from "../../src/chipset/440bx.ts";
import { sized } from "../../src/scenario/scenario.ts";
import { setupOf } from "../laws.ts";
import { recorded } from "../memory-trace.ts";
import { changed, imported, runCheck, runOf } from "./run-check.ts";

const whole = runOf(
  recorded(setupOf("xen-i386 gart smoke", { chipset: sized(intel440bx, 0xb4, 0x3f) })),
);
const called = (name: string) => checks.find((check) => check.name === name)!;

test("an imported trace that begins in the middle gives no finding, wherever it begins", () => {
  for (const part of [0.3, 0.9, 0.95, 0.98, 0.99]) {
    const first = Math.floor(whole.events.length * part);
    const rest = imported(changed(whole, (event, seq) => (seq < first ? null : event)));
    for (const check of checks)
      expect(runCheck(check, rest)).toMatchObject({ count: 0, failure: null });
  }
});

test("what it lacks is counted, and said with the first event", () => {
  const freed = whole.events.filter(({ event }) => event.kind === "page.freed");
  const rest = imported(
    changed(whole, (event) => (event.kind === "page.allocated" ? null : event)),
  );
  expect(runCheck(called("wrong-free"), rest).unknown).toMatchObject({
    count: freed.length,
    why: "a page is freed that was allocated before the trace begins",
  });
});

test("an imported trace that has no event of a check lacks none in a gap of which no number is told", () => {
  const { seq } = whole.events.findLast(({ event }) => event.kind === "op.began")!;
  const gap = imported(
    changed(whole, (event, at) =>
      at === seq ? { kind: "events.lost", actor: "kernel", count: 0 } : event,
    ),
  );
  expect(runCheck(called("bio-merge"), gap)).toMatchObject({ held: 0, undecidable: null });
  expect(runCheck(called("memory-count"), gap).undecidable).toEqual({
    since: seq,
    why: "events were lost",
  });
});

test("after a gap only checks go on that judge single events, or forget what was before", () => {
  const { seq } = whole.events.findLast(({ event }) => event.kind === "op.began")!;
  const gap = changed(whole, (event, at) =>
    at === seq - 1 ? { kind: "events.lost", actor: "kernel", count: 12 } : event,
  );
  for (const check of checks) {
    const { count, undecidable } = runCheck(check, gap);
    expect(count).toBe(0);
    expect(undecidable).toEqual(
      check.byEvent || check.goesOn ? null : { since: seq - 1, why: "12 events were lost" },
    );
  }
});

test("a stale entry of the TLB is told once, however many operations follow", () => {
  const unflushed = changed(whole, (event, seq) =>
    event.kind === "tlb.flushed" && event.which === "gart" && seq > 2000 ? null : event,
  );
  expect(runCheck(called("gart-tlb-stale"), unflushed).count).toBe(4);
});
