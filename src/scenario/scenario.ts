// scenario.ts - what a scenario is: a real bug told again on a simulated machine, and the same run without it.

import type { BridgeDriver } from "../agpgart/bridge.ts";
import type { Chipset } from "../chipset/chipset.ts";
import type { Verdict } from "../event/verdict.ts";
import type { Hooks } from "../hooks/hooks.ts";
import type { Platform } from "../platform/platform.ts";
import { parseWorkload, type Workload } from "../workload/workload.ts";

/** What is wrong in a run; what it does not name is as it should be. */
export interface Flaw {
  readonly hooks?: Hooks;
  readonly platform?: (sound: Platform) => Platform;
  /** ioremap takes a physical address whatever the platform. */
  readonly lenientIoremap?: true;
  readonly driver?: (sound: BridgeDriver) => BridgeDriver;
}

export interface Scenario {
  readonly name: string;
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
  readonly flaw: Flaw;
}

/** A scenario as it is run: with its flaw, or fixed. */
export interface Staged {
  readonly scenario: Scenario;
  readonly fixed: boolean;
}

/** The workload of a scenario, from its operations. */
export const workloadOf = (name: string, ...ops: readonly object[]): Workload =>
  parseWorkload(JSON.stringify({ workload: name, ops }), name);
