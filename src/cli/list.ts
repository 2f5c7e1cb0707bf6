// list.ts - gartrace list: what can be recorded, and which real bugs can be reproduced.

import { Argument, type Command } from "commander";
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
import { print, printAnswer } from "./output.ts";

type Names = readonly { readonly name: string }[];
const lists: { readonly [what: string]: Names } = {
  platforms,
  hooks: hookSets,
  drivers: eras,
  chipsets,
  workloads,
  bugs: scenarios,
  checks,
  formats,
};
/** Lists that say more than names when asked for alone. */
const printed: { readonly [what: string]: () => string } = {
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

export function addList(program: Command): void {
  program
    .command("list")
    .summary("list platforms, hook sets, drivers, chipsets, workloads, bugs, checks and formats")
    .addArgument(new Argument("[what]", "one list alone").choices(Object.keys(lists)))
    .option("--json", "print JSON", false)
    .action(async (what: string | undefined, { json }: { json: boolean }) => {
      const names = (list: Names) => list.map(({ name }) => name);
      const wanted = Object.entries(lists).filter(([list]) => what === undefined || what === list);
      if (json)
        await printAnswer(
          "list",
          Object.fromEntries(wanted.map(([list, all]) => [list, names(all)])),
        );
      else if (what === undefined)
        await print(inColumns(wanted.map(([list, all]) => [list, names(all).join(", ")])));
      else await print(printed[what]?.() ?? names(lists[what]!).join("\n"));
    });
}
