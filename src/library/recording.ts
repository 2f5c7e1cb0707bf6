// recording.ts - records a run into a trace file: the recorder's events go to the store.

import { eras, usualEra } from "../agpgart/era.ts";
import { chipsets } from "../chipset/index.ts";
import type { About } from "../event/trace.ts";
import type { Recorded } from "../event/vocabulary.ts";
import { UserError, unknownName } from "../fault.ts";
import { hooksOf, mustBuild } from "../hooks/index.ts";
import type { Sink } from "../machine/machine.ts";
import { platforms } from "../platform/index.ts";
import type { Platform } from "../platform/platform.ts";
import { type Variant, varied } from "../platform/variant.ts";
import { record } from "../recorder/record.ts";
import { scenarios } from "../scenario/index.ts";
import { aboutRun, type Setup, setupOfScenario } from "../scenario/setup.ts";
import { changesOf } from "../workload/change.ts";
import { parseWorkload, platformFor, type Workload } from "../workload/workload.ts";
import { ObservedSink } from "./judged-sink.ts";
import { makeTrace, type NewTrace } from "./make-trace.ts";
import { type Steering, Turns } from "./steering.ts";

/** A run as a person asks for it, by names. */
export interface RunRequest extends Variant {
  readonly platform: string;
  readonly hooks: string;
  /** Null for the first that the platform can have. */
  readonly chipset: string | null;
  /** The driver's Linux; left out for the usual one. */
  readonly driver?: string | undefined;
  readonly workload: Workload;
  readonly seed: number;
  readonly lenientIoremap: boolean;
  readonly device: boolean;
}

/** Finds what the names mean; a UserError lists the known ones. */
export function setupOf(wanted: RunRequest): Setup {
  const platform = platformFor(varied(platformOf(wanted.platform), wanted), wanted.workload);
  const hooks = hooksOf(wanted.hooks);
  mustBuild(platform, hooks);
  const name = wanted.chipset ?? platform.chipsets[0]!;
  const chipset = byName("chipset", chipsets, name);
  const era = byName("driver", eras, wanted.driver ?? usualEra.name);
  if (!platform.chipsets.includes(name))
    throw new UserError(
      `no ${platform.name} has the chipset ${name}; it can have: ${platform.chipsets.join(", ")}`,
    );
  return { ...wanted, platform, hooks, chipset, era };
}

/** A platform as it is listed; a UserError lists the known ones. */
export const platformOf = (name: string): Platform => byName("platform", platforms, name);

function byName<T extends { readonly name: string }>(
  what: string,
  list: readonly T[],
  name: string,
): T {
  const found = list.find((one) => one.name === name);
  if (found !== undefined) return found;
  throw unknownName(
    what,
    name,
    list.map((one) => one.name),
  );
}

/** A scenario by its name, with its flaw or fixed. */
export function scenarioSetup(name: string, fixed: boolean): Setup {
  return setupOfScenario(byName("bug", scenarios, name), fixed);
}

/** The setup of a simulated trace, to run it again; its `operations` must be known. */
export function setupAgain(about: About): Setup {
  const setup = setupAtStart(about);
  const { changes } = about.options;
  return typeof changes === "string"
    ? { ...setup, changes: changesOf(changes, setup.platform) }
    : setup;
}

function setupAtStart(about: About): Setup {
  const { platform, hooks, chipset, seed, options, operations, workload } = about;
  if (typeof options.scenario === "string")
    return scenarioSetup(options.scenario, options.fixed === true);
  return setupOf({
    platform,
    hooks,
    chipset,
    seed,
    lenientIoremap: options.lenientIoremap === true,
    device: options.device === true,
    driver: textOf(options.driver),
    ...variantOf(options),
    workload: parseWorkload(operations!, workload),
  });
}

/** What a trace says of the platform's memory. */
const variantOf = ({ ram, foreign, layout, era }: About["options"]): Variant => ({
  ram: textOf(ram),
  foreign: textOf(foreign),
  layout: textOf(layout),
  era: textOf(era),
});

const textOf = (option: unknown): string | undefined =>
  typeof option === "string" ? option : undefined;

/** What a fork adds to a run: the parent's name, and a look at each event before it is written. */
interface Fork {
  readonly about: About;
  readonly see: (recorded: Recorded) => void;
}

/** Records a run into a new trace file. */
export const recordTo = (
  path: string,
  setup: Setup,
  force: boolean,
  { fork, ...steering }: Steering & { readonly fork?: Fork } = {},
): Promise<NewTrace> =>
  makeTrace(
    path,
    force,
    async ({ open }) => {
      const keep = await open(fork?.about ?? aboutRun(setup));
      const sink: Sink =
        fork === undefined
          ? keep
          : new ObservedSink(keep, (seq, op, event) => fork.see({ seq, op, event }));
      const turns = new Turns(steering);
      const total = setup.workload.operations.length;
      for (const { op, events } of record(setup, sink))
        if (turns.isDue) await turns.take({ done: op + 1, total, events });
    },
    steering.signal,
  );
