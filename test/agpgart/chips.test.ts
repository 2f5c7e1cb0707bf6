// chips.test.ts - what sets the drivers of single chipsets apart, where no recording that is kept shows it.

import { describe, expect, test } from "vitest";
import { chipsets } from "../../src/chipset/index.ts";
import { registerAt } from "../../src/event/register.ts";
import { outcomeOf } from "../../src/replay/outcome.ts";
import {
  alloc,
  bareRun,
  bind,
  cleanup,
  enable,
  info,
  init,
  maxOrder,
  unbind,
} from "../driver-run.ts";
import { lawfulTrace, setupOf, workloadOf } from "../laws.ts";

const chipset = (wanted: string) => ({ chipset: chipsets.find(({ name }) => name === wanted)! });
const messages = (run: ReturnType<typeof bareRun>, place: number) =>
  run.of(place, "message.logged").map(({ text }) => text.replace("agpgart: ", ""));

describe("an AMD64 whose GART is the PCI IOMMU too", () => {
  const ops = [init, info, alloc(0, 2), bind(0, 8191), bind(0, 8190)];
  const whole = bareRun("native-x86_64 legacy", chipset("amd64-8151"), ...ops);
  const shared = bareRun("native-x86_64iommu legacy", chipset("amd64-8151"), ...ops);

  test("has the lower half of the aperture for AGP, and refuses to bind beyond", () => {
    expect([3, 4].map((op) => whole.ret(op))).toEqual([0, -22]);
    expect([3, 4].map((op) => shared.ret(op))).toEqual([-22, 0]);
  });

  test("says so to the client, though its table has an entry for every page", () => {
    expect([whole.result(1).aper_size, shared.result(1).aper_size]).toEqual([64, 32]);
    expect(shared.result(0)).toMatchObject({ num_entries: 16384 });
  });
});

test("an AMD64 is refused where neither the northbridge nor the AGP bridge has an aperture", () => {
  const { chipset: bare } = chipset("amd64-8151-noaper");
  const powerOn = bare.powerOn.filter(({ offset }) => offset !== 0x10);
  const run = bareRun("native-x86_64 gart", { chipset: { ...bare, powerOn } }, init, cleanup);
  expect(run.ret(0)).toBe(-19);
  expect(messages(run, 0).slice(1)).toEqual([
    "No aperture",
    "Aperture from AGP @ 0 size 64 MB",
    "No aperture",
    "No usable aperture found.",
    "Consider rebooting with iommu=memaper=2 to get a good aperture.",
  ]);
  expect(run.of(1, "call.entered")).toEqual([]);
});

test("an AMD64 whose table came out smaller still takes the size that the northbridge has", () => {
  const run = bareRun(
    "native-x86_64 legacy",
    chipset("amd64-8151"),
    ...[maxOrder(3), init, alloc(0, 2), bind(0, 8191), cleanup],
  );
  // 32 MB is all that the table covers: the entry behind it is the guard page.
  expect(run.of(1, "page.allocated").map(({ size }) => size / 4096)).toEqual([8]);
  expect(run.result(1)).toMatchObject({ ret: 0, num_entries: 16384 });
  expect(run.ret(3)).toBe("oops");
  // And the order it is given back with is not the one it was asked for with.
  expect(run.of(4, "page.freed").map(({ size }) => size / 4096)).toEqual([32]);
});

describe("AGP 3.5", () => {
  const run = (name: string) => bareRun("native-i386 legacy", chipset(name), init, enable);
  const depths = (told: ReturnType<typeof run>) =>
    told
      .of(1, "register.written")
      .filter(({ register }) => registerAt(register).offset === 0x60)
      .map(({ word }) => Math.floor(word / 2 ** 24));

  test("gives a card what it asks for of the bridge's isochronous bandwidth", () => {
    const told = run("via-kt880");
    const nicmd = told
      .of(1, "register.written")
      .filter(({ register }) => registerAt(register).offset === 0x78);
    // Eight transactions a period: four asked for, and the four that are left over.
    expect(nicmd.map(({ word }) => word)).toEqual([0x800]);
    expect(depths(told)).toEqual([0x1f, 0x1f]);
  });

  test("shares out the request queue alone where the card asks for more than there is", () => {
    const told = run("via-kt880-bw");
    const [, , , exceeds, fallsBack] = messages(told, 1);
    expect(exceeds).toMatch(/^isochronous bandwidth required by AGP 3.0 devices exceeds/);
    expect(fallsBack).toMatch(/^Something bad happened .*Falling back to non-isochronous/);
    expect(depths(told)).toEqual([0x1f, 0x1f]);
    expect(messages(told, 1).at(-1)).toMatch(/into 8x mode$/);
  });
});

test("the 815 refuses a correct table above 512 MB, which Xen's contiguous regions are", () => {
  const onXen = bareRun("xen-i386 gart", chipset("intel-815"), init);
  expect(onXen.ret(0)).toBe(-22);
  expect(messages(onXen, 0)).toContain("gatt bus addr too high");
  const { recorded } = outcomeOf(onXen.trace).first!;
  expect(recorded.event).toMatchObject({ text: "agpgart: gatt bus addr too high" });
  const low = bareRun("xen-i386low gart", chipset("intel-815"), init);
  expect(low.result(0)).toMatchObject({ ret: 0, gatt_bus_addr: "0x18000000" });
});

test("the 820's card finds what is bound now, though nothing ever empties a TLB", () => {
  const run = bareRun(
    "native-i386 gart",
    chipset("intel-820"),
    ...[init, alloc(0, 1), alloc(1, 1), bind(0, 0), unbind(0), bind(1, 0)],
  );
  const reads = [3, 5].flatMap((op) => run.of(op, "device.read"));
  expect(reads.map(({ reached, machine }) => reached === machine)).toEqual([true, true]);
  const flushes = [3, 4, 5].flatMap((op) => run.of(op, "tlb.flushed"));
  expect(flushes.filter(({ which }) => which === "gart")).toEqual([]);
});

test.each([
  ["legacy", false, "refused"],
  ["legacy", true, "wrong"],
  ["gart", false, "right"],
] as const)(
  "64-bit Xen's port that had no hooks: %s, ioremap lenient %s, ends %s",
  (hooks, lenientIoremap, ends) => {
    const workload = workloadOf(init, alloc(0, 2), bind(0, 0));
    const other = { ...chipset("amd64-8151"), lenientIoremap, workload };
    expect(outcomeOf(lawfulTrace(setupOf(`xen-x86_64 ${hooks}`, other))).ends).toBe(ends);
  },
);
