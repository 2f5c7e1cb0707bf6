// hook-space.test.ts - a number that a hook gave is translated back to the page that it was given for.

import { expect, test } from "vitest";
import { bus, machine, pfn, phys, registerIndex, virt } from "../../src/address.ts";
import { hookSpace } from "../../src/check/hook-space.ts";
import type { Event, Of } from "../../src/event/vocabulary.ts";
import { capture, judged, told, xen } from "./judged.ts";

type Hook = Of<"hook.called">["hook"];
const called = (
  hook: Hook,
  number: number | null,
  page: number | null,
  fields: Partial<Of<"hook.called">> = {},
) =>
  told("hook.called", {
    hook,
    ...(number === null ? {} : { bus: bus(number) }),
    ...(page === null ? {} : { phys: phys(page) }),
    ...fields,
  });
const set = (page: number, frame: number) =>
  told("p2m.set", {
    ...{ page: pfn(page), phys: phys(page * 0x1000), machine: machine(frame * 0x1000) },
  });
const gives = called("virt_to_gart", 0x51000, 0x4000, { machine: machine(0x51000) });
const takes = (number: number, page: number) => called("gart_to_virt", number, page);
const read = (word: number) =>
  told("register.read", { register: registerIndex(0x20), size: 4, word });

test.each<[string, Event[], string[], captured?: string[]]>([
  ["is the page's", [gives], ["held 1"]],
  [
    "is another page's",
    [called("virt_to_gart", 0x7000, 0x4000, { machine: machine(0x51000) })],
    ["unknown 1 from #1: how the bus sees memory is not told"],
  ],
  [
    "is the pseudo-physical one",
    [called("virt_to_gart", 0x4000, 0x4000, { machine: machine(0x51000) })],
    ["#1: virt_to_gart returns 0x4000; the page is at 0x51000:m [wrong-space]"],
  ],
  [
    "is of a page of unknown place",
    [called("virt_to_gart", 0x51000, 0x4000)],
    ["unknown 1 from #1: how the bus sees memory is not told"],
  ],
  ["is kernel-physical, as promised", [called("virt_to_phys", null, 0x4000)], ["held 1"]],
  ["is for no page", [called("virt_to_gart", 0x51000, null)], []],
])("what a hook returns %s", (_, events, lines) => {
  expect(judged(hookSpace, events, xen)).toEqual(lines);
});

const unknown = (seq: number) => [
  `unknown 1 from #${seq}: a number is translated back that was made before the trace begins`,
];

test.each<[string, Event[], string[], captured?: string[]]>([
  ["finds its page", [gives, takes(0x51000, 0x4000)], ["held 2"]],
  ["finds its page by a number within it", [gives, takes(0x51010, 0x4010)], ["held 2"]],
  [
    "finds its page by a number that needs no bus",
    [called("virt_to_phys", null, 0x4000), called("phys_to_virt", null, 0x4000)],
    ["held 2"],
  ],
  [
    "finds another page in the right frame",
    [set(4, 0x51), gives, takes(0x51000, 0x9000)],
    [
      "held 1",
      "#3 allocation 0x4: 0x51000 was given for pfn 0x4 and is taken for pfn 0x9 [wrong-space]",
    ],
  ],
  [
    "finds another page, for its own has moved",
    [set(4, 0x60), gives, takes(0x51000, 0x9000)],
    ["held 1", "#3 allocation 0x4: 0x51000 was given for pfn 0x4 and is taken for pfn 0x9 [stale]"],
  ],
  [
    "finds another page, for its own is nowhere",
    [gives, takes(0x51000, 0x9000)],
    ["held 1", "#2 allocation 0x4: 0x51000 was given for pfn 0x4 and is taken for pfn 0x9 [stale]"],
  ],
  [
    "is of a number that no hook gave",
    [takes(0x51000, 0x4000)],
    ["#1: no hook gave 0x51000, which is taken for pfn 0x4 [foreign-frame]"],
    unknown(1),
  ],
  [
    "is of page 0, which no hook gave",
    [takes(0, 0x4000)],
    ["#1: no hook gave 0x0, which is taken for pfn 0x4 [foreign-frame]"],
    unknown(1),
  ],
  [
    "is of page 1, which no hook gave",
    [takes(0x1000, 0x4000)],
    ["#1: no hook gave 0x1000, which is taken for pfn 0x4 [foreign-frame]"],
    unknown(1),
  ],
  ["is of a number that a register held", [read(0x51001), takes(0x51000, 0x4000)], []],
  [
    "is of another number than the register held last",
    [read(0x51001), read(0x60001), takes(0x51000, 0x4000)],
    ["#3: no hook gave 0x51000, which is taken for pfn 0x4 [foreign-frame]"],
    unknown(3),
  ],
  [
    "is of a number that a register held and a hook gave",
    [gives, read(0x51001), takes(0x51000, 0x4000)],
    ["held 2"],
  ],
  ["finds no page", [gives, called("gart_to_virt", 0x51000, null)], ["held 1"]],
])("a translation back %s", (_, events, lines, captured = lines) => {
  expect(judged(hookSpace, events, xen)).toEqual(lines);
  expect(judged(hookSpace, events, capture(xen))).toEqual(captured);
});

const used = (reached: number, fields: Partial<Of<"hook.called">> = {}) =>
  called("phys_to_virt", 0x51000, 0x4000, {
    ...{ machine: machine(0x51000), reached: machine(reached), virt: virt(0x4000) },
    ...fields,
  });

test.each<[string, Event[], string[]]>([
  ["reaches the page", [used(0x51000)], ["held 1"]],
  [
    "reaches another page",
    [used(0x4000)],
    ["#1: 0x4000:v reaches 0x4000:m; the page is at 0x51000:m [wrong-space]"],
  ],
  [
    "that is not told reaches another page",
    [used(0x4000, { virt: null })],
    ["#1: the pointer reaches 0x4000:m; the page is at 0x51000:m [wrong-space]"],
  ],
  ["reaches a page and another is not known", [used(0x4000, { machine: null })], []],
])("a pointer that is used at once %s", (_, events, lines) => {
  expect(judged(hookSpace, events, xen)).toEqual(lines);
});
