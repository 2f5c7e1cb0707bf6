// torture.ts - npm run torture: kills, refused writes, damage, hostile SQL and mutated logs, against sound twins.
//
// --minutes N (1), --seed S (1), --trials N ends it after so many as well, --resume goes on where a run of this commit and seed ended, --only CAMPAIGN or
// CAMPAIGN:N tries one kind or repeats one trial. Worker processes on all cores try; one that dies or hangs is a
// failure. Exit code 1 where one failed, 2 for wrong arguments.

import { mkdtempSync, rmSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { type CampaignName, campaignNames, campaigns } from "./torture/campaigns.ts";
import { Hand } from "./torture/hand.ts";
import { compilePreload } from "./torture/processes.ts";
import { Tally } from "./torture/tally.ts";

/** How often the counts are kept, in trials. */
const KEEP = 100;
/** How often each campaign has its turn: a trial of a process costs as much as ten of a file. */
const turns: readonly CampaignName[] = [
  ...["damage", "hostile", "imports", "damage", "imports", "damage", "imports"],
  ...[
    "kills",
    "damage",
    "imports",
    "damage",
    "hostile",
    "imports",
    "refusals",
    "damage",
    "imports",
    "formats",
    "pairs",
  ],
] as CampaignName[];

process.exitCode = await main();

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      minutes: { type: "string", default: "1" },
      seed: { type: "string", default: "1" },
      trials: { type: "string" },
      resume: { type: "boolean", default: false },
      only: { type: "string" },
    },
  });
  const [minutes, seed] = [Number(values.minutes), Number(values.seed)];
  const trials = Number(values.trials ?? Number.MAX_SAFE_INTEGER);
  const [only, n] = values.only?.split(":") ?? [];
  const isKnown = only === undefined || campaignNames.includes(only as CampaignName);
  if (!(minutes > 0 && trials > 0) || !Number.isSafeInteger(seed) || !isKnown) {
    process.stderr.write(
      `torture takes --minutes N --seed S [--trials N] [--resume] [--only ${campaignNames.join("|")}[:N]]\n`,
    );
    return 2;
  }
  // Every file of every trial is in here.
  const folder = mkdtempSync(join(tmpdir(), "torture-"));
  process.env.TMPDIR = folder;
  const tally = new Tally(seed, values.resume);
  try {
    const tried = turns.filter((name) => only === undefined || name === only);
    const canPreload = compilePreload();
    if (!canPreload)
      process.stdout.write("no C compiler: kills and refused writes are not tried\n");
    const able = tried.filter((name) => canPreload || !campaigns[name].needsPreload);
    if (n === undefined) await tryAll(able, { seed, minutes, trials }, tally);
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

/** Tries one after the other, on as many cores as there are, until the time is up or so many are done. */
async function tryAll(
  order: readonly CampaignName[],
  { seed, minutes, trials }: { seed: number; minutes: number; trials: number },
  tally: Tally,
): Promise<void> {
  const end = Date.now() + minutes * 60_000;
  const next = new Map(campaignNames.map((name) => [name, tally.tried(name)]));
  let turn = 0;
  const work = async (): Promise<void> => {
    const hand = new Hand(tally);
    while (Date.now() < end && turn < trials) {
      const campaign = order[turn++ % order.length]!;
      const n = next.get(campaign)!;
      next.set(campaign, n + 1);
      await hand.try({ campaign, seed, n });
      if (turn % KEEP === 0) tally.save();
    }
    hand.stop();
  };
  await Promise.all(Array.from({ length: availableParallelism() }, work));
}
