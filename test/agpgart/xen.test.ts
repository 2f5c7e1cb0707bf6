// xen.test.ts - the driver as dom0's of March 2005: what return codes show, and what the card meets.

import { describe, expect, test } from "vitest";
import { hex, mfnOf } from "../../src/address.ts";
import { tagName } from "../../src/event/device.ts";
import { isWrong } from "../../src/event/verdict.ts";
import { verdictIn } from "../../src/replay/provenance.ts";
import {
  alloc,
  bareRun,
  bind,
  cleanup,
  type DriverRun,
  driverRun,
  init,
  maxOrder,
} from "../driver-run.ts";

const bound = [alloc(0, 3), bind(0, 0)];
const lenient = (...ops: object[]) =>
  bareRun("xen-i386 legacy", { lenientIoremap: true }, maxOrder(0), init, ...ops);

const verdicts = ({ trace }: DriverRun) =>
  [...trace.events()].flatMap((recorded) =>
    recorded.event.kind === "gatt.written" ? (verdictIn(trace, recorded) ?? []) : [],
  );
const met = (run: DriverRun, place: number) =>
  run.of(place, "device.read").map(({ tag }) => tagName(tag));

describe("the unmodified driver", () => {
  test("does not get past loading: Xen maps no frame that is not the domain's", () => {
    const run = bareRun("xen-i386 legacy", {}, init, ...bound);
    expect(run.ret(0)).toBe(-12);
    expect(run.of(0, "fault.raised")).toMatchObject([
      { fault: "foreign-ram", phys: 0x1000000, machine: 0x40c21000, reached: 0x1000000 },
    ]);
    expect([run.ret(1), run.ret(2)]).toEqual([null, -22]);
  });

  test("returns success for everything where ioremap is lenient, and every entry is wrong", () => {
    const run = lenient(...bound);
    expect([1, 2, 3].map((place) => run.ret(place) ?? null)).toEqual([0, "memory", 0]);
    expect(verdicts(run)).toEqual(["wrong-space", "wrong-space", "wrong-space"]);
  });

  test("leaves the card without a table: it is looked for where the domain's page is not", () => {
    const run = lenient(...bound);
    expect(run.of(3, "device.read").map(({ reached }) => reached)).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
    expect(met(run, 3)).toEqual(["nothing", "nothing", "nothing"]);
    expect(run.of(3, "fault.raised").map(({ fault }) => fault)).toEqual(
      Array(3).fill("invalid-entry"),
    );
  });
});

describe("the merged hooks", () => {
  const run = driverRun("xen-i386 gart", ...bound);

  test("lead the card to every page that the client filled", () => {
    expect(verdicts(run).some(isWrong)).toBe(false);
    expect(met(run, 1)).toEqual(["tag 1", "tag 2", "tag 3"]);
  });

  test("leave the bound pages scattered: only the table has to be contiguous", () => {
    const frames = run.of(1, "gatt.written").map(({ machine }) => Number(machine) / 4096);
    expect(frames.map((frame, i) => frame - frames[0]! === i)).toEqual([true, false, false]);
  });

  test("exchange the table's frames again at every loading: the last ones stay with the domain", () => {
    const again = bareRun("xen-i386 gart", {}, maxOrder(1), init, cleanup, init);
    const frames = (place: number, kind: "p2m.cleared" | "p2m.set") =>
      again
        .of(place, kind)
        .filter(({ actor }) => actor === "kernel")
        .map(({ page, machine }) => `${hex(page).slice(2)}: ${hex(mfnOf(machine)).slice(2)}`);
    expect(frames(1, "p2m.cleared")).toEqual(["1000: 40c21", "1001: 4767e"]);
    expect(frames(1, "p2m.set")).toEqual(["1000: 80000", "1001: 80001"]);
    expect(frames(2, "p2m.set")).toEqual([]);
    expect(frames(3, "p2m.cleared")).toEqual(["1000: 80000", "1001: 80001"]);
    expect(frames(3, "p2m.set")).toEqual(["1000: 80002", "1001: 80003"]);
  });
});

test("on bare metal both drivers lead the card to the same pages", () => {
  for (const hooks of ["legacy", "gart"]) {
    const run = driverRun(`native-i386 ${hooks}`, ...bound);
    expect(verdicts(run)).toEqual(["identity", "identity", "identity"]);
    expect(met(run, 1)).toEqual(["tag 1", "tag 2", "tag 3"]);
  }
});
