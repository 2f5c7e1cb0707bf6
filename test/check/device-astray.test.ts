// device-astray.test.ts - an access reaches the page that was meant; one that is refused is told once, with its fault.

import { describe, expect, test } from "vitest";
import { bus, machine, mfn, phys, virt } from "../../src/address.ts";
import { deviceAstray } from "../../src/check/device-astray.ts";
import type { Event } from "../../src/event/vocabulary.ts";
import { accessed, allocated, judged, told } from "./judged.ts";

const at = { page: 0x51000, number: 0x1000 };
const right = accessed("device.read", { ...at, to: 0x51000 });
const astray = accessed("device.read", { ...at, to: 0x7000 });
const nowhere = accessed("device.read", { ...at, to: null });
const strange = accessed("device.read", { ...at, page: null, to: 0x7000 });
const lost = accessed("device.read", { ...at, page: null, to: null, actor: "card" });
const refused = told("fault.raised", { fault: "invalid-entry", bus: bus(0x1000) });

test.each<[string, Event[], string[]]>([
  ["reaches its page", [right], ["held 1"]],
  ["writes to its page", [accessed("device.wrote", { ...at, to: 0x51000 })], ["held 1"]],
  [
    "reaches another page",
    [astray],
    ["#1 content 0x7: 0x1000 leads to 0x7000:m, tag 7; the page is at 0x51000:m [foreign-frame]"],
  ],
  [
    "writes to another page",
    [accessed("device.wrote", { ...at, to: 0x7000 })],
    ["#1 content 0x7: 0x1000 leads to 0x7000:m, tag 7; the page is at 0x51000:m [foreign-frame]"],
  ],
  ["reaches nothing", [nowhere], ["#1: 0x1000 leads to nothing; the page is at 0x51000:m"]],
  ["is of a PCI device and of a page that nobody knows", [strange], []],
  [
    "is of a card and of a page that nobody knows",
    [{ ...strange, actor: "card" }],
    ["unknown 1 from #1: the trace does not say which page was meant"],
  ],
])("an access that %s", (_, events, lines) => {
  expect(judged(deviceAstray, events)).toEqual(lines);
});

test.each<[string, Event[], string[]]>([
  [
    "before an access is told with it",
    [refused, nowhere],
    ["#2: 0x1000 leads to nothing; the page is at 0x51000:m; refused at #1"],
  ],
  [
    "behind an access that was found adds nothing",
    [nowhere, refused],
    ["#1: 0x1000 leads to nothing; the page is at 0x51000:m"],
  ],
  [
    "behind an access of a card shows that it is wrong",
    [lost, refused],
    [
      "#1: 0x1000 leads to nothing; refused at #2",
      "unknown 1 from #1: the trace does not say which page was meant",
    ],
  ],
  [
    "before an access of a card shows that it is wrong",
    [refused, lost],
    ["#2: 0x1000 leads to nothing; refused at #1"],
  ],
  [
    "behind an access of a PCI device is its mapping's",
    [{ ...lost, actor: "device" }, refused],
    [],
  ],
  [
    "before an access of a PCI device is its mapping's",
    [refused, { ...lost, actor: "device" }],
    [],
  ],
  [
    "of the kernel's refuses no access",
    [lost, { ...refused, fault: "oops" }],
    ["unknown 1 from #1: the trace does not say which page was meant"],
  ],
  [
    "of another number is another access's",
    [lost, { ...refused, bus: bus(0x2000) }],
    ["unknown 1 from #1: the trace does not say which page was meant"],
  ],
  ["without an access is none of this check's", [refused], []],
])("a fault %s", (_, events, lines) => {
  expect(judged(deviceAstray, events)).toEqual(lines);
});

describe("what the CPU wrote and has in its cache", () => {
  const page = allocated(0x51, "agp");
  const wrote = told("cpu.wrote", {
    ...{ frame: mfn(0x51), tag: 9, virt: virt(0x51000), phys: phys(0x51000) },
    machine: machine(0x51000),
  });
  const said = "0x1000 leads to tag 7; the CPU wrote tag 9, in its cache [stale]";
  const gap = told("events.lost", { count: 3 });

  test.each<[string, Event[], string[]]>([
    ["is not what a card reads", [page, wrote, right], ["held 1", `#3 content 0x51: ${said}`]],
    ["may be what was there", [page, wrote, { ...right, tag: 9 }], ["held 1"]],
    ["is told where the page itself was read", [page, wrote, astray], [expect.any(String)]],
    ["is told where the page is known", [page, wrote, strange], []],
    ["is told for frames that were reached", [page, wrote, { ...right, frame: null }], ["held 1"]],
    ["may be of another page", [page, wrote, { ...right, frame: mfn(0x52) }], ["held 1"]],
    ["may have gone to memory in a gap", [page, wrote, gap, right], ["held 1"]],
    ["is in memory at once for any other page", [wrote, right], ["held 1"]],
  ])("%s", (_, events, lines) => {
    expect(judged(deviceAstray, events)).toEqual(lines);
  });
});
