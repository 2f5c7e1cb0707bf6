// walked.ts - every trace that the walk goes through, by name, and how each is made.

import { PROBES, probesFrom } from "../../src/exchange/import/kernel/probes.ts";
import { importFiles } from "../../src/exchange/import/merge.ts";
import { hookSets, missingOn } from "../../src/hooks/index.ts";
import { makeTrace } from "../../src/library/make-trace.ts";
import { recordTo, setupOf } from "../../src/library/recording.ts";
import { platforms } from "../../src/platform/index.ts";
import { record } from "../../src/recorder/record.ts";
import { scenarios } from "../../src/scenario/index.ts";
import { aboutRun, type Setup, setupOfScenario } from "../../src/scenario/setup.ts";
import { WANDER, workloads } from "../../src/workload/index.ts";
import { type Workload, wander } from "../../src/workload/workload.ts";
import { captureFiles, captures } from "../exchange/import/captured.ts";
import { pathOf, recordings } from "../recordings.ts";

export const groups = ["run", "lenient", "bug", "recording", "capture"] as const;

/** A trace to walk. */
export interface Walked {
  /** "xen-i386 gart smoke", "bug:virt-to-phys", "bug:virt-to-phys fixed", or the name of a recording or capture. */
  readonly name: string;
  readonly group: (typeof groups)[number];
  /** For a bug: the trace of the same run without it. */
  readonly fixed: string | null;
  /** Writes it to a file. */
  make(path: string): Promise<unknown>;
}

/** A run ends with the operation that brings it to so many events. */
const MOST = 40_000;
const WANDER_OPS = 40;

const walkedWorkloads: readonly Workload[] = workloads.map((workload) =>
  workload.name === WANDER ? wander(WANDER_OPS, 0) : workload,
);

/** Every workload on every platform and hook set for which the driver builds. */
const runs = (workloads: readonly Workload[], lenientIoremap: boolean): Walked[] =>
  platforms
    // Only there does ioremap take another address than the kernel-physical one.
    .filter(({ physIsMachine }) => !(lenientIoremap && physIsMachine))
    .flatMap((platform) =>
      hookSets
        .filter((hooks) => missingOn(platform, hooks) === null)
        .flatMap((hooks) =>
          workloads.map((workload): Walked => {
            const wanted = {
              ...{ platform: platform.name, hooks: hooks.name, chipset: null, workload, seed: 0 },
              ...{ lenientIoremap, device: true },
            };
            const name = `${platform.name} ${hooks.name} ${workload.name}`;
            return {
              name: lenientIoremap ? `${name} lenient-ioremap` : name,
              group: lenientIoremap ? "lenient" : "run",
              fixed: null,
              make: (path) => recordShortened(path, setupOf(wanted)),
            };
          }),
        ),
    );

function recordShortened(path: string, setup: Setup): Promise<unknown> {
  return makeTrace(path, true, async ({ open }) => {
    const sink = await open(aboutRun(setup));
    for (const { events } of record(setup, sink)) if (events > MOST) break;
  });
}

const bugs = (): Walked[] =>
  scenarios.flatMap((scenario) =>
    [false, true].map((isFixed): Walked => {
      const name = `bug:${scenario.name}`;
      return {
        name: isFixed ? `${name} fixed` : name,
        group: "bug",
        fixed: isFixed ? null : `${name} fixed`,
        make: (path) => recordTo(path, setupOfScenario(scenario, isFixed), true),
      };
    }),
  );

const imported = (
  group: Walked["group"],
  name: string,
  files: () => readonly string[],
): Walked => ({
  name,
  group,
  fixed: null,
  make: (path) =>
    makeTrace(path, true, async ({ open, beside }) => {
      const wishes = { strict: false, follow: null, probes: probesFrom(PROBES), keep: null };
      beside(await importFiles(files(), wishes, open));
    }),
});

export const walkedAll: readonly Walked[] = [
  ...runs(walkedWorkloads, false),
  ...runs(
    walkedWorkloads.filter(({ name }) => name === "testgart"),
    true,
  ),
  ...bugs(),
  ...recordings.map((name) => imported("recording", name, () => [pathOf(name)])),
  ...captures.map((name) => imported("capture", name, () => captureFiles(name))),
];
