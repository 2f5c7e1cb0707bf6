// setup.ts - all that makes a run, and what its trace says of it.

import { type Era, usualEra } from "../agpgart/era.ts";
import type { Chipset } from "../chipset/chipset.ts";
import type { About } from "../event/trace.ts";
import type { Hooks } from "../hooks/hooks.ts";
import type { Platform } from "../platform/platform.ts";
import { type Change, changesText } from "../workload/change.ts";
import { type Workload, workloadText } from "../workload/workload.ts";
import { changeOf, type Scenario, type Staged } from "./scenario.ts";

export interface Setup {
  readonly platform: Platform;
  readonly hooks: Hooks;
  readonly chipset: Chipset;
  /** Which Linux the driver is of. */
  readonly era: Era;
  readonly workload: Workload;
  readonly seed: number;
  /** Whether ioremap takes a physical address whatever the platform: the reference's lenient rule. */
  readonly lenientIoremap: boolean;
  /** Whether the client writes its pages and the card reads them. */
  readonly device: boolean;
  /** The scenario that this run stages, if any. */
  readonly staged?: Staged;
  /** What is made different on the way, in the order of the ops. */
  readonly changes?: readonly Change[];
}

/** A scenario's run, with its flaw or without. */
export function setupOfScenario(scenario: Scenario, fixed: boolean): Setup {
  const change = changeOf({ scenario, fixed });
  return {
    platform: change.platform?.(scenario.platform) ?? scenario.platform,
    hooks: change.hooks ?? scenario.hooks,
    chipset: scenario.chipset,
    era: usualEra,
    workload: change.workload ?? scenario.workload,
    seed: 0,
    lenientIoremap: change.lenientIoremap ?? false,
    device: scenario.device ?? true,
    staged: { scenario, fixed },
  };
}

/** What the trace will say of this run. */
export function aboutRun(setup: Setup): About {
  const { platform, hooks, chipset, era, workload, seed, lenientIoremap, device } = setup;
  const { staged, changes } = setup;
  return {
    platform: platform.name,
    hooks: hooks.name,
    chipset: chipset.name,
    workload: workload.name,
    operations: workloadText(workload),
    seed,
    options: {
      lenientIoremap,
      device,
      ...platform.options,
      ...(era !== usualEra && { driver: era.name }),
      ...(staged && { scenario: staged.scenario.name, fixed: staged.fixed }),
      ...(changes && changes.length > 0 && { changes: changesText(changes) }),
    },
    virtBase: platform.virtBase,
    physIsMachine: platform.physIsMachine,
    source: "simulated",
    origin: null,
  };
}
