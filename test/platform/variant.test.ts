// variant.test.ts - platforms with other memory: its size, whose frames, and the layout of the IOMMU.

import { describe, expect, test } from "vitest";
import { type Mfn, mfn, offset, pfn, raw } from "../../src/address.ts";
import { u3 } from "../../src/chipset/u3.ts";
import { UserError } from "../../src/fault.ts";
import { nativeI386 } from "../../src/platform/native-i386.ts";
import { ppc64G5 } from "../../src/platform/ppc64-g5.ts";
import { type Variant, varied } from "../../src/platform/variant.ts";
import { xenI386 } from "../../src/platform/xen-i386.ts";
import { outcomeOf } from "../../src/replay/outcome.ts";
import { alloc, bareRun, bind, cleanup, free, init, maxOrder, unbind } from "../driver-run.ts";

function frames({ backing, ram }: typeof xenI386, seed: number): Mfn[] {
  const { frameOf } = backing(seed);
  return Array.from({ length: ram.pages }, (_, i) => frameOf(offset(ram.first, i)));
}

const least = (frames: readonly Mfn[]) => frames.map(raw).reduce((a, b) => Math.min(a, b));

test("a platform that nothing is said of stays as it is", () => {
  expect(varied(xenI386, {})).toBe(xenI386);
});

describe("RAM", () => {
  test.each([
    ["32M", 0x2000],
    ["292M", 0x12400],
    ["2G", 0x80000],
  ])("of %s has so many pages, each with a frame of its own", (ram, pages) => {
    const platform = varied(xenI386, { ram });
    expect(platform).toMatchObject({ ram: { pages }, options: { ram } });
    const { frameOf, pageOf } = platform.backing(0);
    const seen = new Set<Mfn>();
    for (let i = 0; i < pages; i++) {
      const frame = frameOf(pfn(i));
      seen.add(frame);
      if (pageOf(frame) !== pfn(i) || platform.owner(frame) !== 0) expect.fail(`page ${i}`);
    }
    expect(seen.size).toBe(pages);
  });

  test("beyond what lies below 4 GB goes on above it, under Xen", () => {
    const { backing, owner } = varied(xenI386, { ram: "1G" });
    expect(
      Math.max(...[0, 1, 2, 3].map((i) => raw(backing(0).frameOf(pfn(i))))),
    ).toBeGreaterThanOrEqual(0x100000);
    // The hole of the devices is nobody's; 0x80000 and up is where Xen makes its contiguous regions.
    expect([0x4ffff, 0x50000, 0xe0000, 0x100000].map(mfn).map(owner)).toEqual([0, 2, null, 0]);
  });

  test("that is high memory is never given to a driver", () => {
    const { trace } = bareRun(
      "native-i386 legacy",
      { platform: varied(nativeI386, { ram: "32G" }) },
      maxOrder(0),
      init,
      alloc(0, 2),
    );
    const pages = [...trace.events()].flatMap(({ event }) =>
      event.kind === "page.allocated" ? [raw(event.phys!)] : [],
    );
    expect(Math.max(...pages)).toBeLessThan(896 * 2 ** 20);
  });

  test.each(["0M", "31M", "33G", "900G", "999999999999G", "2", "2g", "-1G", "lots", ""])(
    "of '%s' is refused before memory is taken",
    (ram) => {
      expect(() => varied(xenI386, { ram })).toThrow(UserError);
    },
  );
});

describe("entries of 32 bits", () => {
  const small = [maxOrder(0), init, alloc(0, 4), bind(0, 0), unbind(0), free(0), cleanup];

  test("lose the upper bits of frames above 4 GB, and the wrong pages are freed", () => {
    const platform = varied(xenI386, { ram: "2G" });
    const { trace } = bareRun("xen-i386 gart", { platform }, ...small);
    const { ends, first, reads, rightReads } = outcomeOf(trace);
    expect({ ends, reads, rightReads }).toEqual({ ends: "wrong", reads: 4, rightReads: 0 });
    expect(first).toMatchObject({
      verdict: "truncated",
      recorded: { event: { kind: "hook.called", hook: "virt_to_gart" } },
    });
  });

  test("hold the frames of a G5 above 4 GB", () => {
    const { trace } = bareRun("ppc64-g5hi gart", { chipset: u3 }, ...small.slice(1));
    expect(outcomeOf(trace).ends).toBe("right");
  });
});

describe("frames of other domains", () => {
  const ownedBy = (foreign: string) => varied(xenI386, { foreign });

  test("are the usual ones, said by hand", () => {
    const usual = ownedBy("0x1000-0x3ffff,0x50000-0x7ffff");
    expect(frames(usual, 0)).toEqual(frames(xenI386, 0));
    expect([0x1000, 0x50000, 0x90000].map(mfn).map(usual.owner)).toEqual(
      [0x1000, 0x50000, 0x90000].map(mfn).map(xenI386.owner),
    );
  });

  test("can be none: then this kernel has the lowest that Xen leaves", () => {
    const { backing, owner } = ownedBy("none");
    expect(least(frames(ownedBy("none"), 1))).toBe(0x1000);
    expect(owner(mfn(0x1000))).toBe(0);
    expect(backing(0).pageOf(mfn(0x40000))).toBeNull();
  });

  test("are left out, and M2P tells what their domain calls them", () => {
    const { owner, strangersPage } = ownedBy("0x2000-0x2fff,0x9000-0x9fff");
    expect([0x1000, 0x2000, 0x3000, 0x9fff].map(mfn).map(owner)).toEqual([0, 1, 0, 2]);
    expect([0x2010, 0x9001, 0x1000].map(mfn).map(strangersPage)).toEqual([0x10, 1, null]);
  });

  test("may touch: the frame after one domain's last is the next one's first, in any order", () => {
    for (const foreign of ["0x2000-0x2fff,0x3000-0x3fff", "0x3000-0x3fff,0x2000-0x2fff"]) {
      const { owner } = ownedBy(foreign);
      const [low, high] = foreign.startsWith("0x2") ? [1, 2] : [2, 1];
      expect([0x1fff, 0x2000, 0x2fff, 0x3000, 0x3fff, 0x4000].map(mfn).map(owner)).toEqual([
        0,
        low,
        low,
        high,
        high,
        0,
      ]);
    }
  });

  test("may be a single one, and the last there is", () => {
    const { owner } = ownedBy("0x2000-0x2000,0xffffff-0xffffff");
    expect([0x1fff, 0x2000, 0x2001, 0xffffff].map(mfn).map(owner)).toEqual([0, 1, 0, 2]);
  });

  test.each(["0x2000-0x3000,0x3000-0x4000", "0x3000-0x4000,0x2000-0x3000", "0x2-0x9,0x3-0x4"])(
    "are of one domain each: '%s' is refused",
    (foreign) => {
      expect(() => ownedBy(foreign)).toThrow("two domains would have the same frame");
    },
  );

  test("decide what ioremap says of a physical address: here it names RAM of this kernel in use", () => {
    const platform = ownedBy("none");
    const { first } = outcomeOf(bareRun("xen-i386 legacy", { platform }, init).trace);
    expect(first?.recorded.event).toMatchObject({ kind: "fault.raised", fault: "not-reserved" });
  });

  test.each(["0x1000", "0x2000-0x1000", "0x0-0xffffffff", "0x1-0x9,0x9-0xa", "1000-2000", "dom1"])(
    "'%s' is refused",
    (foreign) => {
      expect(() => ownedBy(foreign)).toThrow(UserError);
    },
  );
});

test.each<[Variant, typeof xenI386, string]>([
  [{ layout: "dart" }, nativeI386, "native-i386 has no DART; leave out --layout"],
  [{ layout: "vax" }, ppc64G5, "unknown layout 'vax'; known: reference, dart"],
  [{ foreign: "none" }, ppc64G5, "ppc64-g5 has no other domains; leave out --foreign"],
])("%o on a platform without such a thing says so", (variant, platform, message) => {
  expect(() => varied(platform, variant)).toThrow(message);
});

describe("the DART of a G5", () => {
  const platform = varied(ppc64G5, { layout: "dart" });
  const run = (hooks: string, ...ops: object[]) =>
    bareRun(`ppc64-g5 ${hooks}`, { platform, chipset: u3 }, ...ops);

  test("leads every unused entry to the spare page", () => {
    const [filled] = [...run("gart", init).trace.events()].filter(
      ({ event }) => event.kind === "iommu.filled",
    );
    expect(filled).toMatchObject({
      op: -1,
      event: { page: 0, machine: 0xefff000, size: 524288 * 4096 },
    });
  });

  test("keeps a translation that is no longer mapped until the next map flushes it", () => {
    const told = run("dma-handle", init, cleanup, init);
    const reads = [0, 1, 2].map((op) => told.of(op, "device.read")[0]!);
    expect(reads.map(({ bus, reached }) => [bus, reached])).toEqual([
      // The scratch page came first, then the table of 16 pages, aligned to its size.
      [0x60000000, 0x1010000],
      [0x60000000, 0x1010000],
      [0x60010000, 0x1010000],
    ]);
    expect(told.of(1, "tlb.flushed").filter(({ which }) => which === "iommu")).toEqual([]);
    expect(told.of(2, "tlb.flushed").filter(({ which }) => which === "iommu")).toHaveLength(1);
  });

  test("is right for a PCI device and wrong for the GART, which does not ask it", () => {
    const told = run("dma-handle", init, alloc(0, 1), bind(0, 0));
    expect(told.of(0, "device.read")[0]).toMatchObject({ actor: "device", reached: 0x1010000 });
    const { ends, reads, rightReads } = outcomeOf(told.trace);
    expect({ ends, reads, rightReads }).toEqual({ ends: "wrong", reads: 1, rightReads: 0 });
  });
});
