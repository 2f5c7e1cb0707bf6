// diff-text.ts - a comparison for people: what was compared, how much is alike, what parts first and why.

import { classes, type PairClass } from "../diff/compare.ts";
import type { Comparison, Divergence } from "../diff/diff.ts";
import type { FactPair } from "../diff/facts.ts";
import type { Seen } from "../diff/side.ts";
import { says } from "../event/vocabulary.ts";
import { causesOf } from "../replay/causes.ts";
import type { Trace } from "../replay/trace.ts";
import { colours } from "./colours.ts";
import { addressRows, eventLine, type Told } from "./event-text.ts";
import { counted, countOf, inColumns, indented, titleOf } from "./text.ts";

const explained: { readonly [C in PairClass]: string } = {
  same: "",
  "same after translation": "the same page in another frame",
  "wrong-space": "one side took a pseudo-physical address for a machine address",
  "wrong-frame": "one side gets to another page than the one that was meant",
  missing: "A has it and B does not",
  extra: "B has it and A does not",
  reordered: "both have it, at different places in the op",
};

/** The whole report. */
export function diffText(a: Trace, b: Trace, comparison: Comparison): string {
  const { exact, counts, apart, ops, first, firstDevice, causes } = comparison;
  const rule = exact ? "every number must be the same" : "the same page, whatever its frame";
  const lines = [
    headOf("A", a),
    headOf("B", b),
    "",
    `${countOf(ops, "op")} compared; alike means: ${rule}`,
    indented(
      inColumns(
        classes
          .filter((name) => counts[name] > 0)
          .map((name) => [counted(counts[name]), name, explained[name]]),
      ),
    ),
    `not compared: ${countOf(apart.a, "event")} of A and ${counted(apart.b)} of B,`,
    "the platform's own doings and what the other side cannot record",
    "",
  ];
  const tear = a.torn || b.torn ? " up to the tear" : "";
  if (first === null)
    return [...lines, `${colours.green(colours.bold("alike"))}${tear}`].join("\n");
  lines.push(
    `${colours.bold(colours.red("different"))}, first in ${opText(first)}: ${colours.bold(first.class)}`,
    ...divergenceLines(a, b, first),
  );
  if (firstDevice !== null && firstDevice !== first)
    lines.push(
      "",
      `what the card meets is different first in ${opText(firstDevice)}`,
      ...pairLines(a, b, firstDevice),
    );
  if (causes.length > 0)
    lines.push("", "what goes wrong, by the hook that gave the address", rootsText(comparison));
  return lines.join("\n");
}

const rootsText = ({ causes }: Comparison): string =>
  indented(
    inColumns(
      causes.map(({ root, side, count }) => [
        counted(count),
        `in ${side.toUpperCase()}`,
        root ?? "-",
      ]),
    ),
  );

const headOf = (name: string, { about, count, torn }: Trace): string =>
  `${name}  ${titleOf(about)}, ${about.workload}: ${countOf(count, "event")}${torn ? ", torn" : ""}`;

/** "op 5 bind slot=0 pg_start=0" */
const opText = ({ op }: Divergence): string => says({ kind: "op.began", actor: "workload", ...op });

/** A place where the traces part: both events, their addresses, and where those came from. */
function divergenceLines(a: Trace, b: Trace, divergence: Divergence): string[] {
  const lines = divergence.facts.map((fact) => `  ${factText(fact)}`);
  if (divergence.a === null && divergence.b === null) return lines;
  const told = [toldOf(a, divergence.a), toldOf(b, divergence.b)] as const;
  lines.push(
    ...pairLines(a, b, divergence),
    "",
    indented(inColumns(addressRows(told), ["", "", "A", "B"])),
  );
  for (const [trace, name, one] of [
    [a, "A", told[0]],
    [b, "B", told[1]],
  ] as const)
    if (one !== null && one.causes.length > 0)
      lines.push(
        `  where ${name}'s address came from`,
        ...one.causes.map((cause) => `    ${eventLine(cause, null, trace.about)}`),
      );
  return lines;
}

/** A fact on both sides; of two lists, the first values that differ. */
function factText({ fact, a, b }: FactPair): string {
  if (Array.isArray(a) && Array.isArray(b) && a.length === b.length) {
    const at = a.findIndex((value, i) => JSON.stringify(value) !== JSON.stringify(b[i]));
    return factText({ fact: `${fact}[${at}]`, a: a[at], b: b[at] });
  }
  return `${fact}: ${short(a)} in A, ${short(b)} in B`;
}

const MOST = 80;
function short(value: unknown): string {
  const text = JSON.stringify(value) ?? "nothing";
  return text.length <= MOST ? text : `${text.slice(0, MOST)}... (--json prints all)`;
}

const pairLines = (a: Trace, b: Trace, divergence: Divergence): string[] => [
  `  A ${lineOf(a, divergence.a)}`,
  `  B ${lineOf(b, divergence.b)}`,
];
const lineOf = ({ about }: Trace, seen: Seen | null): string =>
  seen === null ? "has no such event" : eventLine(seen.recorded, seen.verdict, about);

/** An event of a trace with its causes; null for none. */
export const toldOf = (trace: Trace, seen: Seen | null): Told | null =>
  seen && {
    recorded: seen.recorded,
    causes: causesOf(trace, seen.recorded),
    virtBase: trace.about.virtBase,
  };
