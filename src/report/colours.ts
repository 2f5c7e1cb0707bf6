// colours.ts - red, green and bold on a terminal; plain text in a pipe or a file.

import pc from "picocolors";

const { FORCE_COLOR, NO_COLOR, TERM } = process.env;

/** picocolors' own rule would colour a pipe too wherever CI is set. */
export const colours = pc.createColors(
  !NO_COLOR && (!!FORCE_COLOR || (process.stdout.isTTY === true && TERM !== "dumb")),
);

/** Colours from now on or none, whatever was found out before. */
export function setColours(on: boolean): void {
  Object.assign(colours, pc.createColors(on));
}
