// torture.ts - npm run torture: kills, refused writes, damage, hostile SQL and mutated logs, against sound twins.
//
// --minutes N (1), --seed S (1), --trials N ends it after so many as well, --workers N (as many as there are cores),
// --resume goes on where a run of this commit and seed ended, --only CAMPAIGN or CAMPAIGN:N tries one kind or repeats
// one trial. Kinds have their turns in the proportion in which they are owed. Worker processes try; one that dies or
// hangs is a failure. Exit code 1 where one failed, 2 for wrong arguments.

import { mkdtempSync, rmSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { type CampaignName, campaignNames, campaigns } from "./torture/campaigns.ts";
import { Hand } from "./torture/hand.ts";
import { compilePreload } from "./torture/preload.ts";
import { Tally } from "./torture/tally.ts";

/** How often the counts are kept, in trials. */
const KEEP = 100;

process.exitCode = await main();

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      minutes: { type: "string", default: "1" },
      seed: { type: "string", default: "1" },
      trials: { type: "string" },
      workers: { type: "string", default: `${availableParallelism()}` },
      resume: { type: "boolean", default: false },
      only: { type: "string" },
    },
  });
  const [minutes, seed] = [Number(values.minutes), Number(values.seed)];
  const trials = Number(values.trials ?? Number.MAX_SAFE_INTEGER);
  const workers = Number(values.workers);
  const [only, n] = values.only?.split(":") ?? [];
  const isKnown = only === undefined || campaignNames.includes(only as CampaignName);
  if (!(minutes > 0 && trials > 0 && workers > 0) || !Number.isSafeInteger(seed) || !isKnown) {
    process.stderr.write(
      "torture takes --minutes N --seed S [--trials N] [--workers N] [--resume] " +
        `[--only ${campaignNames.join("|")}[:N]]\n`,
    );
    return 2;
  }
  // Every file of every trial is in here.
  const folder = mkdtempSync(join(tmpdir(), "torture-"));
  process.env.TMPDIR = folder;
  const tally = new Tally(seed, values.resume);
  try {
    const tried = campaignNames.filter((name) => only === undefined || name === only);
    const canPreload = compilePreload();
    if (!canPreload)
      process.stdout.write("no C compiler: kills and refused writes are not tried\n");
    const able = tried.filter((name) => canPreload || !campaigns[name].needsPreload);
    if (n === undefined) await tryAll(able, { seed, minutes, trials, workers }, tally);
    else {
      const hand = new Hand(tally);
      await hand.try({ campaign: only as CampaignName, seed, n: Number(n) });
      hand.stop();
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  if (n === undefined) tally.save();
  process.stdout.write(`${tally.text()}\n`);
  return tally.failures > 0 ? 1 : 0;
}

interface Length {
  readonly seed: number;
  readonly minutes: number;
  readonly trials: number;
  readonly workers: number;
}

/** Tries one after the other, by so many workers, until the time is up or so many are done. */
async function tryAll(
  names: readonly CampaignName[],
  { seed, minutes, trials, workers }: Length,
  tally: Tally,
): Promise<void> {
  const end = Date.now() + minutes * 60_000;
  const next = new Map(names.map((name) => [name, tally.tried(name)]));
  let turn = 0;
  const work = async (): Promise<void> => {
    const hand = new Hand(tally);
    while (Date.now() < end && turn < trials) {
      turn++;
      const campaign = furthestBehind(next);
      const n = next.get(campaign)!;
      next.set(campaign, n + 1);
      await hand.try({ campaign, seed, n });
      if (turn % KEEP === 0) tally.save();
    }
    hand.stop();
  };
  await Promise.all(Array.from({ length: workers }, work));
}

/** The kind of which the smallest part of what is owed was tried. */
function furthestBehind(next: ReadonlyMap<CampaignName, number>): CampaignName {
  let [least, behind] = [Number.POSITIVE_INFINITY, campaignNames[0]!];
  for (const [name, n] of next) {
    const part = (n + 1) / campaigns[name].owed;
    if (part < least) [least, behind] = [part, name];
  }
  return behind;
}
