// xlate.ts - gartrace xlate: one page through all spaces, in every trace given.

import type { Command } from "commander";
import { positions } from "../library/positions.ts";
import { tellLadder } from "../library/tell-ladder.ts";
import { printOutput } from "./output.ts";
import { reading } from "./reading.ts";

export function addXlate(program: Command): void {
  program
    .command("xlate")
    .summary("follow one page through all address spaces, in some traces at once")
    .description(
      "Follows a kernel address through page table, P2M, IOMMU, DMA handle, GATT and aperture, and shows where the " +
        `traces' ladders part.\nVIRT@POSITION is such as 0xc1010000@op:6; positions are ${positions}.`,
    )
    .argument("<virt@position>", "the kernel's address, and when (default: end)")
    .argument("<traces...>")
    .option("--json", "print JSON", false)
    .action((where: string, paths: readonly string[], { json }: { json: boolean }) =>
      reading(paths, (traces) => printOutput("xlate", tellLadder(where, traces), json)),
    );
}
