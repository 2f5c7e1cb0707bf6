// table-base.test.ts - how a table base goes wrong is what the rule for every number says of the page.

import { expect, test } from "vitest";
import {
  bus,
  hex,
  machine,
  mfn,
  pfn,
  phys,
  type RegisterIndex,
  tablePage,
} from "../../src/address.ts";
import { tableBase } from "../../src/check/table-base.ts";
import { intel440bx } from "../../src/chipset/440bx.ts";
import type { Chipset } from "../../src/chipset/chipset.ts";
import { sworksHe } from "../../src/chipset/sworks-he.ts";
import { u3 } from "../../src/chipset/u3.ts";
import type { About } from "../../src/event/trace.ts";
import { type Verdict, verdictOf } from "../../src/event/verdict.ts";
import type { Event, Of } from "../../src/event/vocabulary.ts";
import { LiveMappings } from "../../src/machine/access.ts";
import { apply } from "../../src/machine/apply.ts";
import { State } from "../../src/machine/state.ts";
import { about } from "../store/sample.ts";
import { allocated, capture, judged, leading, native, told, xen } from "./judged.ts";

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
  watch.after!["register.written"]!(event, { seq: 1, op: 0, state, mappings: new LiveMappings() });
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

const registerOf = ({ registers }: Chipset, called: string) =>
  registers.find(({ name }) => name === called)!.number;
const on = (chipset: Chipset, other: Partial<About> = {}): About => ({
  ...native,
  chipset: chipset.name,
  ...other,
});
const written = (register: RegisterIndex, word: number, addresses: object = {}) =>
  told("register.written", { register, size: 4, word, ...addresses });
const based = (word: number, addresses: object = leading(0x40000, word, word)) =>
  written(attbase, word, addresses);
const table = allocated(0x40, "gatt", 0x2000);
const at = `#2 register ${hex(attbase)}:`;
const base0 = `page 0 of the table is fetched from 0x70000:m, the driver writes it at 0x40000:m`;
const early = "unknown 1 from #1: the table's pages were allocated before the trace begins";
const wrongBase = `#1 register ${hex(attbase)}: 0x70000 leads to 0x70000:m; the page is at 0x40000:m [foreign-frame]`;
const directory = (word: number, addresses: object = leading(0x40000, word, word)) =>
  written(registerOf(sworksHe, "GATTBASE"), word, addresses);
const [low, high] = [registerOf(u3, "GART_BASE"), registerOf(u3, "AGP_BASE")];
const above = { ...allocated(0x100040, "gatt"), machine: machine(0x1_0004_0000) };

test.each<[string, Event[], string[], about?: About]>([
  ["the table's", [table, based(0x40000)], ["held 1"]],
  ["another's", [table, based(0x70000)], [`${at} ${base0} [foreign-frame]`]],
  [
    "nobody's: the register is another",
    [table, written(registerOf(intel440bx, "APBASE"), 0x70000, leading(0x40000, 0x70000, 0x70000))],
    [],
  ],
  ["nobody's: the register names no address", [table, based(0x70000, {})], []],
  ["unknown: so is the chipset", [table, based(0x70000)], [], on(intel440bx, { chipset: "none" })],
  ["its page's, where no table is known", [based(0x40000)], ["held 1"]],
  ["its page's, before a capture", [based(0x40000)], ["held 1", early], capture(native)],
  ["another's, where no table is known", [based(0x70000)], [wrongBase]],
  ["another's, before a capture", [based(0x70000)], [wrongBase, early], capture(native)],
  ...(["machine", "reached"] as const).map((name): [string, Event[], string[]] => [
    `unknown: where no table is, nor ${name}`,
    [based(0x70000, { ...leading(0x40000, 0x70000, 0x70000), [name]: null })],
    [],
  ]),
  ["the directory's", [directory(0x40000)], ["held 1"], on(sworksHe)],
  [
    "another's than the directory's",
    [directory(0x70000)],
    [wrongBase.replace(hex(attbase), hex(registerOf(sworksHe, "GATTBASE")))],
    on(sworksHe),
  ],
  ["nobody's: the directory is cleared", [directory(0, {})], [], on(sworksHe)],
  [
    "the table's, when its upper half is written",
    [table, written(low, 0x40001), written(high, 0)],
    ["held 1"],
    on(u3),
  ],
  [
    "not complete before its upper half",
    [table, written(low, 0x70001, leading(0x40000, 0x70000, 0x70000))],
    [],
    on(u3),
  ],
  ["nobody's: the upper half comes first", [table, written(high, 0)], [], on(u3)],
  ["above 4 GB", [above, written(low, 0x40001), written(high, 1)], ["held 1"], on(u3)],
  [
    "below 4 GB though the table is above",
    [above, written(low, 0x40001), written(high, 0)],
    [
      `#3 register ${hex(high)}: page 0 of the table is fetched from 0x40000:m, the driver writes it at 0x100040000:m [truncated]`,
    ],
    on(u3),
  ],
])("a table base is %s", (_, events, lines, about) => {
  expect(judged(tableBase, events, about)).toEqual(lines);
});

test("a frame that is no page's, in a table, is told without a verdict on its page", () => {
  const set = (page: number, frame: number) =>
    told("p2m.set", {
      ...{ page: pfn(page), phys: phys(page * PAGE), machine: machine(frame * PAGE) },
    });
  const cleared = told("p2m.cleared", {
    ...{ page: pfn(0x41), phys: phys(0x41 * PAGE), machine: machine(0x60 * PAGE) },
  });
  const base = based(0x50000, { ...leading(0x50000, 0x50000, 0x50000), phys: phys(0x40000) });
  const events = [set(0x40, 0x50), set(0x41, 0x60), table, base];
  const said = `register ${hex(attbase)}: page 1 of the table is fetched from 0x51000:m, the driver writes it at 0x60000:m`;
  expect(judged(tableBase, events, xen)).toEqual([`#4 ${said} [discontiguous]`]);
  expect(judged(tableBase, [...events.slice(0, 3), cleared, base], xen)).toEqual([
    `#5 ${said} [discontiguous]`,
  ]);
});
