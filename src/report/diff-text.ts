// diff-text.ts - a comparison for people: what was compared, how much is alike, what parts first and why.

import pc from "picocolors";
import { classes } from "../diff/compare.ts";
import type { Comparison, Divergence } from "../diff/diff.ts";
import type { Seen } from "../diff/side.ts";
import type { About } from "../event/trace.ts";
import { causesOf } from "../replay/causes.ts";
import type { Trace } from "../replay/trace.ts";
import { addressRows, eventLine, type Told } from "./event-text.ts";
import { counted, countOf, inColumns } from "./text.ts";

/** "xen-i386, gart hooks, lenient ioremap" */
export const titleOf = ({ platform, hooks, options, source }: About): string =>
  [
    platform,
    `${hooks} hooks`,
    ...(options.lenientIoremap === true ? ["lenient ioremap"] : []),
    ...(source === "imported" ? ["imported"] : []),
  ].join(", ");

/** The whole report. */
export function diffText(a: Trace, b: Trace, comparison: Comparison): string {
  const { exact, counts, apart, ops, first, firstDevice, roots } = comparison;
  const rule = exact
    ? "every number must be the same"
    : "equal means the same page, whatever its frame";
  const lines = [
    `A  ${titleOf(a.about)}, ${a.about.workload}: ${countOf(a.count, "event")}${torn(a)}`,
    `B  ${titleOf(b.about)}, ${b.about.workload}: ${countOf(b.count, "event")}${torn(b)}`,
    `${countOf(ops, "op")} compared; ${rule}`,
    "",
    inColumns(
      classes.filter((name) => counts[name] > 0).map((name) => [counted(counts[name]), name]),
    ),
    `${counted(apart.a)} of A and ${counted(apart.b)} of B stand apart: the platform's own doings, and what the other side cannot record`,
    "",
  ];
  if (first === null) return [...lines, pc.green(pc.bold("alike"))].join("\n");
  lines.push(`${pc.bold(pc.red("different"))}, first in ${opText(first)}: ${pc.bold(first.class)}`);
  lines.push(...divergenceLines(a, b, first));
  if (firstDevice !== null && firstDevice !== first)
    lines.push(
      "",
      `what a device met instead, first in ${opText(firstDevice)}`,
      ...pairLines(firstDevice),
    );
  if (roots.length > 0)
    lines.push(
      "",
      "by cause",
      inColumns(
        roots.map(({ root, side, count }) => [
          "",
          counted(count),
          `${root}, in ${side.toUpperCase()}`,
        ]),
      ),
    );
  return lines.join("\n");
}

const torn = (trace: Trace): string => (trace.torn ? ", torn: compared up to the tear" : "");
const opText = ({ op }: Divergence): string =>
  `op ${op.op} ${op.name} ${JSON.stringify(op.arguments)}`;

/** A place where the traces part: both events, their addresses, and where those came from. */
function divergenceLines(a: Trace, b: Trace, divergence: Divergence): string[] {
  const lines = divergence.facts.map(
    ({ fact, a: left, b: right }) =>
      `  ${fact}: ${JSON.stringify(left)} in A, ${JSON.stringify(right)} in B`,
  );
  if (divergence.a === null && divergence.b === null) return lines;
  const told = [toldOf(a, divergence.a), toldOf(b, divergence.b)] as const;
  lines.push(...pairLines(divergence), "", addressTable(told));
  for (const [i, name] of ["A", "B"].entries())
    if (told[i] != null && told[i].causes.length > 0)
      lines.push(
        `  where ${name}'s address came from`,
        ...told[i].causes.map((cause) => `    ${eventLine(cause, null)}`),
      );
  return lines;
}

const pairLines = ({ a, b }: Divergence): string[] => [`  A ${lineOf(a)}`, `  B ${lineOf(b)}`];
const lineOf = (seen: Seen | null): string =>
  seen === null ? "has no such event" : eventLine(seen.recorded, seen.verdict);

/** An event of a trace with its causes; null for none. */
export const toldOf = (trace: Trace, seen: Seen | null): Told | null =>
  seen && {
    recorded: seen.recorded,
    causes: causesOf(trace, seen.recorded),
    virtBase: trace.about.virtBase,
  };

/** The five addresses of two events, side by side. */
export function addressTable(
  told: readonly (Told | null)[],
  heading: readonly string[] = ["A", "B"],
): string {
  return inColumns(
    addressRows(told).map((row) => ["", ...row]),
    ["", "", "", ...heading],
  );
}
