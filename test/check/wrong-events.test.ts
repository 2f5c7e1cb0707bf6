// wrong-events.test.ts - each check is silent on a right run and finds the one event that was made wrong in it.

import { describe, expect, test } from "vitest";
import { machineOf, mfn, mfnOf, offset, PAGE_SIZE, pfn, phys } from "../../src/address.ts";
import { checks } from "../../src/check/index.ts";
import { intel440bx } from "../../src/chipset/440bx.ts";
import { i810 } from "../../src/chipset/i810.ts";
import { chipsets } from "../../src/chipset/index.ts";
import { u3 } from "../../src/chipset/u3.ts";
import { deviceOf } from "../../src/event/register.ts";
import type { Event } from "../../src/event/vocabulary.ts";
import { scenarios } from "../../src/scenario/index.ts";
import { sized } from "../../src/scenario/scenario.ts";
import { setupOf } from "../laws.ts";
import { recorded } from "../memory-trace.ts";
import { changed, firstAt, type Run, runCheck, runOf } from "./run-check.ts";
import { mapped, toldBy, unmapped } from "./told.ts";

const small = { chipset: sized(intel440bx, 0xb4, 0x3f) };
const dom0 = runOf(recorded(setupOf("xen-i386 gart smoke", small)));
const g5 = runOf(recorded(setupOf("ppc64-g5 gart smoke", { chipset: sized(u3, 0x8c, 1) })));
const buffers = runOf(recorded(setupOf("native-i386 gart dma")));
const zx1Chipset = chipsets.find(({ name }) => name === "zx1")!;
const zx1 = runOf(recorded(setupOf("ia64-zx1 gart smoke", { chipset: zx1Chipset })));
const disk = runOf(recorded(setupOf("xen-i386 gart block")));
const window = runOf(recorded(setupOf("native-i386 gart smoke", { chipset: i810 })));

/** The number of the event that is the nth of its kind to which something applies. */
const seqOf = (run: Run, nth: number, applies: (event: Event) => boolean): number =>
  run.events.filter(({ event }) => applies(event)).at(nth)!.seq;
/** A real kernel's calls name the device. */
const told = toldBy(mapped(0x61000, 512, 0x61000), { ...unmapped(0x61000, 512), cause: 1 });

interface Wrong {
  readonly check: string;
  readonly run: Run;
  /** The event that is changed, and how; null: it is left out. */
  readonly at: number;
  readonly change: (event: never) => Event | null;
  /** The kind of the event that the finding is at, where that is a later one. */
  readonly foundAt?: Event["kind"];
}

const bound = (event: Event) => event.kind === "gatt.written" && event.bus != null;
const isKind = (kind: Event["kind"]) => (event: Event) => event.kind === kind;
const unboundWide = (event: Event) =>
  event.kind === "gatt.written" && event.bus == null && event.place === "hp_zx1_remove_memory";
const strange = machineOf(mfn(0x12345));
type Of<K extends Event["kind"]> = Extract<Event, { readonly kind: K }>;

/** The client writes nothing; the first page of memory that it has. */
const unfilled = changed(dom0, (event) => (event.kind === "cpu.wrote" ? null : event));
const page = eventOf<"page.allocated">(
  dom0,
  (event) => event.kind === "page.allocated" && event.use === "agp",
);
/** A page that keeps its frame from here on. */
const met = dom0.events[seqOf(dom0, 2, isKind("p2m.set")) - 1]!.event as Of<"p2m.set">;

function eventOf<K extends Event["kind"]>(run: Run, applies: (event: Event) => boolean): Of<K> {
  return run.events.find(({ event }) => applies(event))!.event as Of<K>;
}

const wrongs: readonly Wrong[] = [
  {
    check: "entry-astray",
    run: dom0,
    at: seqOf(dom0, 1, bound),
    change: (event: Of<"gatt.written">) => ({ ...event, reached: strange }),
  },
  {
    check: "entry-format",
    run: dom0,
    at: seqOf(dom0, 1, bound),
    change: (event: Of<"gatt.written">) => ({ ...event, word: event.word - 1, bus: null }),
  },
  {
    check: "entry-overwritten",
    run: dom0,
    at: seqOf(dom0, 1, bound),
    change: (event: Of<"gatt.written">) => ({ ...event, entry: offset(event.entry, -1) }),
  },
  {
    check: "dma-access",
    run: buffers,
    at: seqOf(buffers, 1, isKind("device.read")),
    change: (event: Of<"device.read">) => ({ ...event, cause: null }),
  },
  {
    check: "entry-left",
    run: dom0,
    at: seqOf(dom0, -3, isKind("gatt.written")),
    change: () => null,
    foundAt: "op.ended",
  },
  {
    check: "entry-left",
    run: zx1,
    at: seqOf(zx1, 3, unboundWide),
    // The valid bit is the entry's uppermost: here it stays, and nothing else.
    change: (event: Of<"gatt.written">) => ({ ...event, high: 2048 }),
  },
  {
    check: "entry-unflushed",
    run: g5,
    at: seqOf(g5, -1, (event) => event.kind === "cache.flushed" && (event.size ?? 0) > 0),
    change: () => null,
    foundAt: "gatt.written",
  },
  {
    check: "write-posted",
    run: window,
    at: seqOf(window, 0, isKind("op.ended")),
    change: (event: Of<"op.ended">) => ({
      ...window.events[seqOf(window, -1, bound) - 1]!.event,
      ...{ actor: event.actor },
    }),
  },
  {
    check: "remap-astray",
    run: dom0,
    at: seqOf(dom0, 0, (event) => event.kind === "table.remapped" && event.reached != null),
    change: (event: Of<"table.remapped">) => ({ ...event, reached: strange }),
  },
  {
    check: "hook-space",
    run: dom0,
    at: seqOf(dom0, -1, (event) => event.kind === "hook.called" && event.hook === "gart_to_virt"),
    change: (event: Of<"hook.called">) => ({ ...event, phys: offset(event.phys!, PAGE_SIZE) }),
  },
  {
    check: "table-base",
    run: dom0,
    at: seqOf(dom0, 0, (event) => event.kind === "register.written" && event.bus != null),
    change: (event: Of<"register.written">) => ({ ...event, word: event.word + PAGE_SIZE }),
  },
  {
    check: "device-astray",
    run: dom0,
    at: seqOf(dom0, 2, isKind("device.read")),
    change: (event: Of<"device.read">) => ({ ...event, reached: strange }),
  },
  {
    check: "gart-tlb-stale",
    run: dom0,
    at: seqOf(dom0, -1, (event) => event.kind === "tlb.flushed" && event.which === "gart"),
    change: () => null,
    foundAt: "gatt.written",
  },
  {
    check: "freed-while-mapped",
    run: dom0,
    at: seqOf(dom0, -3, isKind("gatt.written")),
    change: () => null,
    foundAt: "page.freed",
  },
  {
    check: "wrong-free",
    run: dom0,
    at: seqOf(dom0, 0, isKind("page.freed")),
    change: (event: Of<"page.freed">) => ({ ...event, allocation: pfn(7), phys: phys(0x7000) }),
  },
  {
    check: "memory-count",
    run: dom0,
    at: seqOf(dom0, 0, isKind("page.freed")),
    change: () => null,
    foundAt: "op.ended",
  },
  {
    check: "page-exposed",
    run: unfilled,
    at: seqOf(unfilled, 1, isKind("op.began")),
    change: ({ actor }: Of<"op.began">) => ({
      ...{ kind: "cpu.wrote", actor, frame: mfnOf(page.machine!), tag: 99 },
      machine: page.machine!,
    }),
    foundAt: "device.read",
  },
  {
    check: "dma-release",
    run: dom0,
    at: seqOf(dom0, 0, isKind("dma.unmapped")),
    change: (event: Of<"dma.unmapped">) => ({ ...event, size: event.size * 2 }),
  },
  {
    check: "dma-leak",
    run: told,
    at: 2,
    change: ({ device }: Of<"dma.unmapped">) => ({
      kind: "call.entered",
      actor: "kernel",
      place: "remove_device_from_group",
      text: `IOMMU: groupID=1 device=${deviceOf(device!)}`,
    }),
    foundAt: "dma.mapped",
  },
  {
    check: "number-astray",
    run: disk,
    at: seqOf(disk, 1, isKind("descriptor.written")),
    change: (event: Of<"descriptor.written">) => ({ ...event, reached: strange }),
  },
  {
    check: "device-fault",
    run: dom0,
    at: seqOf(dom0, 2, isKind("device.read")),
    change: ({ actor, bus }: Of<"device.read">) => ({
      ...{ kind: "fault.raised", fault: "iommu", actor, bus },
    }),
  },
  {
    check: "kernel-fault",
    run: dom0,
    at: seqOf(dom0, 2, isKind("call.entered")),
    change: ({ actor }: Of<"call.entered">) => ({ kind: "fault.raised", fault: "oops", actor }),
  },
  {
    check: "p2m-inverse",
    run: dom0,
    at: seqOf(dom0, 3, isKind("p2m.set")),
    change: (event: Of<"p2m.set">) => ({ ...event, machine: met.machine }),
  },
];

test("every check is here, or is what catches a bug that is reproduced", () => {
  const proved = [...wrongs, ...scenarios].map(({ check }) => check);
  expect(checks.map(({ name }) => name).filter((name) => !proved.includes(name))).toEqual([]);
});

describe.each(wrongs)("$check", ({ check: name, run, at, change, foundAt }) => {
  const check = checks.find((check) => check.name === name)!;

  test("holds on a right run", () => {
    expect(runCheck(check, run)).toMatchObject({ count: 0, unknown: null, undecidable: null });
  });

  test("finds the one wrong event", () => {
    const wrong = changed(run, (event, seq) => (seq === at ? change(event as never) : event));
    const checked = runCheck(check, wrong);
    expect(checked.failure).toBeNull();
    expect(checked.count).toBeGreaterThan(0);
    if (foundAt === undefined) expect(checked.findings[0]!.seq).toBe(at);
    else expect(firstAt(checked, wrong)?.kind).toBe(foundAt);
  });
});
