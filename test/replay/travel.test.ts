// travel.test.ts - to any moment in any order, and to the next and last change of anything, by look-up.

import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { bus, busPage, gattIndex, mfn, pfn, vpn } from "../../src/address.ts";
import { families, subjectCode } from "../../src/event/field.ts";
import { type Recorded, subjectOf } from "../../src/event/vocabulary.ts";
import { apply } from "../../src/machine/apply.ts";
import { State } from "../../src/machine/state.ts";
import { wrongAt } from "../../src/replay/judged.ts";
import { natureOf, stateAt } from "../../src/replay/replay.ts";
import { pageSubject, type Subject, subjectAt, subjectNamed } from "../../src/replay/subject.ts";
import type { Trace } from "../../src/replay/trace.ts";
import { TimeTravel } from "../../src/replay/travel.ts";
import type { TraceReader } from "../../src/store/read.ts";
import { busyTrace } from "./busy.ts";
import { held, stored } from "./stored.ts";

const busy = busyTrace();
const seqs = (events: Iterable<Recorded>): number[] => [...events].map(({ seq }) => seq);
const NUMBERS = [0, 1, 2, 0x1000, 0x1001, 0x1002, 0x1003, 0x80000, 0x80001, 0xd0800, 0xd0801];
const single = families.flatMap((family) => NUMBERS.map((number) => subjectAt(family, number)));
const hasPast = (subject: Subject): boolean =>
  seqs(new TimeTravel(busy).accesses(subject)).length > 0;
const everything: readonly Subject[] = [
  ...single.filter(hasPast),
  ...families.map((family) => subjectAt(family, 0x1003)),
  ...NUMBERS.map((number) => pageSubject("pages", number)),
  pageSubject("pages", 0x1000, 0x1003),
  subjectAt("gatt", 0, 1),
  subjectAt("gatt", 0, 0x3fff),
  subjectAt("p2m", 0x1000, 0x1002),
  subjectAt("iommu", 0, 0x100000),
  subjectNamed(busy, "reg:ATTBASE"),
  subjectNamed(busy, "reg:0000:00:00.0+0x12"),
];
let files: TraceReader[] = [];
beforeAll(async () => {
  files = await Promise.all([1, 7, 1e9].map((spacing) => stored(busy, spacing)));
});
afterAll(() => {
  for (const file of files) file.close();
});

describe("the past of a subject", () => {
  test("is the same by the index, without it, and from either end", () => {
    for (const one of everything) {
      const read = seqs(new TimeTravel(busy).changes(one));
      for (const file of files) {
        const travel = new TimeTravel(file);
        expect([one.name, seqs(travel.changes(one))]).toEqual([one.name, read]);
        expect(seqs(travel.changes(one, { backwards: true })).reverse()).toEqual(read);
        expect(seqs(travel.accesses(one))).toEqual(seqs(new TimeTravel(busy).accesses(one)));
      }
    }
    // Enough subjects have a past for this to mean something.
    expect(
      everything.filter((one) => seqs(new TimeTravel(busy).changes(one)).length > 1).length,
    ).toBeGreaterThan(15);
  });

  test("holds every event that made it another", () => {
    const tellers: { readonly [family: string]: (state: State, number: number) => unknown } = {
      p2m: (state, page) => state.p2m.get(pfn(page)),
      dma: (state, handle) => state.dma.get(bus(handle), null),
      iommu: (state, page) => state.iommu.get(busPage(page)),
      mapping: (state, page) => state.mappings.get(vpn(page))?.word,
      allocation: (state, page) => state.allocationOf(pfn(page)),
      attribute: (state, page) => state.flags.get(pfn(page)),
    };
    let changes = 0;
    for (const [family, tell] of Object.entries(tellers))
      for (const number of NUMBERS) {
        const part = { family: family as "p2m", first: number, last: number };
        const past = new Set(seqs(new TimeTravel(files[0]!).changes({ name: "", parts: [part] })));
        const state = new State(natureOf(busy.about));
        for (const { seq, event } of busy.events()) {
          const before = JSON.stringify(tell(state, number));
          apply(state, event, seq);
          if (JSON.stringify(tell(state, number)) === before) continue;
          changes++;
          expect([family, number, seq, past.has(seq)]).toEqual([family, number, seq, true]);
        }
      }
    expect(changes).toBeGreaterThan(20);
  });

  test("of a register begins with the first read of it, and has no other reads", () => {
    const travel = new TimeTravel(files[0]!);
    const base = [...travel.changes(subjectNamed(busy, "reg:APBASE"))];
    expect(base.map(({ event }) => event.kind)).toEqual(["register.read"]);
    expect(travel.nextChange(subjectNamed(busy, "reg:APBASE"), base[0]!.seq)).toBeUndefined();
    const table = [...travel.changes(subjectNamed(busy, "reg:ATTBASE"))];
    expect(table.map(({ event }) => event.kind)).toEqual(["register.written"]);
  });
});

test("the next, the last and the previous change are found from any moment", () => {
  for (const file of files) {
    const travel = new TimeTravel(file);
    for (const one of [
      subjectAt("gatt", 0),
      subjectAt("gatt", 0, 1),
      pageSubject("pages", 0x1000),
    ]) {
      const all = seqs(travel.changes(one));
      // Before and behind each change, where answers part.
      for (const moment of new Set([0, ...all.flatMap((seq) => [seq - 1, seq]), busy.count])) {
        expect(travel.nextChange(one, moment)?.seq).toBe(all.find((seq) => seq > moment));
        expect(travel.lastChange(one, moment)?.seq).toBe(all.findLast((seq) => seq <= moment));
        expect(travel.previousChange(one, moment)?.seq).toBe(all.findLast((seq) => seq < moment));
      }
    }
  }
});

describe("events by what they are", () => {
  const by = (trace: Trace, filter: Parameters<TimeTravel["matching"]>[0]) =>
    seqs(new TimeTravel(trace).matching(filter));

  test.each([
    { kinds: ["gatt.written", "gatt.read"] },
    { hook: "virt_to_gart" },
    { actor: "hypervisor", op: 0 },
    { verdict: "identity" },
    { verdict: "translated", kinds: ["device.read"] },
    { verdict: "wrong" },
    { verdict: "unknown" },
    { op: 7 },
    { where: ({ seq }: Recorded) => seq % 10 === 3 },
    { place: "xen_contig_memory" },
    { place: "a function of nobody" },
    { subject: subjectCode("allocation", pfn(0x1003)) },
    { subject: subjectCode("gatt", gattIndex(0)), kinds: ["gatt.written"] },
    { verdict: "stale" },
    { verdict: "wrong", kinds: ["page.freed"] },
    { verdict: "wrong", actor: "card" },
    { verdict: "wrong", place: "a test" },
    { verdict: "wrong", subject: subjectCode("allocation", pfn(0x1003)) },
    { verdict: "wrong", hook: "virt_to_gart" },
    { verdict: "wrong", op: 0 },
    { verdict: "wrong", op: 7 },
    { verdict: "wrong", where: ({ seq }: Recorded) => seq % 10 === 1 },
  ] as const)("%j", (filter) => {
    const all = [...busy.events()].filter((recorded) => {
      const { seq, op, event } = recorded;
      const verdict = new TimeTravel(busy).verdict(recorded);
      if ("kinds" in filter && !(filter.kinds as readonly string[]).includes(event.kind))
        return false;
      if ("hook" in filter && !(event.kind === "hook.called" && event.hook === filter.hook))
        return false;
      if ("actor" in filter && event.actor !== filter.actor) return false;
      if ("op" in filter && op !== filter.op) return false;
      if ("place" in filter && event.place !== filter.place) return false;
      if ("subject" in filter && subjectOf(event) !== filter.subject) return false;
      if ("where" in filter && !filter.where(recorded)) return false;
      if (!("verdict" in filter)) return true;
      return filter.verdict === "wrong" ? wrongAt(busy, seq) !== null : verdict === filter.verdict;
    });
    for (const trace of [busy, ...files]) expect(by(trace, filter)).toEqual(seqs(all));
    const travel = new TimeTravel(files[1]!);
    for (const moment of [0, 1, 40, busy.count]) {
      expect(travel.next(filter, moment)?.seq).toBe(seqs(all).find((seq) => seq > moment));
      expect(travel.previous(filter, moment)?.seq).toBe(seqs(all).findLast((seq) => seq < moment));
    }
  });
});

test("going to moments in any order, the state is the one folded from the start", () => {
  for (const file of files) {
    const travel = new TimeTravel(file);
    let moment = 1;
    for (let step = 0; step < 60; step++) {
      // Back and forth, near and far: what is kept at hand is met from both sides.
      moment = step % 3 === 0 ? (moment * 31 + 7) % (busy.count + 1) : Math.max(0, moment - 1);
      const state = travel.stateAt(moment);
      expect(held(state)).toBe(held(stateAt(busy, moment)));
      // Whoever was given a state may go on with it; the next one is not touched by that.
      state.p2m.set(pfn(0x1000), mfn(0xbad));
      state.tlb.clear();
    }
  }
});
