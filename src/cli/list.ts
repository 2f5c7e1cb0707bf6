// list.ts - gartrace list: what can be recorded.

import type { Command } from "commander";
import { chipsets } from "../chipset/index.ts";
import { hookSets } from "../hooks/index.ts";
import { platforms } from "../platform/index.ts";
import { inColumns } from "../report/text.ts";
import { workloads } from "../workload/index.ts";
import { print, printJson } from "./output.ts";

export function addList(program: Command): void {
  program
    .command("list")
    .summary("list platforms, hook sets, chipsets and workloads")
    .option("--json", "print JSON", false)
    .action(async ({ json }: { json: boolean }) => {
      const names = (list: readonly { readonly name: string }[]) => list.map(({ name }) => name);
      const known = {
        platforms: names(platforms),
        hooks: names(hookSets),
        chipsets: names(chipsets),
        workloads: names(workloads),
      };
      if (json) await printJson(known);
      else
        await print(
          inColumns(Object.entries(known).map(([what, list]) => [what, list.join(", ")])),
        );
    });
}
