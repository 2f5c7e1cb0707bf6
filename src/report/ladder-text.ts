// ladder-text.ts - one page through all spaces in every trace given, a column a trace.

import { hex } from "../address.ts";
import type { About } from "../event/trace.ts";
import { partingOf, rungs, type Step } from "../replay/ladder.ts";
import { colours } from "./colours.ts";
import { inColumns, titleOf } from "./text.ts";

/** A trace's ladder, and what the trace is. */
export interface Ladder {
  readonly about: About;
  readonly moment: number;
  readonly steps: readonly Step[];
}

/** The ladders side by side, and where they part. */
export function ladderText(virt: bigint, ladders: readonly Ladder[]): string {
  const parting = partingOf(ladders.map(({ steps }) => steps));
  const rows = rungs.flatMap((rung, i) => {
    const steps = ladders.map(({ steps }) => steps[i]!);
    if (steps.every(({ says }) => says === null)) return [];
    return [[rung === parting ? `> ${rung}` : `  ${rung}`, ...steps.map(cell)]];
  });
  const heading = ["", ...ladders.map(({ about, moment }) => `${titleOf(about)}, #${moment}`)];
  return [
    hex(virt),
    inColumns(rows, heading),
    "",
    ladders.length === 1 ? aloneText(ladders[0]!) : partingText(parting),
  ].join("\n");
}

const cell = ({ says, leads }: Step): string => {
  if (says === null) return "-";
  if (leads === null) return says;
  return `${says} ${leads ? colours.green("[right]") : colours.red("[astray]")}`;
};

const partingText = (parting: string | null): string =>
  parting === null ? "the ladders do not part" : `the ladders part at: ${parting}`;

function aloneText({ steps }: Ladder): string {
  const astray = steps.find(({ leads }) => leads === false);
  if (astray !== undefined) return `goes astray at: ${astray.name}`;
  const isUsed = steps.some(({ leads }) => leads === true);
  return isUsed ? "hardware gets to the page" : "no hardware is led to the page";
}
