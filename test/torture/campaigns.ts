// campaigns.ts - what is tried, by name.

import { damage } from "./damage.ts";
import { kills, refusals } from "./disturbed.ts";
import { formats } from "./formats.ts";
import { hostile } from "./hostile.ts";
import { imports } from "./imports.ts";
import { pairs } from "./pairs.ts";
import type { Campaign } from "./trial.ts";

export const campaigns = { kills, refusals, damage, hostile, imports, formats, pairs } satisfies {
  readonly [name: string]: Campaign;
};
export type CampaignName = keyof typeof campaigns;
export const campaignNames = Object.keys(campaigns) as CampaignName[];
