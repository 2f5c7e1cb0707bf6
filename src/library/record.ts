// record.ts - runs a workload on a simulated machine and writes its trace.

import { usualEra } from "../agpgart/era.ts";
import { UserError } from "../fault.ts";
import type { Setup } from "../scenario/setup.ts";
import { parseWorkload, type Workload } from "../workload/workload.ts";
import type { NewTrace } from "./make-trace.ts";
import { recordTo, scenarioSetup, setupOf } from "./recording.ts";
import type { Steering } from "./steering.ts";
import { workloadOf } from "./workload-file.ts";

/** A run by the names that `gartrace list` has. */
export interface RecordOptions extends Steering {
  /** The trace to write; PLATFORM.HOOKS.CHIPSET.WORKLOAD.gart by default. */
  readonly output?: string | undefined;
  /**
   * What the client does: a built-in workload by its name, the path of a file, `bug:NAME` for a real bug reproduced,
   * which brings its own machine, or what a file holds. `testgart` by default.
   */
  readonly workload?: string | WorkloadFile;
  /** Who owns memory and how addresses translate; `native-i386` by default. */
  readonly platform?: string;
  /** What the kernel believes of its architecture; `gart` by default. */
  readonly hooks?: string;
  /** The host bridge; the platform's first by default. */
  readonly chipset?: string | undefined;
  /** The Linux that the driver is of, such as `2.6.18`; `2.6.12-rc2` by default. */
  readonly driver?: string | undefined;
  /** How frames are dealt, 0 being the reference's order, and where the workload `wander` goes; 0 by default. */
  readonly seed?: number;
  /** How many operations `wander` makes. */
  readonly ops?: number | undefined;
  /** The kernel's memory, `32M` to `32G`. */
  readonly ram?: string | undefined;
  /** Machine frames of other domains, as `0x1000-0x3ffff,0x50000-0x7ffff`, or `none`. */
  readonly foreign?: string | undefined;
  /** How the IOMMU gives out bus addresses: `reference` or `dart`. */
  readonly layout?: string | undefined;
  /** Of which date Xen's swiotlb is, such as `2005-08-18`; `2005-08-16` by default. */
  readonly era?: string | undefined;
  /** Whether ioremap takes a physical address, whatever the platform; false by default. */
  readonly lenientIoremap?: boolean;
  /** Whether the client writes its pages and the card reads them; true by default. */
  readonly device?: boolean;
  /** For `bug:NAME`: whether to run it without its bug. */
  readonly fixed?: boolean;
  /** Whether to overwrite a trace that exists. */
  readonly force?: boolean;
}

/** A workload as a file holds it (`gartrace schema workload`). */
export interface WorkloadFile {
  /** Its name. */
  readonly workload: string;
  /** The operations in their order (src/workload/README.md). */
  readonly ops: readonly { readonly op: string; readonly [argument: string]: unknown }[];
}

/** The Linux whose driver is run where none is named. */
export const usualDriver = usualEra.name;

const BUG = "bug:";

/** Records a run. A `UserError` says what cannot be run; after an `AbortedError` the trace holds what was recorded. */
export async function record(options: RecordOptions = {}): Promise<NewTrace> {
  const setup = setupFor(options);
  const { signal, onProgress, force = false } = options;
  return recordTo(options.output ?? `${nameOf(setup)}.gart`, setup, force, { signal, onProgress });
}

function setupFor({ workload = "testgart", fixed = false, ...options }: RecordOptions): Setup {
  if (typeof workload === "string" && workload.startsWith(BUG)) {
    const refused = (
      [
        ...(["platform", "hooks", "chipset", "driver", "seed", "ops"] as const),
        ...(["ram", "foreign", "layout", "era"] as const),
      ] as const
    ).filter((name) => options[name] !== undefined);
    const flags = (["lenientIoremap", "device"] as const).filter((name) => name in options);
    if (refused.length + flags.length > 0)
      throw new UserError(
        `${workload} brings its own machine; leave out ${[...refused, ...flags].join(", ")}`,
      );
    return scenarioSetup(workload.slice(BUG.length), fixed);
  }
  const {
    platform = "native-i386",
    hooks = "gart",
    chipset = null,
    driver,
    seed = 0,
    ops,
  } = options;
  const { ram, foreign, layout, era, lenientIoremap = false, device = true } = options;
  const run = given(workload, { ops, seed });
  if (fixed) throw new UserError(`--fixed is for bug:NAME: ${run.name} has no bug to leave out`);
  return setupOf({
    ...{
      platform,
      hooks,
      chipset,
      driver,
      seed,
      ram,
      foreign,
      layout,
      era,
      lenientIoremap,
      device,
    },
    workload: run,
  });
}

const given = (
  workload: string | WorkloadFile,
  walking: { readonly ops: number | undefined; readonly seed: number },
): Workload =>
  typeof workload === "string"
    ? workloadOf(workload, walking)
    : parseWorkload(JSON.stringify(workload), workload.workload);

function nameOf({ platform, hooks, chipset, workload, staged, era }: Setup): string {
  if (staged !== undefined) return `${staged.scenario.name}${staged.fixed ? ".fixed" : ""}`;
  const names = [platform, hooks, chipset, workload, ...(era === usualEra ? [] : [era])];
  return names.map(({ name }) => name).join(".");
}
