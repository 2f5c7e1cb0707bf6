// state-text.test.ts - a machine on one screen: short enough whatever ran, and readable.

import { describe, expect, test } from "vitest";
import { gattIndex } from "../../src/address.ts";
import { chipsets } from "../../src/chipset/index.ts";
import { eventText } from "../../src/event/vocabulary.ts";
import { stateAt } from "../../src/replay/replay.ts";
import { stateText } from "../../src/report/state-text.ts";
import { workloads } from "../../src/workload/index.ts";
import { setupOf, workloadOf } from "../laws.ts";
import { memoryTrace, recorded } from "../memory-trace.ts";

const textAt = (words: string, part: number, other: Parameters<typeof setupOf>[1] = {}): string => {
  const trace = recorded(setupOf(words, other));
  return stateText(stateAt(trace, Math.round(trace.count * part)), trace);
};

const names = workloads.map(({ name }) => name);
describe.each([
  ["native-i386 gart", "intel-440bx", names],
  ["xen-i386 gart", "intel-440bx", names],
  ["native-i386 gart", "i810", ["testgart"]],
  ["xen-i386 gart", "amd-irongate", ["testgart"]],
  ["ppc64-g5 gart", "u3", ["testgart"]],
] as const)("on %s with %s", (platform, name, run) => {
  test.each(run)("the state of %s fits one screen", (workload) => {
    const chipset = chipsets.find((one) => one.name === name)!;
    const trace = recorded(setupOf(`${platform} ${workload}`, { chipset }));
    for (const part of [0, 0.5, 0.8, 1]) {
      const moment = Math.round(trace.count * part);
      const lines = stateText(stateAt(trace, moment), trace).split("\n");
      expect(lines.length).toBeLessThanOrEqual(60);
      expect(lines.filter((line) => /\s$/.test(line) || line.length > 120)).toEqual([]);
      expect(lines[1]).toMatch(new RegExp(`^moment #${moment} of #${trace.count}, `));
      expect(lines.join("\n")).not.toMatch(/entrys|\b1 (pages|entries)/);
    }
  });
});

const bound = workloadOf(
  { op: "init" },
  { op: "alloc", slot: 0, pages: 3 },
  { op: "bind", slot: 0, pg_start: 2 },
);

test("a bound page is right, and what the words of the table mean is said below it", () => {
  const text = textAt("xen-i386 gart", 1, { workload: bound });
  expect(text).toContain(`GATT: 16,384 entries
  0x0..0x1          2  empty  aperture 0xe0000000
  0x2..0x4          3  right  aperture 0xe0002000  first entry 0x4b1f1017  [identity]
  0x5..0x3fff  16,379  empty  aperture 0xe0005000

       3  right  the chipset reads the entry and gets to a page that was allocated for AGP
  16,381  empty  the entry names no page

GART TLB: 3 entries, pages 0x2..0x4
reserved: 16 pages; uncached: 19 pages`);
});

test("the exchanged pages of the table are one run, pages dealt here and there are one line", () => {
  const text = textAt("xen-i386 gart", 1, { workload: bound });
  expect(text).toContain(`  0x1000..0x100f  16 pages  ->  0x80000..0x8000f
  0x1010..0x1012   3 pages  ->  scattered: 0x4b1f1 0x41c4e 0x486ab
`);
  expect(text).toContain("  0xd0800000..0xd080ffff  16 pages  ->  0x80000..0x8000f\n");
});

test("a forgiving ioremap of scattered pages is one line, and the chipset does not reach the table", () => {
  const text = textAt("xen-i386 legacy", 1, { workload: bound, lenientIoremap: true });
  expect(text).toContain(
    "  0xd0800000..0xd080ffff  16 pages  ->  scattered: 0x40c21 0x4767e 0x4e0db 0x44b38 and 12 more\n",
  );
  expect(text).toContain(
    "  0x2..0x4          3  not reached  aperture 0xe0002000  first entry 0x1010017  [wrong-space]\n",
  );
  expect(text).toContain("not reached  the chipset reads something else there");
});

test("an entry that names a page nobody gave to AGP is wrong", () => {
  const honest = recorded(setupOf("native-i386 gart", { workload: bound }));
  const events = [...honest.events()].map((one) =>
    one.event.kind === "gatt.written" && one.event.entry === gattIndex(3) && one.event.word !== 0
      ? { ...one, event: { ...one.event, word: 0x07770017 } }
      : one,
  );
  const trace = memoryTrace(honest.about, events);
  const text = stateText(stateAt(trace, trace.count), trace);
  expect(text).toContain(
    "  0x3               1  wrong  aperture 0xe0003000  first entry 0x7770017  [identity]\n",
  );
  expect(text).toContain("       2  right  the chipset reads the entry");
  expect(text).toContain(
    "       1  wrong  the chipset reads the entry and gets to a frame that is no such page\n",
  );
});

test("an entry that names the scratch page stands for no page", () => {
  const chipset = chipsets.find(({ name }) => name === "i810")!;
  const text = textAt("native-i386 gart", 1, { workload: bound, chipset });
  expect(text).toContain("       3  right    the chipset reads the entry and gets to a page");
  expect(text).toContain("  16,381  scratch  the chipset reads the entry and gets to the page");
});

test("tables of single pages with a guard page behind each are one line", () => {
  const chipset = chipsets.find(({ name }) => name === "amd-irongate")!;
  const text = textAt("xen-i386 gart", 1, { workload: bound, chipset });
  expect(text).toMatch(
    /^ {2}0xd0800000\.\.0xd08\w+ {2}\d+ pages {2}-> {2}scattered: 0x40c21 0x4767e/m,
  );
});

test("registers stand under each other, by the data sheet's names, single bits as 0 or 1", () => {
  expect(textAt("native-i386 gart", 1, { workload: bound })).toContain(`chipset and card registers
  APBASE   0xe0000008  base=0xe0000000
  NBXCFG   0x200       aperture-access=1
  ERRSTS1  0x7         errors=0x7
  AGPSTAT  0x1f000203  rates=0x3
  AGPCTRL  0x2280      gtlb-enable=1
  APSIZE   0x30        size=0x30
  ATTBASE  0x1000000   table=0x1000000
`);
});

test("a TLB holds an entry of 64 bits whole: it is what memory eventText, and is told with all its digits", () => {
  const chipset = chipsets.find(({ name }) => name === "zx1")!;
  const trace = recorded(setupOf("ia64-zx1 gart", { workload: bound, chipset }));
  const text = stateText(stateAt(trace, trace.count), trace);
  expect(text).toMatch(/GART TLB: 3 entries, pages 0x2\.\.0x4\n/);
  const written = [...trace.events()].findLast(({ event }) => event.kind === "gatt.written")!;
  expect(eventText(written.event, 0n)).toMatch(
    /^gatt\[0x4\] <- 0x8000000001[0-9a-f]{6}, names 0x1[0-9a-f]{6},/,
  );
});
