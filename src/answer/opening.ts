// opening.ts - where a page opens that has nothing wrong to show: in the middle of what was run.

/** A position as the command line has it, by the number of the last op: at both ends the tables are empty. */
export const openingOf = (lastOp: number): string =>
  lastOp > 0 ? `op:${Math.ceil(lastOp / 2)}` : "50%";
