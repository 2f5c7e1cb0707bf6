// demo-text.ts - five runs of one workload and a table of all others, as the story of the mail of 17 March 2005.
//
// Every number and name in the story is taken from the traces.

import { hex } from "../address.ts";
import type { Comparison } from "../diff/comparison.ts";
import type { JudgedEvent } from "../diff/cursor.ts";
import { compare } from "../diff/diff.ts";
import { tagName } from "../event/device.ts";
import { addressesOf } from "../event/verdict.ts";
import { blameOf } from "../replay/blame.ts";
import { judgedOf } from "../replay/judged.ts";
import { outcomeOf } from "../replay/outcome.ts";
import type { Trace } from "../replay/trace.ts";
import { colours } from "./colours.ts";
import { answerText, withCauses } from "./diff-text.ts";
import { addressRows, verdictText } from "./event-text.ts";
import { errnoName } from "./judgement-text.ts";
import { type Cell, matrixTable } from "./matrix-text.ts";
import { counted, countOf, inColumns, indented } from "./text.ts";

export interface DemoRuns {
  /** The driver as it was: on a bare PC, under Xen, and under Xen with an ioremap that forgives. */
  readonly native: Trace;
  readonly refused: Trace;
  readonly lenient: Trace;
  /** The driver with the mail's four functions. */
  readonly nativeGart: Trace;
  readonly xenGart: Trace;
}

export const demoText = (
  { native, refused, lenient, nativeGart, xenGart }: DemoRuns,
  cells: readonly Cell[],
): string =>
  [
    "Keir Fraser to LKML, 17 March 2005: why agpgart does not run under Xen, and four functions that help.",
    "A graphics card reads main memory through the GART, a table of page addresses that the driver agpgart",
    "writes. No kernel stands between: the table must hold the pages' machine addresses.",
    "",
    colours.bold("1. agpgart takes the addresses from virt_to_phys(), as it did up to 2.6.12-rc6"),
    `   on a bare PC    ${outcome(native)}`,
    `   under Xen       ${outcome(refused)}`,
    ...refusalText(refused),
    `   if it forgave   ${outcome(lenient)}`,
    "",
    ...partingText(native, lenient),
    "",
    colours.bold(
      "2. agpgart takes them from the mail's functions, virt_to_gart() and its three companions",
    ),
    `   on a bare PC    ${outcome(nativeGart)}`,
    `   under Xen       ${outcome(xenGart)}`,
    `   compared        ${alikeText(compare(nativeGart, xenGart, { readAll: true }))}`,
    "",
    colours.bold("3. All that the thread proposed, each with four pages of AGP memory"),
    indented(matrixTable(cells)),
  ].join("\n");

/** Why Xen's ioremap says no. */
function refusalText(refused: Trace): string[] {
  const { seq, event } = outcomeOf(refused).first!.recorded;
  const { bus, machine } = addressesOf(event);
  return [
    `                   Event #${seq}: the driver asks ioremap for its new table, at ${hex(bus!)}. That is the`,
    "                   kernel's own numbering; Xen's ioremap takes machine addresses. The table is at",
    `                   ${hex(machine!)}; the RAM at machine ${hex(bus!)} is not this kernel's, so Xen refuses.`,
  ];
}

/** Where native and forgiving Xen part: the five addresses, and what the card makes of them. */
function partingText(native: Trace, lenient: Trace): string[] {
  const { first, firstDevice } = compare(native, lenient);
  const { op, a, b } = first!;
  const rows = addressRows([withCauses(native, a), withCauses(lenient, b)]);
  rows.push(["", "", verdictText(a!.verdict!), verdictText(b!.verdict!)]);
  const heading = ["", "", `bare PC, #${a!.recorded.seq}`, `Xen, #${b!.recorded.seq}`];
  const roots = blameOf(lenient).filter(({ root }) => root !== null);
  const card = addressesOf(firstDevice!.b!.recorded.event);
  return [
    `   First to go wrong, in ${op.name}: ${b!.recorded.event.place} tells the chipset where the table is.`,
    indented(indented(inColumns(rows, heading))),
    "   The chipset then walks a stranger's page instead of the table. Where the card reads",
    `   ${hex(card.bus!)} in the aperture, it meets ${metText(firstDevice!.a!)} on the bare PC and ${metText(firstDevice!.b!)} under Xen.`,
    `   ${countOf(judgedOf(lenient).judgement.wrong.events, "event")} go wrong, because of ${countOf(roots.length, "place")} in the driver:`,
    ...roots.map(({ root, count }) => `     ${counted(count)} from ${root}`),
  ];
}

function alikeText(comparison: Comparison): string {
  const { counts, first } = comparison;
  const verdict = first === null ? answerText(comparison) : colours.red(colours.bold("different"));
  const moved = counted(counts["same after translation"]);
  return `${verdict}: ${countOf(counts.same, "event")} the same, ${moved} the same page in another frame`;
}

/** How a run ended: what init returned, whether any op failed, what the card met. */
function outcome(trace: Trace): string {
  const { errno, reads, rightReads } = outcomeOf(trace);
  if (errno !== null)
    return colours.red(`the driver does not load: init returns ${errnoName(errno)}`);
  const failed = judgedOf(trace).judgement.refusals.count;
  const codes = failed === 0 ? "every return code is 0" : countOf(failed, "error");
  const text = `${counted(rightReads)} of ${counted(reads)} reads by the card meet the right page`;
  return `${codes}; ${rightReads === reads ? colours.green(text) : colours.red(text)}`;
}

const metText = ({ recorded: { event } }: JudgedEvent): string =>
  event.kind === "device.read" ? tagName(event.tag) : "nothing";
