// entry.test.ts - what is written as an entry of the table: its address, its format, its place, and what it replaces.

import { describe, expect, test } from "vitest";
import {
  bus,
  directoryIndex,
  gattIndex,
  machine,
  mfn,
  pfn,
  phys,
  registerIndex,
  virt,
} from "../../src/address.ts";
import { entryAstray } from "../../src/check/entry-astray.ts";
import { entryFormat } from "../../src/check/entry-format.ts";
import { entryOutside } from "../../src/check/entry-outside.ts";
import { entryOverwritten } from "../../src/check/entry-overwritten.ts";
import type { Event, Of } from "../../src/event/vocabulary.ts";
import { allocated, freed, judged, leading, native, told, xen } from "./judged.ts";

const entry = (number: number, addresses: object, word = 0x51017): Of<"gatt.written"> =>
  told("gatt.written", { entry: gattIndex(number), word, ...addresses });

test.each<[string, Event[], string[]]>([
  ["leads to its page", [entry(3, leading(0x51000, 0x51000, 0x51000))], ["held 1"]],
  ["is translated on its way", [entry(3, leading(0x51000, 0x9000, 0x51000))], ["held 1"]],
  [
    "leads elsewhere",
    [entry(3, leading(0x51000, 0x7000, 0x7000))],
    [
      "#1 gatt 0x3: names 0x7000:b, which leads to 0x7000:m; the page is at 0x51000:m [foreign-frame]",
    ],
  ],
  [
    "leads to the pseudo-physical address",
    [entry(3, leading(0x51000, 0x7000, 0x7000, 0x7000))],
    [
      "#1 gatt 0x3: names 0x7000:b, which leads to 0x7000:m; the page is at 0x51000:m [wrong-space]",
    ],
  ],
  ["leads to nothing that is known", [entry(3, leading(0x51000, 0x7000, null))], []],
  ["is empty", [entry(3, {}, 0)], []],
  [
    "is for a page that nobody knows",
    [entry(3, { ...leading(0x51000, 0x7000, 0x7000), machine: null })],
    ["unknown 1 from #1: the trace does not say where the page of an entry lies"],
  ],
  [
    "is for a page that nobody knows, and leads nowhere",
    [entry(3, { bus: bus(0x7000) })],
    ["unknown 1 from #1: the trace does not say where the page of an entry lies"],
  ],
  ...(["directory", "scratch-directory"] as const).map((family): [string, Event[], string[]] => [
    `is of the ${family}`,
    [
      told(`${family}.written`, {
        ...{ entry: directoryIndex(2), word: 0x7001 },
        ...leading(0x51000, 0x7000, 0x7000),
      }),
    ],
    [
      `#1 ${family} 0x2: names 0x7000:b, which leads to 0x7000:m; the page is at 0x51000:m [foreign-frame]`,
    ],
  ]),
])("a word that %s", (_, events, lines) => {
  expect(judged(entryAstray, events)).toEqual(lines);
});

describe("the format of an entry", () => {
  const high = 0x1_0005_1000;
  test.each<[string, Event[], string[]]>([
    ["has its page", [entry(3, leading(0x51000, 0x51000, 0x51000))], ["held 1"]],
    [
      "has no room for a page above 4 GB",
      [entry(3, leading(high, 0x51000, 0x51000))],
      ["#1 gatt 0x3: 0x51017 has no room for 0x100051000:m [truncated]"],
    ],
    ["has another page in another place", [entry(3, leading(high, 0x52000, 0x52000))], ["held 1"]],
    [
      "lacks its valid bit",
      [entry(3, { ...leading(0x51000, 0, null), bus: null }, 0x51000)],
      ["#1 gatt 0x3: 0x51000 names no page; 0x51000:m was meant"],
    ],
    [
      "lacks its valid bit, for a page above 4 GB",
      [entry(3, { ...leading(high, 0, null), bus: null }, 0x51000)],
      ["#1 gatt 0x3: 0x51000 names no page; 0x100051000:m was meant"],
    ],
    ["is empty", [entry(3, {}, 0)], []],
    ["is for a page of unknown place", [entry(3, { phys: phys(0x51000), bus: null })], []],
    ["is for no page of the kernel's", [entry(3, { machine: machine(0x51000), bus: null })], []],
  ])("%s", (_, events, lines) => {
    expect(judged(entryFormat, events)).toEqual(lines);
  });

  test("is not known of a chipset that is not", () => {
    const words = [entry(3, {}, 0), entry(4, {}, 0)];
    expect(judged(entryFormat, words, { ...native, chipset: "no such" })).toEqual([
      "stopped at #1: how its chipset's entries are made is not known",
    ]);
  });
});

describe("what is written outside the table", () => {
  const outside = told("outside.written", {
    ...{ frame: mfn(0x30), entry: -2, word: 0x51017, virt: virt(0x30ff8) },
    ...leading(0x51000, 0x51000, 0x51000),
  });
  const register = told("register.written", { register: registerIndex(0x20), word: 1, size: 4 });
  const at = "#2 content 0x30: entry -2 is at 0x30000:m, in";
  const met = told("p2m.set", {
    ...{ page: pfn(0x12), phys: phys(0x12000), machine: machine(0x30000) },
  });

  test.each<[string, Event[], string[], about?: typeof native]>([
    ["lands in the table", [entry(3, {}, 0)], ["held 1"]],
    ["is a register's own value", [register], []],
    [
      "goes to a register below the window",
      [{ ...register, virt: virt(0x20) }],
      [
        "#1 register 0x20: the word of an entry went to the register 0000:00:00.0+0x20, below the window [outside]",
      ],
    ],
    [
      "lands in somebody's page",
      [allocated(0x30, "block"), outside],
      [`${at} pfn 0x30, which is in use (block) [outside]`],
    ],
    [
      "lands in a page of nobody's",
      [allocated(0x31, "block"), outside],
      [`${at} pfn 0x30, which nobody allocated [outside]`],
    ],
    [
      "lands in a page of another number",
      [met, outside],
      [`${at} pfn 0x12, which nobody allocated [outside]`],
      xen,
    ],
    [
      "lands in a frame of another domain",
      [allocated(0x30, "block"), outside],
      [`${at} a frame that is not the kernel's [outside]`],
      xen,
    ],
  ])("%s", (_, events, lines, about) => {
    expect(judged(entryOutside, events, about)).toEqual(lines);
  });
});

describe("an entry that is written over", () => {
  const for1 = entry(3, { phys: phys(0x51000) });
  const for2 = entry(3, { phys: phys(0x52000) });
  const [page1, page2] = [allocated(0x51, "agp"), allocated(0x52, "agp")];
  const taken = (seq: number) => [
    "held 1",
    `#${seq} gatt 0x3 allocation 0x51: the entry led to pfn 0x51, which is in use, and is taken for pfn 0x52`,
  ];
  test.each<[string, Event[], string[]]>([
    ["led to memory in use", [page1, page2, for1, for2], taken(4)],
    ["is another one", [page1, page2, for1, { ...for2, entry: gattIndex(4) }], ["held 2"]],
    ["was emptied", [page1, page2, for1, entry(3, {}, 0), for2], ["held 2"]],
    ["led to the scratch page", [allocated(0x51, "scratch"), page2, for1, for2], ["held 1"]],
    ["led to what nobody allocated", [page2, for1, for2], ["held 1"]],
    ["led to what was freed", [page1, page2, for1, freed(0x51, "agp"), for2], ["held 2"]],
    ["leads to the scratch page now", [page1, allocated(0x52, "scratch"), for1, for2], ["held 1"]],
    ["is emptied", [page1, for1, entry(3, {}, 0)], ["held 1"]],
  ])("%s", (_, events, lines) => {
    expect(judged(entryOverwritten, events)).toEqual(lines);
  });
});
