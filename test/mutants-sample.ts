// mutants-sample.ts - the mutants of a room that is too large to try all of: one in so many, the same ones every time.
//
// Stryker has no sampling of its own; a mutant that its checker refuses counts neither as noticed nor as survived.

import { createHash } from "node:crypto";
import type { Checker, CheckResult } from "@stryker-mutator/api/check";
import { CheckStatus } from "@stryker-mutator/api/check";
import type { Mutant } from "@stryker-mutator/api/core";
import { declareClassPlugin, PluginKind } from "@stryker-mutator/api/plugin";

/** By what is changed and where, so that a mutant elsewhere in the room does not change the choice. */
function isChosen({ fileName, location, mutatorName, replacement }: Mutant): boolean {
  const file = fileName.slice(fileName.lastIndexOf("/src/"));
  const which = JSON.stringify([file, location, mutatorName, replacement]);
  const hash = createHash("sha256").update(which).digest().readUInt32BE();
  return hash % Number(process.env.MUTANTS_ONE_IN) === 0;
}

class Sample implements Checker {
  async init(): Promise<void> {}

  async check(mutants: Mutant[]): Promise<Record<string, CheckResult>> {
    const resultOf = (mutant: Mutant): CheckResult =>
      isChosen(mutant)
        ? { status: CheckStatus.Passed }
        : { status: CheckStatus.CompileError, reason: "not in the sample" };
    return Object.fromEntries(mutants.map((mutant) => [mutant.id, resultOf(mutant)]));
  }

  async group(mutants: Mutant[]): Promise<string[][]> {
    return [mutants.map(({ id }) => id)];
  }
}

export const strykerPlugins = [declareClassPlugin(PluginKind.Checker, "sample", Sample)];
