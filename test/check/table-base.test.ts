// table-base.test.ts - how a table base goes wrong is what the rule for every number says of the page.

import { expect, test } from "vitest";
import { bus, machine, mfn, pfn, phys, tablePage } from "../../src/address.ts";
import { tableBase } from "../../src/check/table-base.ts";
import { intel440bx } from "../../src/chipset/440bx.ts";
import { type Verdict, verdictOf } from "../../src/event/verdict.ts";
import type { Of } from "../../src/event/vocabulary.ts";
import { apply } from "../../src/machine/apply.ts";
import { State } from "../../src/machine/state.ts";
import { about } from "../store/sample.ts";

const PAGE = 0x1000;
const frames = [1, 2, 3, 0x40001, 0x40002];
const attbase = intel440bx.registers.find(({ name }) => name === "ATTBASE")!.number;

/** What the check finds where a driver writes a base for a table of two pages, pfn 1 and 2, in these frames. */
function verdictBy(base: number, [first, second]: readonly [number, number]): Verdict | undefined {
  const state = new State({ physIsMachine: false, chipset: intel440bx });
  for (const [page, frame] of [
    [1, first],
    [2, second],
  ] as const) {
    state.m2p.set(mfn(frame), pfn(page));
    state.table.add(pfn(page), mfn(frame));
  }
  expect(state.table.frameOf(tablePage(1))).toBe(second);
  const event: Of<"register.written"> = {
    kind: "register.written",
    actor: "driver",
    register: attbase,
    size: 4,
    word: base * PAGE,
    phys: phys(PAGE),
    machine: machine(first * PAGE),
    bus: bus(base * PAGE),
    reached: machine(base * PAGE),
  };
  apply(state, event, 1);
  let found: Verdict | undefined;
  const report = {
    ...{ held: () => {}, unknown: () => {}, cannotTell: () => {}, findingAt: () => {} },
  };
  const watch = tableBase.watch(about, {
    ...report,
    finding: (_subjects, _says, verdict) => {
      found = verdict;
    },
  });
  watch.after!["register.written"]!(event, { seq: 1, op: 0, state });
  return found;
}

test("of a table of two pages, wherever they and the base lie", () => {
  const seen = new Set<Verdict | undefined>();
  for (const base of frames)
    for (const first of frames)
      for (const second of frames) {
        if (first === second) continue;
        const kind = "register.written";
        const of = (page: number, at: number, reached: number) => ({
          ...{ kind, virt: null, phys: page * PAGE, machine: at * PAGE },
          ...{ bus: base * PAGE, reached: reached * PAGE },
        });
        const zero = of(1, first, base);
        let expected: Verdict | undefined;
        if (base !== first) expected = verdictOf(zero, null)!;
        else if (base + 1 !== second) expected = verdictOf(of(2, second, base + 1), zero)!;
        expect(verdictBy(base, [first, second])).toBe(expected);
        seen.add(expected);
      }
  expect(seen).toEqual(
    new Set([undefined, "wrong-space", "truncated", "foreign-frame", "discontiguous"]),
  );
});
