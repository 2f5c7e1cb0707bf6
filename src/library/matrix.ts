// matrix.ts - records every hook set on every platform, and how each of them ends.

import { join } from "node:path";
import { usualEra } from "../agpgart/era.ts";
import { toJson } from "../event/line.ts";
import { hookSets, hooksOf, missingOn } from "../hooks/index.ts";
import type { Platform } from "../platform/platform.ts";
import { hasEras } from "../platform/variant.ts";
import { type Outcome, outcomeOf } from "../replay/outcome.ts";
import { matrixText } from "../report/matrix-text.ts";
import type { Setup } from "../scenario/setup.ts";
import { assertReplaceable } from "../store/output-file.ts";
import { type Output, output } from "./output.ts";
import { platformOf, recordTo, setupOf } from "./recording.ts";
import { openTrace, readerOf, troubleOf } from "./trace.ts";
import { workloadOf } from "./workload-file.ts";

/** The cells of a matrix, as a person asks for them. */
export interface MatrixOptions {
  /** As `record` takes it. */
  readonly workload: string;
  /** Names with commas between them. */
  readonly platforms: string;
  /** Names with commas between them, or mixtures (`to=virt_to_gart,from=gart_to_virt`) with semicolons. */
  readonly hooks: string;
  /** Versions of Linux with commas between them; `2.6.12-rc2` by default. */
  readonly drivers?: string;
  /** For the platforms that can have it; the first of each by default. The same holds for what follows. */
  readonly chipset?: string;
  /** As that of `record`. */
  readonly seed: number;
  /** The kernel's memory, `32M` to `32G`; `256M` by default. */
  readonly ram?: string;
  /** Machine frames of other domains, as `record` takes them. */
  readonly foreign?: string;
  /** How the IOMMU gives out bus addresses: `reference`, which is the default, or `dart`. */
  readonly layout?: string;
  /** Of which date Xen's swiotlb is, as `record` takes it. */
  readonly era?: string;
}

/** One run, or why there was none. */
export interface MatrixCell {
  /** By its name. */
  readonly platform: string;
  /** By their name, or as a mixture. */
  readonly hooks: string;
  /** The Linux that the driver is of. */
  readonly driver: string;
  /** The function that the platform lacks; null where the driver builds. */
  readonly lacks: string | null;
  /** How the run ended; null where the driver does not build. */
  readonly outcome: Outcome | null;
  /** Its trace; null where the driver does not build. */
  readonly path: string | null;
  /** The virt base of its trace; null where the driver does not build. */
  readonly virtBase: bigint | null;
}

/** The argument of the thread: every hook set on the three kinds of machine it was about. */
export const usualMatrix = {
  /** Names with commas between them. */
  platforms: "native-i386,xen-i386,ppc64-g5",
  /** Names with commas between them. */
  hooks: hookSets.map(({ name }) => name).join(","),
} as const;

/** Who ends a matrix, and who hears how far it is. */
export interface MatrixSteering {
  /** Whether to overwrite traces that are there. */
  readonly force?: boolean;
  /** Raised, it ends with an `AbortedError`. */
  readonly signal?: AbortSignal | undefined;
  /** Told of each cell as it begins: its number from 0, how many there are, and its name. */
  readonly hear?: ((done: number, total: number, name: string) => void) | undefined;
}

/** What `gartrace matrix` prints; `isKept` where the traces stay where they are. */
export const tellMatrix = (cells: readonly MatrixCell[], isKept: boolean): Output =>
  output(
    () => matrixText(cells, isKept),
    () => ({ cells: cells.map((cell) => cellJson(cell, isKept)) }),
  );

/** What is to be recorded for a cell; null where the driver does not build. */
interface Plan {
  readonly platform: string;
  readonly hooks: string;
  readonly driver: string;
  readonly lacks: string | null;
  readonly setup: Setup | null;
}

/** Every cell, before anything is recorded: names and combinations are refused here. */
function plans(options: MatrixOptions): Plan[] {
  const workload = workloadOf(options.workload);
  const sets = options.hooks.split(options.hooks.includes("=") ? ";" : ",");
  const columns = options.platforms.split(",").map(platformOf);
  const fits = fittingAll(columns, options);
  const drivers = (options.drivers ?? usualEra.name).split(",");
  const rows = drivers.flatMap((driver) => sets.map((name) => [driver, name] as const));
  return columns.flatMap((column) =>
    rows.map(([driver, name]): Plan => {
      const hooks = hooksOf(name);
      const lacks = missingOn(column, hooks);
      const wanted = {
        ...{ platform: column.name, hooks: name, driver, workload, seed: options.seed },
        ...{ lenientIoremap: false, device: true },
        ...fits(column),
      };
      return {
        ...{ platform: column.name, hooks: name, driver, lacks },
        setup: lacks === null ? setupOf(wanted) : null,
      };
    }),
  );
}

/** What is asked for applies to the columns that can have it; if none can, the first one says why not. */
function fittingAll(
  columns: readonly Platform[],
  { chipset, ram, foreign, layout, era }: MatrixOptions,
) {
  const can = {
    chipset: ({ chipsets }: Platform) => chipset !== undefined && chipsets.includes(chipset),
    foreign: ({ dealt }: Platform) => dealt !== null,
    layout: ({ dma }: Platform) => dma.code.name === "upwards",
    era: hasEras,
  };
  const used = (what: keyof typeof can, column: Platform) =>
    can[what](column) || !columns.some(can[what]);
  return (column: Platform) => ({
    chipset: chipset !== undefined && used("chipset", column) ? chipset : null,
    ram,
    foreign: used("foreign", column) ? foreign : undefined,
    layout: used("layout", column) ? layout : undefined,
    era: used("era", column) ? era : undefined,
  });
}

/** Records every cell into the folder; what cannot be is refused before anything is recorded. */
export async function matrix(
  options: MatrixOptions,
  folder: string,
  { force = false, signal, hear = () => {} }: MatrixSteering = {},
): Promise<MatrixCell[]> {
  const planned = plans(options);
  const pathOf = ({ platform, hooks, driver }: Plan) => {
    const of = driver === usualEra.name ? "" : `.${driver}`;
    return join(folder, `${platform}.${hooks}${of}.gart`);
  };
  for (const plan of planned) if (plan.setup !== null) assertReplaceable(pathOf(plan), force);
  const cells: MatrixCell[] = [];
  for (const [i, plan] of planned.entries()) {
    const { platform, hooks, driver, lacks, setup } = plan;
    hear(i, planned.length, `${platform} ${hooks}`);
    const path = setup && pathOf(plan);
    if (setup !== null && path !== null) await recordTo(path, setup, force, { signal });
    const outcome = path === null ? null : read(path);
    cells.push({
      platform,
      hooks,
      driver,
      lacks,
      path,
      outcome,
      virtBase: setup?.platform.virtBase ?? null,
    });
  }
  return cells;
}

function read(path: string): Outcome {
  const trace = openTrace(path);
  try {
    return outcomeOf(readerOf(trace));
  } catch (error) {
    throw troubleOf([trace], error);
  } finally {
    trace.close();
  }
}

const cellJson = ({ outcome, virtBase, path, ...cell }: MatrixCell, isKept: boolean): unknown => ({
  ...cell,
  path: isKept ? path : null,
  outcome:
    outcome === null || virtBase === null
      ? null
      : {
          ...outcome,
          first: judgedJson(outcome.first, virtBase),
          astray: judgedJson(outcome.astray, virtBase),
        },
});

const judgedJson = (judged: Outcome["first"], virtBase: bigint): unknown =>
  judged && { verdict: judged.verdict, event: toJson(judged.recorded, virtBase) };
