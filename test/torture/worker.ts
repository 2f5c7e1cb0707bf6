// worker.ts - a process that tries what it is told, one trial after the other; it may die of it.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type CampaignName, campaigns } from "./campaigns.ts";
import { imports } from "./imports.ts";
import { groundOf } from "./trial.ts";

export interface Asked {
  readonly campaign: CampaignName;
  readonly seed: number;
  readonly n: number;
}
export interface Tried {
  /** Null where gartrace held. */
  readonly complaint: string | null;
  /** Lines of logs that were changed for it. */
  readonly lines: number;
}

process.on("message", async ({ campaign, seed, n }: Asked) => {
  const folder = mkdtempSync(join(tmpdir(), "trial-"));
  const before = imports.linesChanged();
  let complaint: string | null;
  try {
    complaint = await campaigns[campaign].run(groundOf(seed, n, folder));
  } catch (error) {
    complaint = `thrown: ${(error as Error).stack ?? error}`;
  }
  rmSync(folder, { recursive: true, force: true });
  process.send!({ complaint, lines: imports.linesChanged() - before } satisfies Tried);
});
