// transfers-text.ts - two kernels' runs for people: whose requests moved what, and where their memory is cut.

import type { PairClass } from "../diff/compare.ts";
import type { Comparison } from "../diff/comparison.ts";
import type { Transferred } from "../diff/transfers.ts";
import { type Reason, reasons } from "../diff/transfers.ts";
import { counted, inColumns } from "./text.ts";

/** What the classes mean where pieces of a disk are compared. */
export const ofPieces: { readonly [C in PairClass]?: string } = {
  same: "the same blocks, by the same bus address",
  "same after translation":
    "the same blocks, by another bus address; both reached the page that was meant",
  missing: "in A alone: an op, blocks that it moves, or what its device met",
  extra: "in B alone: an op, blocks that it moves, or what its device met",
};

const why: { readonly [R in Reason]: string } = {
  frames: "cut where the other side joins: pages follow, their frames do not",
  pages: "cut where the other side joins: pages do not follow",
  other: "cut where the other side joins: both follow, or it is not known",
};

/** A table of requests and segments; empty for any other comparison. */
export function transferText({ transferred }: Comparison): string {
  if (transferred === null) return "";
  const { requests, shared, segments, unplaced, cuts } = transferred;
  const row = (what: string, a: number, b: number) => [what, counted(a), counted(b)];
  return [
    inColumns(
      [
        row("requests", requests.a, requests.b),
        row("  for the same blocks on both sides", shared, shared),
        row("segments of memory", segments.a, segments.b),
        ...(unplaced.a + unplaced.b > 0
          ? [row("  which blocks they hold is not known", unplaced.a, unplaced.b)]
          : []),
        ...reasons
          .filter((reason) => reason !== "other" || cuts.a.other + cuts.b.other > 0)
          .map((reason) => row(`  ${why[reason]}`, cuts.a[reason], cuts.b[reason])),
      ],
      ["", "A", "B"],
    ),
    ...blind(transferred),
  ].join("\n");
}

/** What a recording lacks that tells of no blocks. */
const blind = ({ segments, unplaced }: Transferred): string[] =>
  (["a", "b"] as const)
    .filter((side) => segments[side] === unplaced[side])
    .map(
      (side) =>
        `no request of ${side.toUpperCase()} tells its blocks: trace nvme:nvme_setup_cmd and ` +
        "libata:ata_qc_issue beside its mappings",
    );
