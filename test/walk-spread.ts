// walk-spread.ts - which machine each random walk takes: the one whose parts were walked the least so far.
//
// Each platform, chipset, hook set and driver is wanted 25 times, each pair of platform and hook set five times.

import { eras } from "../src/agpgart/era.ts";
import { chipsets } from "../src/chipset/index.ts";
import { hookSets, missingOn } from "../src/hooks/index.ts";
import { platforms } from "../src/platform/index.ts";
import type { Setup } from "../src/scenario/setup.ts";

export type WalkedMachine = Pick<Setup, "platform" | "hooks" | "chipset" | "era">;

const [PARTS, PAIRS] = [25, 5];
/** Of two machines of which as much is wanted, the one that was walked less. */
const AGAIN = 0.001;

/** Every machine for which the driver builds. */
export const walkedMachines: readonly WalkedMachine[] = eras.flatMap((era) =>
  platforms.flatMap((platform) =>
    chipsets
      .filter(({ name }) => platform.chipsets.includes(name))
      .flatMap((chipset) =>
        hookSets
          .filter((hooks) => missingOn(platform, hooks) === null)
          .map((hooks) => ({ era, platform, chipset, hooks })),
      ),
  ),
);

/** What of a machine is counted, and how often it is wanted. */
export function partsOf({ platform, hooks, chipset, era }: WalkedMachine): [string, number][] {
  const parts: [string, number][] = [
    [`platform ${platform.name}`, PARTS],
    [`hooks ${hooks.name}`, PARTS],
    [`driver ${era.name}`, PARTS],
    [`${platform.name} with ${hooks.name}`, PAIRS],
  ];
  return chipset === null ? parts : [...parts, [`chipset ${chipset.name}`, PARTS]];
}

/** So many machines, one after the other: each time the one of which most is still wanted. */
export function* spread(count: number): Generator<WalkedMachine> {
  const walked = new Map<string, number>();
  const parts = walkedMachines.map(partsOf);
  const turns = walkedMachines.map(() => 0);
  const needOf = (i: number): number =>
    parts[i]!.reduce((sum, [part, wanted]) => {
      return sum + Math.max(0, 1 - (walked.get(part) ?? 0) / wanted);
    }, -turns[i]! * AGAIN);
  for (let run = 0; run < count; run++) {
    let [best, most] = [0, Number.NEGATIVE_INFINITY];
    for (let i = 0; i < parts.length; i++) {
      const need = needOf(i);
      if (need > most) [best, most] = [i, need];
    }
    turns[best]!++;
    for (const [part] of parts[best]!) walked.set(part, (walked.get(part) ?? 0) + 1);
    yield walkedMachines[best]!;
  }
}
