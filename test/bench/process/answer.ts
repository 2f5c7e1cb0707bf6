// answer.ts - a process of its own that asks what the page asks while its slider moves, and the seeks in it, as JSON.

import { Dice } from "../../../src/dice.ts";
import { Answers } from "../../../src/page/answers.ts";
import { OpenTrace } from "../../../src/page/open-trace.ts";
import { TimeTravel } from "../../../src/replay/travel.ts";
import { report } from "../process.ts";

const ROUNDS = 500;
/** Until the code is compiled; not measured. */
const WARMING = 50;
/** Events on each side of a moment that come with it. */
const AROUND = 32;

/** Milliseconds. */
interface Spread {
  readonly p50: number;
  readonly p95: number;
}
export interface Answered {
  readonly seek: Spread;
  readonly answer: Spread;
}

const shown = new OpenTrace("a", process.argv[2]!);
const answers = new Answers([shown]);
while (!answers.look());
const count = shown.use(({ trace }) => trace.count);
const dice = new Dice(1);

/** In turns, so that whatever else the machine does is in both. */
async function measure(): Promise<readonly [seek: number, answer: number]> {
  const at = dice.roll(count) + 1;
  const since = performance.now();
  // Each begins with nothing at hand.
  shown.use(({ trace }) => new TimeTravel(trace).stateAt(at));
  const sought = performance.now();
  const [from, to] = [Math.max(1, at - AROUND), at + AROUND];
  const query = { at: `${at}`, map: "gatt", from: `${from}`, to: `${to}` };
  await answers.ask("sight", new URLSearchParams(query));
  return [sought - since, performance.now() - sought];
}

function spread(times: readonly number[]): Spread {
  const sorted = [...times].sort((a, b) => a - b);
  const at = (part: number) => sorted[Math.floor(sorted.length * part)]!;
  return { p50: at(0.5), p95: at(0.95) };
}

for (let i = 0; i < WARMING; i++) await measure();
const measured: (readonly [number, number])[] = [];
for (let i = 0; i < ROUNDS; i++) measured.push(await measure());
report<Answered>({
  seek: spread(measured.map(([seek]) => seek)),
  answer: spread(measured.map(([, answer]) => answer)),
});
answers.close();
