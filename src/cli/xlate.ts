// xlate.ts - gartrace xlate: one page through all spaces, in every trace given.

import type { Command } from "commander";
import { UserError } from "../fault.ts";
import { ladder, partingOf } from "../replay/ladder.ts";
import { momentOf, positions } from "../replay/position.ts";
import { ladderText } from "../report/ladder-text.ts";
import { titleOf } from "../report/text.ts";
import { print, printAnswer } from "./output.ts";
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
      reading(paths, async (traces) => {
        const [address, position] = splitOf(where);
        const ladders = traces.map((trace) => {
          const moment = momentOf(trace, position);
          return { about: trace.about, moment, steps: ladder(trace, moment, address) };
        });
        const parting = partingOf(ladders.map(({ steps }) => steps));
        if (json)
          await printAnswer("xlate", {
            virt: `0x${address.toString(16)}`,
            parting,
            ladders: ladders.map(({ about, ...rest }) => ({ trace: titleOf(about), ...rest })),
          });
        else await print(ladderText(address, ladders));
      }),
    );
}

function splitOf(where: string): [address: bigint, position: string] {
  const [, address, position] = /^(0x[0-9a-f]{1,16})(?:@(.+))?$/i.exec(where) ?? [];
  if (address === undefined)
    throw new UserError(`'${where}' is no address; write one such as 0xc1010000@op:6`);
  return [BigInt(address), position ?? "end"];
}
