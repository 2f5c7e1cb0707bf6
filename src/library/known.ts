// known.ts - what there is by name: platforms, hook sets, drivers, chipsets, workloads, bugs, checks and formats.

import { eras } from "../agpgart/era.ts";
import { checks } from "../check/index.ts";
import { chipsets } from "../chipset/index.ts";
import { formats } from "../exchange/import/formats.ts";
import { hookSets } from "../hooks/index.ts";
import { platforms } from "../platform/index.ts";
import { inColumns } from "../report/text.ts";
import { scenarios } from "../scenario/index.ts";
import { workloads } from "../workload/index.ts";
import { erasText } from "./era-text.ts";
import { type Output, output } from "./output.ts";

/** What there are names of. */
export type KnownWhat =
  | "platforms"
  | "hooks"
  | "drivers"
  | "chipsets"
  | "workloads"
  | "bugs"
  | "checks"
  | "formats";

type Names = readonly { readonly name: string }[];
const lists: { readonly [W in KnownWhat]: Names } = {
  platforms,
  hooks: hookSets,
  drivers: eras,
  chipsets,
  workloads,
  bugs: scenarios,
  checks,
  formats,
};

const namesOf = (list: Names): readonly string[] => list.map(({ name }) => name);

/** All names, as options of `record`, `check` and `importTrace` take them. */
export const known: { readonly [W in KnownWhat]: readonly string[] } = Object.fromEntries(
  Object.entries(lists).map(([what, list]) => [what, namesOf(list)]),
) as { readonly [W in KnownWhat]: readonly string[] };

/** Lists that say more than names when asked for alone. */
const printed: { readonly [W in KnownWhat]?: () => string } = {
  bugs: () =>
    inColumns(
      scenarios.map(({ name, tells, check, real }) => [name, tells, check, real]),
      ["bug", "what goes wrong", "check", "the real case"],
    ),
  drivers: () => erasText(),
  checks: () => inColumns(checks.map(({ name, holds }) => [name, holds])),
  formats: () =>
    inColumns(
      formats.map(({ name, what, madeBy }) => [name, what, madeBy]),
      ["format", "what it is", "the command that makes it"],
    ),
};

/** What `gartrace list` prints: one list with what it says of each name, or all names. */
export function tellKnown(what?: KnownWhat): Output {
  if (what === undefined)
    return output(
      () => inColumns(Object.entries(known).map(([list, names]) => [list, names.join(", ")])),
      () => known,
    );
  return output(
    () => printed[what]?.() ?? known[what].join("\n"),
    () => ({ [what]: known[what] }),
  );
}
