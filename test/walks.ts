// walks.ts - npm run walks [RUNS]: random walks over every platform, hook set, chipset and driver, by a fixed rule.
//
// Each walk is recorded and replayed: replay must tell what was observed, nothing may be thrown but what a user is
// told, and every event must print with sense. Exit code 1 where one does not hold. Run i takes the i-th machine, again
// from the first when all had their turn.

import { eras } from "../src/agpgart/era.ts";
import { chipsets } from "../src/chipset/index.ts";
import { hookSets, missingOn } from "../src/hooks/index.ts";
import { platforms } from "../src/platform/index.ts";
import { verify } from "../src/replay/verify.ts";
import { eventLine } from "../src/report/event-text.ts";
import type { Setup } from "../src/scenario/setup.ts";
import type { Operation } from "../src/workload/operation.ts";
import { wander } from "../src/workload/workload.ts";
import { recorded } from "./memory-trace.ts";

const LENGTH = 300;
const runs = Number(process.argv[2] ?? 300);

type Machine = Pick<Setup, "platform" | "hooks" | "chipset" | "era">;
const machines = [...everyMachine()];
const step = stepThrough(machines.length);
let wrong = 0;
for (let i = 0; i < runs; i++) {
  const machine = machines[(i * step) % machines.length]!;
  const complaint = complaintOf(machine, i);
  if (complaint === null) continue;
  wrong++;
  process.stdout.write(`seed ${i} on ${nameOf(machine)}: ${complaint}\n`);
}
process.stdout.write(`${runs - wrong} of ${runs} walks hold, of ${machines.length} machines\n`);
process.exitCode = wrong > 0 ? 1 : 0;

function* everyMachine(): Generator<Machine> {
  for (const era of eras)
    for (const platform of platforms)
      for (const chipset of chipsets.filter(({ name }) => platform.chipsets.includes(name)))
        for (const hooks of hookSets)
          if (missingOn(platform, hooks) === null) yield { era, platform, chipset, hooks };
}

/** So that neighbours in the list are not neighbours in time: about the golden section, without a common divisor. */
function stepThrough(count: number): number {
  const divides = (a: number, b: number): number => (b === 0 ? a : divides(b, a % b));
  let found = Math.round(count * 0.618);
  while (divides(found, count) !== 1) found++;
  return found;
}

function nameOf({ platform, hooks, chipset, era }: Machine): string {
  return [platform, hooks, chipset, era].map(({ name }) => name).join(" ");
}

/** What does not hold of a walk; null where all does. Three of four have a small table, as far as the chip has one. */
function complaintOf(machine: Machine, seed: number): string | null {
  const walk = wander(LENGTH, seed);
  const limit: Operation[] = seed % 4 === 0 ? [] : [{ op: "maxorder", max_order: 3 }];
  const operations = [...limit, ...walk.operations];
  const workload = { name: walk.name, operations };
  const trace = recorded({ ...machine, workload, seed, lenientIoremap: false, device: true });
  const { differed, disagreements } = verify(trace, { most: 1 });
  if (differed > 0) return `replay differs: ${JSON.stringify(disagreements[0])}`;
  for (const one of trace.events()) {
    const line = eventLine(one, null, trace.about);
    if (/0x-|NaN|undefined|\[object/.test(line)) return `prints as ${line}`;
  }
  return null;
}
