// demo.ts - gartrace demo: runs what the mail of 17 March 2005 is about, and prints the result on one screen.

import type { Command } from "commander";
import { AbortedError } from "../fault.ts";
import { demo } from "../library/demo.ts";
import { notice, print } from "./output.ts";
import { interruptible } from "./steered.ts";

export function addDemo(program: Command): void {
  program
    .command("demo")
    .summary("show on one screen the bug of 2005 that this program began with")
    .description(
      "Records the same workload on a bare PC and under Xen, with the driver as it was and with the " +
        "mail's four functions, shows where the addresses part, and ends with every hook set on each " +
        "platform. Leaves no files.",
    )
    .action(async () => {
      try {
        await print(await interruptible((signal) => demo({ signal, hear: notice })));
      } catch (error) {
        // The files that it speaks of are gone.
        throw error instanceof AbortedError ? new AbortedError("interrupted") : error;
      }
    });
}
