// tally.ts - how many trials of each kind there were, kept by commit and seed from run to run, and the table of them.

import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { counted, inColumns } from "../../src/report/text.ts";
import { type CampaignName, campaignNames, campaigns } from "./campaigns.ts";
import { imports } from "./imports.ts";

export interface Failure {
  readonly n: number;
  readonly complaint: string;
}
interface Kept {
  readonly tried: { [name in CampaignName]?: number };
  readonly failures: { [name in CampaignName]?: Failure[] };
  lines: number;
}

export class Tally {
  readonly #seed: number;
  readonly #path: string;
  readonly #commit: string;
  readonly #kept: Kept = { tried: {}, failures: {}, lines: 0 };

  /** `resume`: goes on where a run of the same commit and seed ended. */
  constructor(seed: number, resume: boolean) {
    const said = execFileSync("git", ["describe", "--always", "--dirty", "--abbrev=10"], {
      encoding: "utf8",
    });
    this.#commit = said.trim();
    this.#seed = seed;
    this.#path = join("dist", "torture", `${this.#commit}-${seed}.json`);
    if (resume && existsSync(this.#path))
      this.#kept = JSON.parse(readFileSync(this.#path, "utf8")) as Kept;
  }

  /** The number of the next trial. */
  tried(name: CampaignName): number {
    return this.#kept.tried[name] ?? 0;
  }

  add(name: CampaignName, n: number, complaint: string | null, lines: number): void {
    this.#kept.tried[name] = this.tried(name) + 1;
    this.#kept.lines += lines;
    if (complaint === null) return;
    this.#kept.failures[name] ??= [];
    this.#kept.failures[name].push({ n, complaint });
  }

  get failures(): number {
    return Object.values(this.#kept.failures).reduce((sum, { length }) => sum + length, 0);
  }

  save(): void {
    mkdirSync(dirname(this.#path), { recursive: true });
    writeFileSync(this.#path, JSON.stringify(this.#kept));
  }

  /** The table, and how each failure is repeated. */
  text(): string {
    const rows = campaignNames.map((name) => [
      counted(this.tried(name)),
      counted(campaigns[name].owed),
      campaigns[name].tries +
        (campaigns[name] === imports ? ` (${counted(this.#kept.lines)} lines)` : ""),
      counted(this.#kept.failures[name]?.length ?? 0),
    ]);
    const repeats = campaignNames.flatMap((name) =>
      (this.#kept.failures[name] ?? []).map(
        ({ n, complaint }) =>
          `npm run torture -- --seed ${this.#seed} --only ${name}:${n}\n  ${complaint.split("\n").slice(0, 4).join("\n  ")}`,
      ),
    );
    return [
      `${this.#commit}, seed ${this.#seed}`,
      inColumns(rows, ["tried", "owed", "what", "failed"]),
      ...repeats,
    ].join("\n");
  }
}
