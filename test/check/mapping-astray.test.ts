// mapping-astray.test.ts - a handle that leads to a slot of the swiotlb is right where its buffer was copied there.

import { expect, test } from "vitest";
import { bus, busPage, machine, mfn, pfn, phys } from "../../src/address.ts";
import { mappingAstray } from "../../src/check/mapping-astray.ts";
import type { About } from "../../src/event/trace.ts";
import type { Event, Of } from "../../src/event/vocabulary.ts";
import { setupOf } from "../laws.ts";
import { recorded } from "../memory-trace.ts";
import { capture, judged, leading, native, told, xen } from "./judged.ts";
import { changed, runCheck, runOf } from "./run-check.ts";

const ours = runOf(recorded(setupOf("xen-i386-swiotlb gart dma")));
const copies = ours.events.flatMap(({ event }) => (event.kind === "page.copied" ? [event] : []));
const copied = copies.find(({ direction }) => direction === "to-slot")!;
const isBounced = (event: Of<"dma.mapped">) => event.machine === copied.reached;

/** As captures tell it: the buffer is what the kernel mapped, the handle that of the slot. */
const captured = changed(ours, (event) =>
  event.kind === "dma.mapped" && isBounced(event) ? { ...event, phys: copied.phys! } : event,
);

test("the slot that a buffer was copied to is its place", () => {
  expect(runCheck(mappingAstray, captured).findings).toEqual([]);
});

test("the slot that something else was copied to is not", () => {
  const other = changed(captured, (event) =>
    event.kind === "page.copied" ? { ...event, phys: phys(0x7000) } : event,
  );
  expect(runCheck(mappingAstray, other).count).toBe(1);
});

const captureOf = (platform: string): About => ({ ...capture(native), platform });
const buffer = (fields: Partial<Of<"dma.mapped">> = {}): Of<"dma.mapped"> =>
  told("dma.mapped", {
    ...leading(0x51000, 0x51000, 0x51000),
    ...{ handle: bus(0x51000), bus: bus(0x51000), size: 0x2000, direction: "to-device" },
    ...fields,
  });
const p2m = (page: number, frame: number) =>
  told("p2m.set", {
    ...{ page: pfn(page), phys: phys(page * 0x1000), machine: machine(frame * 0x1000) },
  });
const entry = (page: number, frame: number) =>
  told("iommu.mapped", {
    ...{ page: busPage(page), bus: bus(page * 0x1000), machine: machine(frame * 0x1000) },
    size: 0x1000,
  });
const opened = told("iommu.opened", { page: busPage(0), bus: bus(0), size: 0x10000 });
const stray = (seq: number, page: number, at: string, to: string, verdict: string) =>
  `#${seq} dma 0x51000: page ${page} of the buffer is at ${at}:m; the handle 0x51000:b leads ${to} [${verdict}]`;
const untold = "the trace does not say where the buffer lies, or where its handle leads";
const pages = [p2m(4, 0x51), p2m(5, 0x52)];
/** Under Xen: pages 4 and 5. */
const guest = (fields: Partial<Of<"dma.mapped">> = {}) => buffer({ phys: phys(0x4000), ...fields });

test.each<[string, Event[], string[], about?: About]>([
  ["leads to both pages", [buffer()], ["held 1"]],
  [
    "leads elsewhere",
    [buffer({ bus: bus(0x7000), reached: machine(0x7000) })],
    [stray(1, 0, "0x51000", "to 0x7000:m", "foreign-frame").replace("0x51000:b", "0x7000:b")],
  ],
  ["leads to pages in a row", [...pages, guest()], ["held 1"], xen],
  [
    "leads to the first page alone",
    [p2m(4, 0x51), p2m(5, 0x60), guest()],
    [stray(3, 1, "0x60000", "to 0x52000:m", "discontiguous")],
    xen,
  ],
  [
    "leads to the first page alone, from its middle on",
    [
      ...[p2m(4, 0x51), p2m(5, 0x60)],
      guest({
        ...{ phys: phys(0x4800), machine: machine(0x51800), reached: machine(0x51800) },
        ...{ bus: bus(0x51800), size: 0x1000 },
      }),
    ],
    [stray(3, 1, "0x60000", "to 0x52000:m", "discontiguous").replace("0x51000:b", "0x51800:b")],
    xen,
  ],
  [
    "ends with the first page",
    [p2m(4, 0x51), p2m(5, 0x60), guest({ size: 0x1000 })],
    ["held 1"],
    xen,
  ],
  ["leads to a page whose frame is not known", [p2m(4, 0x51), guest()], ["held 1"], xen],
  ["is of no page of the kernel's", [buffer({ phys: null })], ["held 1"]],
  [
    "is of a page of unknown place",
    [guest({ machine: null })],
    [`unknown 1 from #1: ${untold}`],
    xen,
  ],
  ["leads to who knows what", [buffer({ reached: null })], [`unknown 1 from #1: ${untold}`]],
  [
    "goes through the entries of an IOMMU",
    [entry(0x51, 0x51), entry(0x52, 0x52), buffer()],
    ["held 1"],
  ],
  [
    "goes through an entry that leads elsewhere",
    [entry(0x51, 0x51), entry(0x52, 0x60), buffer()],
    [stray(3, 1, "0x52000", "to 0x60000:m", "discontiguous")],
  ],
  [
    "goes through no entry",
    [entry(0x51, 0x51), buffer()],
    [stray(2, 1, "0x52000", "nowhere", "discontiguous")],
  ],
  [
    "goes through no entry at all",
    [opened, buffer({ size: 1, reached: null })],
    ["#2 dma 0x51000: page 0 of the buffer is at 0x51000:m; the handle 0x51000:b leads nowhere"],
  ],
  [
    "leads a bus that sees memory at an offset to its page",
    [buffer({ bus: bus(0x40051000) })],
    ["held 1"],
    capture(native),
  ],
  [
    "is taken as it is where the machine is simulated",
    [buffer({ bus: bus(0x40051000) })],
    [
      "#1 dma 0x51000: page 0 of the buffer is at 0x51000:m; the handle 0x40051000:b leads to 0x40051000:m [translated]",
    ],
  ],
  [
    "leads behind an IOMMU of a capture to its page",
    [buffer()],
    ["held 1"],
    captureOf("x86_64-vtd"),
  ],
  [
    "leads behind an IOMMU of a capture elsewhere",
    [buffer({ reached: machine(0x7000) })],
    [
      "#1 dma 0x51000: the buffer is at 0x51000:m; the handle 0x51000:b leads to 0x7000:m [foreign-frame]",
    ],
    captureOf("x86_64-vtd"),
  ],
  [
    "leads behind an IOMMU of a capture to one page that is known",
    [entry(0x51, 0x60), buffer()],
    ["held 1"],
    captureOf("x86_64-vtd"),
  ],
  ...(["machine", "reached"] as const).map((name): [string, Event[], string[], About] => [
    `of a capture lacks what it needs: ${name}`,
    [buffer({ [name]: null })],
    [`unknown 1 from #1: ${untold}`],
    capture(native),
  ]),
])("a handle %s", (_, events, lines, about) => {
  expect(judged(mappingAstray, events, about)).toEqual(lines);
});

const bounced = (fields: Partial<Of<"page.copied">> = {}) =>
  told("page.copied", {
    ...{ frame: mfn(0x70), direction: "to-slot", phys: phys(0x51000), machine: machine(0x51000) },
    ...{ reached: machine(0x70000), size: 0x2000 },
    ...fields,
  });
const toSlot = buffer({ bus: bus(0x70000), reached: machine(0x70000) });
const elsewhere = (page: number, to: string, verdict: string) => [
  stray(2, page, `0x5${page + 1}000`, `to ${to}:m`, verdict).replace("0x51000:b", "0x70000:b"),
];

test.each<[string, Event, string[]]>([
  ["was copied there whole", bounced(), ["held 1"]],
  ["was copied there in part", bounced({ size: 0x1000 }), elsewhere(1, "0x71000", "discontiguous")],
  [
    "was copied there up to its second page",
    bounced({ phys: phys(0x51800), reached: machine(0x70800), size: 0x801 }),
    ["held 1"],
  ],
  [
    "was copied from there",
    bounced({ direction: "from-slot" }),
    elsewhere(0, "0x70000", "foreign-frame"),
  ],
  [
    "was copied to another slot",
    bounced({ reached: machine(0x80000) }),
    elsewhere(0, "0x70000", "foreign-frame"),
  ],
])("a handle leads to a slot, and the buffer %s", (_, copy, lines) => {
  expect(judged(mappingAstray, [copy, toSlot])).toEqual(lines);
});
