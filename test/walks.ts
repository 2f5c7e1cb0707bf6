// walks.ts - npm run walks [RUNS]: random walks over every platform, hook set, chipset and driver, by a fixed rule.
//
// Each walk is recorded and replayed: replay must tell what was observed, nothing may be thrown but what a user is
// told, and every event must print with sense. Exit code 1 where one does not hold, 2 for wrong arguments. Every third
// walk of the driver is followed by one through the kernel's DMA and block code.

import { verify } from "../src/replay/verify.ts";
import { eventLine } from "../src/report/event-text.ts";
import type { Setup } from "../src/scenario/setup.ts";
import type { Operation } from "../src/workload/operation.ts";
import { wander } from "../src/workload/workload.ts";
import { kernelWalk } from "./kernel-walk.ts";
import { recorded } from "./memory-trace.ts";
import { spread, type WalkedMachine } from "./walk-spread.ts";

const LENGTH = 300;
const EVERY = 3;

process.exitCode = walkAll(process.argv.slice(2));

function walkAll(words: readonly string[]): number {
  const [count = "300", ...more] = words;
  if (!/^[1-9]\d{0,5}$/.test(count) || more.length > 0) {
    process.stderr.write("npm run walks takes one number: how many walks\n");
    return 2;
  }
  const runs = Number(count);
  let [wrong, walks] = [0, 0];
  const look = (seed: number, setup: Setup): void => {
    walks++;
    const complaint = complaintOf(setup);
    if (complaint === null) return;
    wrong++;
    process.stdout.write(`seed ${seed} on ${nameOf(setup)}: ${complaint}\n`);
  };
  let seed = 0;
  for (const machine of spread(runs)) {
    look(seed, driverWalk(machine, seed));
    if (seed % EVERY === 0) look(seed / EVERY, kernelWalk(LENGTH, seed / EVERY));
    seed++;
  }
  process.stdout.write(`${walks - wrong} of ${walks} walks hold\n`);
  return wrong > 0 ? 1 : 0;
}

const nameOf = ({ platform, hooks, chipset, era, workload }: Setup): string =>
  [platform, hooks, chipset, era, workload].map((one) => one?.name).join(" ");

/** Three of four have a small table, as far as the chip has one. */
function driverWalk(machine: WalkedMachine, seed: number): Setup {
  const walk = wander(LENGTH, seed);
  const limit: Operation[] = seed % 4 === 0 ? [] : [{ op: "maxorder", max_order: 3 }];
  const workload = { name: walk.name, operations: [...limit, ...walk.operations] };
  return { ...machine, workload, seed, lenientIoremap: false, device: true };
}

/** What does not hold of a walk; null where all does. */
function complaintOf(setup: Setup): string | null {
  const trace = recorded(setup);
  const { differed, disagreements } = verify(trace, { most: 1 });
  if (differed > 0) return `replay differs: ${JSON.stringify(disagreements[0])}`;
  for (const one of trace.events()) {
    const line = eventLine(one, null, trace.about);
    if (/0x-|NaN|undefined|\[object/.test(line)) return `prints as ${line}`;
  }
  return null;
}
