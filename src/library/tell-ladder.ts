// tell-ladder.ts - one page through all spaces, in every trace given.

import { hex } from "../address.ts";
import { UserError } from "../fault.ts";
import { ladder, partingOf } from "../replay/ladder.ts";
import { ladderText } from "../report/ladder-text.ts";
import { titleOf } from "../report/text.ts";
import { type Output, output } from "./output.ts";
import { readerOf, type Trace } from "./trace.ts";

/** What `gartrace xlate` prints; `where` is the kernel's address, and when: `0xc1010000@op:6`. */
export function tellLadder(where: string, traces: readonly Trace[]): Output {
  const [virt, position] = splitOf(where);
  const ladders = traces.map((trace) => {
    const moment = trace.moment(position);
    return { about: trace.about, moment, steps: ladder(readerOf(trace), moment, virt) };
  });
  return output(
    () => ladderText(virt, ladders),
    () => ({
      virt: hex(virt),
      parting: partingOf(ladders.map(({ steps }) => steps)),
      ladders: ladders.map(({ about, ...rest }) => ({ trace: titleOf(about), ...rest })),
    }),
  );
}

function splitOf(where: string): [address: bigint, position: string] {
  const [, address, position] = /^(0x[0-9a-f]{1,16})(?:@(.+))?$/i.exec(where) ?? [];
  if (address === undefined)
    throw new UserError(`'${where}' is no address; write one such as 0xc1010000@op:6`);
  return [BigInt(address), position ?? "end"];
}
