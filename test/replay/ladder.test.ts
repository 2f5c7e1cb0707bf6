// ladder.test.ts - a page's way through all spaces, and the step at which two ways part.

import { describe, expect, test } from "vitest";
import { raw } from "../../src/address.ts";
import { chipsetCalled } from "../../src/chipset/index.ts";
import { addressesOf } from "../../src/event/verdict.ts";
import { ladder, partingOf } from "../../src/replay/ladder.ts";
import type { Trace } from "../../src/replay/trace.ts";
import type { Setup } from "../../src/scenario/setup.ts";
import { alloc, bind, init, maxOrder, unbind } from "../driver-run.ts";
import { captureFiles, importedFrom } from "../exchange/import/captured.ts";
import { setupOf, workloadOf } from "../laws.ts";
import { recorded } from "../memory-trace.ts";

const workload = workloadOf(maxOrder(0), init, alloc(0, 2), bind(0, 5), unbind(0));
const run = (words: string, other: Partial<Setup> = {}): Trace =>
  recorded(setupOf(words, { workload, ...other }));

/** The kernel's address of the first page that a client was given. */
function pageOf(trace: Trace): bigint {
  for (const { event } of trace.events())
    if (event.kind === "page.allocated" && event.use === "agp")
      return BigInt(raw(event.virt!)) + trace.about.virtBase;
  throw new Error("no page was allocated");
}
const bound = (trace: Trace): number => trace.op(4)!.first;
const says = (trace: Trace, moment = bound(trace)) =>
  Object.fromEntries(
    ladder(trace, moment, pageOf(trace)).map(({ name, says, leads }) => [name, [leads, says]]),
  );

test("on a bare PC every number is the page's own", () => {
  const steps = says(run("native-i386 gart"));
  expect(steps["page table"]![1]).toMatch(/^less 0xc0000000: physical 0x1/);
  expect(steps.P2M![1]).toMatch(/^physical is machine: 0x1/);
  expect(steps["GATT entry"]).toEqual([
    true,
    expect.stringMatching(/^gatt\[0x5\] = 0x1.*017 by #/),
  ]);
  expect(steps.aperture).toEqual([true, expect.stringMatching(/^0xe0005000 reaches 0x1/)]);
});

test("on the G5 the page table is another, and so is the entry's format", () => {
  const trace = run("ppc64-g5 gart", {
    chipset: chipsetCalled("u3")!,
    // The U3 knows one size of table, so that no order may be refused; maxorder stays for the ops' numbers.
    workload: workloadOf(maxOrder(99), init, alloc(0, 2), bind(0, 5), unbind(0)),
  });
  const steps = says(trace);
  expect(steps["page table"]![1]).toMatch(/^less 0xc000000000000000: /);
  expect(steps["GATT entry"]![1]).toMatch(/^gatt\[0x5\] = 0x8000/);
  expect(steps.aperture![0]).toBe(true);
});

describe("legacy hooks under Xen", () => {
  const legacy = run("xen-i386 legacy", { lenientIoremap: true });
  const gart = run("xen-i386 gart");
  const climb = (trace: Trace) => ladder(trace, bound(trace), pageOf(trace));

  test("part at the entry: up to the P2M both agree", () => {
    expect(says(legacy).P2M).toEqual(says(gart).P2M);
    expect(says(legacy)["GATT entry"]![0]).toBe(false);
    expect(partingOf([climb(gart), climb(legacy)])).toBe("GATT entry");
    expect(partingOf([climb(gart), climb(gart)])).toBeNull();
  });
});

test("what is not there is said: an entry taken back, an address of nobody", () => {
  const trace = run("native-i386 gart");
  expect(says(trace, trace.count)["GATT entry"]![1]).toMatch(/names it no more$/);
  const [first] = ladder(trace, trace.count, 0x1000n);
  expect(first!.says).toBe("the kernel has no such address");
});

test("an address of ioremap leads straight to a machine address", () => {
  const trace = run("xen-i386 gart");
  const remapped = [...trace.events()].find(({ event }) => event.kind === "table.remapped")!;
  const [first] = ladder(trace, trace.count, BigInt(addressesOf(remapped.event).virt!));
  expect(first!.says).toMatch(/^ioremap of #\d+ maps it at machine 0x8/);
});

test("of a captured dom0 shows the handle that a device was given for a page of a buffer", async () => {
  const { trace, events } = await importedFrom(captureFiles("linux-6.12.xen-dom0"));
  const { seq, event } = events.find(
    (one) => one.event.kind === "request.mapped" && one.event.layer === "nvme" && one.op === 2,
  )!;
  const { phys, bus } = addressesOf(event);
  const steps = ladder(trace, seq, BigInt(phys!) + 0xffff888000000000n);
  const told = Object.fromEntries(steps.map(({ name, says, leads }) => [name, [leads, says]]));
  expect(told["page table"]).toEqual([null, expect.stringMatching(/^less 0xffff888000000000: /)]);
  const hex = `0x${bus!.toString(16)}`;
  const [, given] = told["DMA handle"]!;
  expect(told["DMA handle"]).toEqual([
    true,
    expect.stringContaining(`gave ${hex} for 0000:00:04.0`),
  ]);
  expect(given).not.toContain(`at ${hex}`);
  expect(told["GATT entry"]).toEqual([null, null]);
});
