// list.ts - gartrace list: what can be recorded, and which real bugs can be reproduced.

import { Argument, type Command } from "commander";
import { type KnownWhat, known, tellKnown } from "../library/known.ts";
import { printOutput } from "./output.ts";

export function addList(program: Command): void {
  program
    .command("list")
    .summary("list platforms, hook sets, drivers, chipsets, workloads, bugs, checks and formats")
    .description(
      "Lists what record, check and import know by name: platforms, hook sets, versions of the driver, chipsets, workloads, " +
        "bugs, checks and formats. Of drivers, bugs, checks and formats alone, it says what each is.",
    )
    .addArgument(new Argument("[what]", "one list alone").choices(Object.keys(known)))
    .option("--json", "print JSON", false)
    .action((what: KnownWhat | undefined, { json }: { json: boolean }) =>
      printOutput("list", tellKnown(what), json),
    );
}
