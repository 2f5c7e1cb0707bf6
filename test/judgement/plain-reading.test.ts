// plain-reading.test.ts - the reading that judges the judge stands alone, and notices what is wrong in lines.

import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { importsOf, sourceOf } from "../house.ts";
import { PlainReading, type Reading } from "./plain-reading.ts";

test("it imports nothing, neither of gartrace nor of anything else", () => {
  const path = "test/judgement/plain-reading.ts";
  expect(importsOf(sourceOf(path, readFileSync(path, "utf8")))).toEqual([]);
});

interface Said {
  readonly kind: string;
  readonly [field: string]: unknown;
}

/** dom0 as a recorder of ours tells it, and other machines by what differs. */
const about = { source: "simulated", physIsMachine: false, chipset: "intel-440bx" };

function readingOf(said: readonly Said[], other: Partial<typeof about> = {}): Reading {
  const reading = new PlainReading(JSON.stringify({ about: { ...about, ...other } }));
  for (const [i, event] of said.entries())
    reading.line(JSON.stringify({ seq: i + 1, actor: "driver", ...event }));
  return reading.end();
}

const astrayIn = (...said: Said[]): number[] => [...readingOf(said).wrong.keys()];

const entry = (bus: string, more: object = {}): Said => ({
  ...{ kind: "gatt.written", entry: 0, word: bus, phys: "0x1000", machine: "0x5000" },
  ...{ bus, reached: bus, ...more },
});
const allocated = (more: object = {}): Said => ({
  ...{ kind: "page.allocated", allocation: 1, use: "agp", size: 4096 },
  ...{ phys: "0x1000", machine: "0x5000", ...more },
});
const freed = (more: object = {}): Said => ({ ...allocated(more), kind: "page.freed" });
const ended: Said = { kind: "op.ended", result: { ret: 0 } };
const read = (more: object = {}): Said => ({
  ...{ kind: "device.read", actor: "card", bus: "0xe0000000", machine: "0x5000", phys: "0x1000" },
  ...{ reached: "0x5000", frame: 5, tag: 1, ...more },
});
const mapped = (more: object = {}): Said => ({
  ...{ kind: "dma.mapped", handle: "0x5000", direction: "to-device", size: 4096 },
  ...{ phys: "0x1000", machine: "0x5000", bus: "0x5000", reached: "0x5000", ...more },
});
const byDevice = (more: object): Said => read({ actor: "device", bus: "0x5000", size: 4, ...more });

describe("a trace is", () => {
  test("right where a number leads to its page, undecided where none does, wrong where one strays", () => {
    expect(readingOf([entry("0x5000")]).says).toBe("right");
    expect(readingOf([ended]).says).toBe("undecided");
    expect(readingOf([entry("0x5000"), entry("0x1000", { entry: 1 })]).says).toBe("wrong");
  });

  test("undecided where its end is missing", () => {
    const reading = new PlainReading(JSON.stringify({ events: 2, about }));
    reading.line(JSON.stringify({ seq: 1, actor: "driver", ...entry("0x5000") }));
    expect(reading.end().says).toBe("undecided");
  });
});

const named = (more: object): Said => ({ kind: "fault.raised", actor: "chipset", ...more });
const refused = named({ fault: "invalid-entry", bus: "0xe0000000" });
const blocked = read({ reached: undefined, frame: undefined, tag: undefined });
const hook = (more: object): Said => ({ kind: "hook.called", phys: "0x1000", ...more });

/** What is wrong, in which events, and at which of them. */
const wrongs: readonly (readonly [what: string, said: readonly Said[], at: readonly number[]])[] = [
  ["an entry that names no page", [entry("0x5000", { bus: undefined })], [1]],
  ["an access that gets nowhere", [blocked], [1]],
  ["a refused access, told once", [refused, blocked], [2]],
  ["a refusal told behind its access", [blocked, refused], [1]],
  ["a refusal without an access", [refused], [1]],
  ["an oops", [named({ fault: "oops" })], [1]],
  ["a panic", [named({ fault: "panic" })], [1]],
  ["a page freed while an entry leads to it", [allocated(), entry("0x5000"), freed()], [3]],
  ["a page freed twice", [allocated(), freed(), freed()], [3]],
  ["a page freed as another use", [allocated(), freed({ use: "scratch" })], [2]],
  [
    "an entry taken while it leads to memory in use",
    [allocated(), allocated({ allocation: 2, phys: "0x2000" }), entry("0x5000"), entry("0x5000")],
    [4],
  ],
  ["an entry that is not read back", [entry("0x5000", { virt: "0xd0000000" }), ended], [1]],
  [
    "an entry that the TLB does not know",
    [entry("0x5000"), read({ cause: 1 }), { kind: "gatt.written", entry: 0, word: "0x0" }, ended],
    [3],
  ],
  ["content that is older than what was written", [cpuWrote(2), read()], [2]],
  ["content from before the page was allocated", [cpuWrote(1), allocated(), read()], [3]],
  ["an address that nobody mapped", [byDevice({})], [1]],
  [
    "a mapping that is over",
    [mapped(), { ...mapped(), kind: "dma.unmapped", cause: 1 }, byDevice({ cause: 1 })],
    [3],
  ],
  ["an access past the end", [mapped(), byDevice({ cause: 1, size: 4097 })], [2]],
  ["an access the wrong way", [mapped({ direction: "from-device" }), byDevice({ cause: 1 })], [2]],
  ["another length unmapped", [mapped(), { ...mapped({ size: 8192 }), kind: "dma.unmapped" }], [2]],
  [
    "a second page that the handle does not lead to",
    [p2m(1, 5), p2m(2, 9), mapped({ size: 8192 })],
    [3],
  ],
  ["a frame given twice", [p2m(1, 5), p2m(2, 5)], [2]],
  [
    "a hook that gives the kernel's number",
    [hook({ hook: "virt_to_gart", bus: "0x1000", machine: "0x5000" })],
    [1],
  ],
  [
    "a number taken for another page",
    [
      hook({ hook: "virt_to_gart", bus: "0x5000", machine: "0x5000" }),
      hook({ hook: "gart_to_virt", bus: "0x5000", phys: "0x2000" }),
    ],
    [2],
  ],
  [
    "a count that is not that of the pages",
    [{ kind: "op.ended", result: { current_memory: 1 } }],
    [1],
  ],
];

function cpuWrote(tag: number): Said {
  return { kind: "cpu.wrote", frame: 5, tag, machine: "0x5000" };
}

function p2m(page: number, frame: number): Said {
  return { kind: "p2m.set", page, machine: `0x${frame}000` };
}

test.each(wrongs)("it notices %s", (_, said, at) => {
  expect(astrayIn(...said)).toEqual(at);
});
