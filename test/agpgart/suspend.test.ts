// suspend.test.ts - suspend to RAM: which drivers write the table's base again, and which leave the GART without one.

import { describe, expect, test } from "vitest";
import { eras } from "../../src/agpgart/era.ts";
import { chipsets } from "../../src/chipset/index.ts";
import { outcomeOf } from "../../src/replay/outcome.ts";
import { lawfulTrace, setupOf, workloadOf } from "../laws.ts";

const bound = [
  { op: "init" },
  { op: "alloc", slot: 0, pages: 2 },
  { op: "bind", slot: 0, pg_start: 0 },
];

/** A run in which the machine sleeps while two pages are bound. */
const slept = (machine: string, chipset: string, driver = "2.6.12-rc2") =>
  lawfulTrace(
    setupOf(`${machine} gart`, {
      chipset: chipsets.find(({ name }) => name === chipset)!,
      era: eras.find(({ name }) => name === driver)!,
      workload: workloadOf(...bound, { op: "suspend" }),
    }),
  );

describe("after a suspend", () => {
  test.each([
    ["native-i386", "intel-440bx", "2.6.12-rc2", "right"],
    ["xen-i386", "via-kt133", "2.6.12-rc2", "right"],
    ["native-i386", "via-kt400", "2.6.12-rc2", "right"],
    ["native-i386", "intel-845", "2.6.18", "right"],
    // agp_intel_resume does not name this driver.
    ["native-i386", "intel-815", "2.6.12-rc2", "wrong"],
    ["native-i386", "amd64-8151", "2.6.12-rc2", "wrong"],
    ["native-i386", "amd64-8151", "2.6.18", "right"],
    ["native-i386", "nforce2", "2.6.18", "right"],
    ["native-i386", "amd-irongate", "2.6.18", "wrong"],
    // Nobody writes the base of its table again.
    ["ppc64-g5", "u3", "2.6.12-rc2", "wrong"],
    // Its resume function fills the table anew, whatever is bound.
    ["native-i386", "i810", "2.6.12-rc2", "wrong"],
  ])("%s with %s of %s is %s", (machine, chipset, driver, ends) => {
    expect(outcomeOf(slept(machine, chipset, driver)).ends).toBe(ends);
  });

  test("each device's standard header is as it was, and what lies behind it as at power-on", () => {
    const trace = slept("native-i386", "intel-815");
    const restored = [...trace.events()].filter(({ event }) => event.place === "pci_restore_state");
    expect(restored).toHaveLength(2 * 16);
    const lost = [...trace.events()].filter(
      ({ event }) => event.kind === "register.written" && event.actor === "chipset",
    );
    expect(lost.length).toBeGreaterThan(0);
  });

  test.each([
    ["2.6.12-rc2", []],
    ["2.6.18", ["uninorth_agp_enable"]],
  ])("UniNorth's driver of %s has switched AGP off on card, bridge and GART", (driver, later) => {
    const trace = lawfulTrace(
      setupOf("ppc64-g5 gart", {
        chipset: chipsets.find(({ name }) => name === "u3")!,
        era: eras.find(({ name }) => name === driver)!,
        workload: workloadOf({ op: "init" }, { op: "enable_info" }, { op: "suspend" }),
      }),
    );
    const events = [...trace.events()].filter(({ op }) => op === 2).map(({ event }) => event);
    const slept = events.filter(({ place }) => place === "agp_uninorth_suspend");
    expect(slept.flatMap((event) => (event.kind === "message.logged" ? event.text : []))).toEqual([
      "uninorth-agp: disabling AGP on device 0000:f0:10.0",
      "uninorth-agp: disabling AGP on bridge 0000:f0:0b.0",
    ]);
    expect(events.some(({ place }) => place === "uninorth_cleanup")).toBe(true);
    const enabled = events.filter(({ place }) => place === "uninorth_agp_enable");
    expect([...new Set(enabled.map(({ place }) => place))]).toEqual(later);
  });

  test("an alpha has not slept: no kernel of it can", () => {
    const trace = slept("alpha", "titan");
    expect([...trace.ops()].at(-1)!.result).toMatchObject({ ret: -38 });
    expect(outcomeOf(trace).ends).toBe("right");
  });
});
