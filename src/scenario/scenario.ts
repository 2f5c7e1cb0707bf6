// scenario.ts - what a scenario is: a real bug reproduced on a simulated machine, and the same run without it.

import type { BridgeDriver } from "../agpgart/bridge.ts";
import type { Chipset } from "../chipset/chipset.ts";
import type { Verdict } from "../event/verdict.ts";
import type { Hooks } from "../hooks/hooks.ts";
import type { Platform } from "../platform/platform.ts";
import { builtIn, type Workload } from "../workload/workload.ts";

/** What of a run is other than the scenario says; what it does not name stays. */
export interface Change {
  readonly hooks?: Hooks;
  readonly platform?: (platform: Platform) => Platform;
  /** ioremap takes a physical address whatever the platform. */
  readonly lenientIoremap?: true;
  /** Where the bug is in what a client asks. */
  readonly workload?: Workload;
  readonly driver?: (driver: BridgeDriver) => BridgeDriver;
}

export interface Scenario {
  readonly name: string;
  /** The class of bugs that it is one of: see classes.ts. */
  readonly row: number;
  /** What goes wrong, as a sentence without a full stop. */
  readonly tells: string;
  /** The real case, with its source. */
  readonly real: string;
  /** The check that catches it, and the verdict at the first event that it finds. */
  readonly check: string;
  readonly verdict: Verdict | null;
  readonly platform: Platform;
  readonly hooks: Hooks;
  readonly chipset: Chipset;
  readonly workload: Workload;
  /** Left out where the client writes its pages and the card reads them, as in every run. */
  readonly device?: false;
  /** What is wrong where the bug is there. */
  readonly flaw?: Change;
  /** What puts it right, where the bug is in the driver of 2005 as it stands. */
  readonly fix?: Change;
}

/** A scenario as it is run: with its flaw, or fixed. */
export interface Staged {
  readonly scenario: Scenario;
  readonly fixed: boolean;
}

/** What differs from the scenario's own run. */
export const changeOf = ({ scenario, fixed }: Staged): Change =>
  (fixed ? scenario.fix : scenario.flaw) ?? {};

/**
 * The same chipset with another aperture behind its size register, so that the table is as small as the bug
 * allows. `code` is what that register holds at power-on.
 */
export const sized = (chipset: Chipset, offset: number, code: number): Chipset => ({
  ...chipset,
  powerOn: chipset.powerOn.map((register) =>
    register.offset === offset && register.device === chipset.bridge.device
      ? { ...register, value: code }
      : register,
  ),
});

/** The workload of a scenario, from its operations. */
export const workloadOf = (name: string, ...ops: readonly object[]): Workload =>
  builtIn(name, { workload: name, ops });

/** A script of calls of the kernel's own DMA code, on a machine of its own. */
export const scriptOf = (name: string, machine: object, ...ops: readonly object[]): Workload =>
  builtIn(name, { name, machine, ops });

/** Four pages, bound from the beginning of the aperture, read by the card; and what is done then. */
export const bindFour = (name: string, ...then: readonly object[]): Workload =>
  workloadOf(
    name,
    { op: "init" },
    { op: "alloc", slot: 0, pages: 4 },
    { op: "bind", slot: 0, pg_start: 0 },
    ...then,
  );

/** The same pages bound, unbound and freed. */
export const freeFour = (name: string): Workload =>
  bindFour(name, { op: "unbind", slot: 0 }, { op: "free", slot: 0 });
