// diff-text.ts - a comparison for people: what was compared, how much is alike, what differs first and why.

import { hex } from "../address.ts";
import type { Cause } from "../diff/causes.ts";
import { classes } from "../diff/compare.ts";
import {
  type Apart,
  answerOf,
  type Comparison,
  type Divergence,
  hasCompared,
  type Scattered,
} from "../diff/comparison.ts";
import type { JudgedEvent } from "../diff/cursor.ts";
import type { FactPair } from "../diff/facts.ts";
import type { Compared } from "../diff/in-memory.ts";
import { vocabulary } from "../event/vocabulary.ts";
import { judgedOf, wordOf } from "../replay/judged.ts";
import { causesOf } from "../replay/provenance.ts";
import { inLine } from "../visible.ts";
import { colours } from "./colours.ts";
import {
  addressRows,
  type EventWithCauses,
  eventLine,
  judgedLine,
  wordText,
} from "./event-text.ts";
import { explained, glossary } from "./glossary.ts";
import { kindCount } from "./kind-nouns.ts";
import { counted, countOf, inColumns, indented, titleOf } from "./text.ts";
import { ofPieces, transferText } from "./transfers-text.ts";

/** How much of a comparison is printed. */
export interface DiffOptions {
  /** Events before and after the first divergence. */
  readonly context: number;
  readonly only: "all" | "first" | "counts";
}

/** A trace and the file it is in. */
export interface InFile {
  readonly file: string;
  readonly trace: Compared;
}

/** The whole report. */
export function diffText(
  inA: InFile,
  inB: InFile,
  comparison: Comparison,
  { context, only }: DiffOptions,
): string {
  const [a, b] = [inA.trace, inB.trace];
  const head = [headOf("A", inA), headOf("B", inB), `A ${judgedText(a)}`, `B ${judgedText(b)}`, ""];
  const counts = [...countsLines(comparison), ""];
  const tear = a.torn || b.torn ? " up to the tear" : "";
  const { first } = comparison;
  const verdict =
    first === null
      ? [answerText(comparison)]
      : [
          `${colours.bold(colours.red("different"))}${tear}, first in ${opText(first)}: ${colours.bold(first.class)}`,
        ];
  if (only === "counts") return [...head, ...counts, ...verdict].join("\n");
  const parting = first === null ? [] : partingLines(a, b, comparison, first, context);
  if (only === "first") return explained([...head, ...verdict, ...parting]).join("\n");
  return explained([
    ...head,
    ...counts,
    ...verdict,
    ...parting,
    ...section("what it goes back to", causesText(comparison.causes)),
    ...section("one range on one side, scattered on the other", scatteredText(comparison)),
    ...section(
      "what took no part, being the platform's or one side's alone",
      apartText(comparison),
    ),
    ...section("how events found their partners", alignmentText(comparison)),
  ]).join("\n");
}

/** One line: whether, what first, and how much. */
export function briefText(comparison: Comparison): string {
  const { first, counts, causes, unread } = comparison;
  if (first === null) {
    const read = counts.same + counts["same after translation"];
    const parts = [
      ...(unread.ops > 0 ? [`${countOf(unread.ops, "op")} by signature`] : []),
      ...(read > 0 ? [countOf(read, "pair")] : []),
    ];
    const answer = answerText(comparison);
    return parts.length === 0 ? answer : `${answer}: ${parts.join(", ")}`;
  }
  const parted = classes.slice(2).reduce((sum, name) => sum + counts[name], 0);
  const root = causes.find((cause) => cause.root !== null)?.root;
  const because = root == null ? "" : `, ${inLine(root)}`;
  return `different: ${first.class} first in ${opText(first)}${because}; ${countOf(parted, "divergence")}`;
}

/** Where nothing differs: how far that goes. */
export function answerText(comparison: Comparison): string {
  if (answerOf(comparison) === "alike") return colours.green(colours.bold("alike"));
  if (!hasCompared(comparison)) return "undecided: nothing could be compared";
  const { a, b } = comparison.extents;
  const sides = [
    ["A", a],
    ["B", b],
  ] as const;
  const torn = sides
    .filter(([, extent]) => extent.torn)
    .map(([name, { count }]) => `${name} goes (#${count}, torn)`);
  const lost = sides
    .filter(([, extent]) => extent.lost > 0)
    .map(([name, extent]) => `${countOf(extent.lost, "lost record")} of ${name}`);
  return [
    "alike",
    ...(torn.length === 0 ? [] : [` as far as ${torn.join(" and ")}`]),
    ...(lost.length === 0 ? [] : [` but for ${lost.join(" and ")}`]),
  ].join("");
}

/** "right"; "wrong: 8,193 wrong events, the first #32817" */
export function judgedText(trace: Compared): string {
  const { events, first } = judgedOf(trace).judgement.wrong;
  const word = wordOf(trace);
  if (word === "right") return colours.green(word);
  return word === "wrong"
    ? `${colours.red(word)}: ${countOf(events, "wrong event")}, the first #${first}`
    : word;
}

const section = (title: string, text: string): string[] =>
  text === "" ? [] : ["", title, indented(text)];

function countsLines(comparison: Comparison): string[] {
  const { exact, counts, ops, unread, unknown, transferred } = comparison;
  const isOfPieces = transferred !== null;
  const same = isOfPieces
    ? "the same blocks of a disk, moved from or to the page that was meant"
    : "the same page, whatever its frame";
  const rule = exact ? "every number must be the same" : same;
  const signed =
    unread.ops === 0
      ? ""
      : `; ${counted(unread.ops)} agree by signature, their ${countOf(unread.events, "event")} unread`;
  const rows = classes
    .filter((name) => counts[name] > 0)
    .map((name) => {
      const means = name === "same" ? "" : glossary.get(name)!.means;
      return [counted(counts[name]), name, (isOfPieces ? ofPieces[name] : null) ?? means];
    });
  if (unknown > 0)
    rows.push([
      counted(unknown),
      "unknown",
      isOfPieces
        ? "one side does not say which blocks it holds, or where it leads"
        : "one side does not say where the number leads",
    ]);
  return [
    `${countOf(ops, "op")} compared${signed}`,
    `alike means: ${rule}`,
    ...(rows.length === 0 ? [] : [indented(inColumns(rows))]),
    ...(isOfPieces ? [indented(transferText(comparison))] : []),
  ];
}

function partingLines(
  a: Compared,
  b: Compared,
  { firstDevice }: Comparison,
  first: Divergence,
  context: number,
): string[] {
  const lines = divergenceLines(a, b, first);
  for (const [trace, name, seen] of [
    [a, "A", first.a],
    [b, "B", first.b],
  ] as const)
    if (context > 0 && seen !== null) lines.push("", ...contextLines(trace, name, seen, context));
  if (firstDevice === null || firstDevice === first) return lines;
  return [
    ...lines,
    "",
    `what the card meets is different first in ${opText(firstDevice)}`,
    ...pairLines(a, b, firstDevice),
  ];
}

function contextLines(trace: Compared, name: string, seen: JudgedEvent, context: number): string[] {
  const { seq } = seen.recorded;
  const events = trace.events(Math.max(1, seq - context), Math.min(trace.count, seq + context));
  return [
    `around it in ${name}`,
    ...Array.from(
      events,
      (recorded) =>
        `${recorded.seq === seq ? "> " : "  "}${eventLine(recorded, null, trace.about)}`,
    ),
  ];
}

const headOf = (name: string, { file, trace: { about, count, torn } }: InFile): string =>
  `${name}  ${inLine(file)}: ${titleOf(about)}, ${inLine(`${about.chipset}, ${about.workload}`)}: ${countOf(count, "event")}${torn ? ", torn" : ""}`;

/** "op 5 bind slot=0 pg_start=0" */
export const opText = ({ op }: Divergence): string => inLine(vocabulary["op.began"].text(op));

/** An event at which the traces part: both events, their addresses, and where those came from. */
function divergenceLines(a: Compared, b: Compared, divergence: Divergence): string[] {
  const lines = divergence.facts.map((fact) => `  ${factText(fact)}`);
  if (divergence.a === null && divergence.b === null) return lines;
  const sides = [withCauses(a, divergence.a), withCauses(b, divergence.b)] as const;
  const rows = addressRows(sides);
  const decoded = [decodedText(a, divergence.a), decodedText(b, divergence.b)];
  if (decoded.some((text) => text !== "-"))
    rows.push(["word", "and what it decodes to", ...decoded]);
  lines.push(...pairLines(a, b, divergence), "", indented(inColumns(rows, ["", "", "A", "B"])));
  for (const [trace, name, one] of [
    [a, "A", sides[0]],
    [b, "B", sides[1]],
  ] as const)
    if (one !== null && one.causes.length > 0)
      lines.push(
        `  where ${name}'s address came from`,
        ...one.causes.map((cause) => `    ${eventLine(cause, null, trace.about)}`),
      );
  return lines;
}

const decodedText = ({ about }: Compared, seen: JudgedEvent | null): string =>
  seen === null ? "-" : (wordText(seen.recorded.event, about) ?? "-");

/** Two lines: the event on each side. */
export const pairText = (a: Compared, b: Compared, divergence: Divergence): string =>
  [
    `${divergence.class} in ${opText(divergence)}`,
    ...divergence.facts.map((fact) => `  ${factText(fact)}`),
    ...(divergence.a === null && divergence.b === null ? [] : pairLines(a, b, divergence)),
  ].join("\n");

/** A fact on both sides; of two lists, the first values that differ. */
export function factText({ fact, a, b }: FactPair): string {
  if (fact === "operation" && (a === null || b === null))
    return `${a === null ? "A" : "B"} has no such op`;
  if (Array.isArray(a) && Array.isArray(b) && a.length === b.length) {
    const at = a.findIndex((value, i) => JSON.stringify(value) !== JSON.stringify(b[i]));
    return factText({ fact: `${fact}[${at}]`, a: a[at], b: b[at] });
  }
  return `${inLine(fact)}: ${short(a)} in A, ${short(b)} in B`;
}

const LONGEST_VALUE = 80;
function short(value: unknown): string {
  const text = JSON.stringify(value) ?? "nothing";
  return text.length <= LONGEST_VALUE
    ? text
    : `${text.slice(0, LONGEST_VALUE)}... (--json prints all)`;
}

const pairLines = (a: Compared, b: Compared, divergence: Divergence): string[] => [
  `  A ${lineOf(a, divergence.a)}`,
  `  B ${lineOf(b, divergence.b)}`,
];
const lineOf = ({ about }: Compared, seen: JudgedEvent | null): string =>
  seen === null ? "has no such event" : judgedLine(seen.recorded, seen.verdict, seen.wrong, about);

/** An event of a trace with its causes; null for none. */
export const withCauses = (trace: Compared, seen: JudgedEvent | null): EventWithCauses | null =>
  seen && {
    recorded: seen.recorded,
    causes: causesOf(trace, seen.recorded),
    virtBase: trace.about.virtBase,
  };

/** Ranges that are printed one by one. */
const MOST_RANGES = 10;

function scatteredText({ scattered }: Comparison): string {
  const rows = scattered
    .slice(0, MOST_RANGES)
    .map(({ op, what, from, pages, runs }: Scattered) => [
      `op ${op}`,
      what === "table" ? "the table" : `block at entry ${hex(from)}`,
      countOf(pages, "page"),
      `${countOf(runs.a, "run")} in A`,
      `${countOf(runs.b, "run")} in B`,
    ]);
  const rest = scattered.length - rows.length;
  return [
    ...(rows.length === 0 ? [] : [inColumns(rows)]),
    ...(rest > 0 ? [`and ${countOf(rest, "range")} more`] : []),
  ].join("\n");
}

function alignmentText(comparison: Comparison): string {
  const { unmatched, opsByPosition, opsAlone, isGuess, transferred } = comparison;
  const lines: string[] = [];
  if (transferred !== null)
    lines.push(
      "pieces of memory by the bytes of the disk that they hold, in each op the n-th time",
    );
  else if (unmatched.a + unmatched.b > 0)
    lines.push(
      "by what they say apart from addresses, in order; without a partner: " +
        `${countOf(unmatched.a, "event")} of A, ${counted(unmatched.b)} of B`,
    );
  if (opsAlone > 0)
    lines.push(
      `ops by name and arguments; without a partner: ${countOf(opsAlone, "op")}, not read`,
    );
  if (opsByPosition > 0)
    lines.push(
      `a guess: ${countOf(opsByPosition, "pair")} of ops by name and position alone, their arguments differ`,
    );
  if (isGuess)
    lines.push("a guess: in one op the sides share nothing for longer than partners are sought");
  return lines.join("\n");
}

/** Causes that are printed one by one. */
const MOST_CAUSES = 12;

/** "2,048 entries, one cause: virt_to_phys in agp_allocate_memory, in B from op 4 on" */
export function causesText(causes: readonly Cause[]): string {
  const lines = causes.slice(0, MOST_CAUSES).map(({ root, after, side, count, kinds, op }) => {
    if (after !== null)
      return (
        `${countOf(count, "event")} ${kinds[0]!.class}: op ${after.op} ${inLine(after.name)} returned ` +
        `${JSON.stringify(after.a)} in A and ${JSON.stringify(after.b)} in B`
      );
    const where = `in ${side.toUpperCase()} from op ${op} on`;
    if (root !== null) {
      const what = kinds.map(({ kind, count }) => kindCount(kind, count)).join(", ");
      return `${what}, one cause: ${inLine(root)}, ${where}`;
    }
    return kinds
      .map((one) => `${kindCount(one.kind, one.count)} ${one.class}, ${where}`)
      .join("; ");
  });
  const rest = causes.slice(MOST_CAUSES).reduce((sum, { count }) => sum + count, 0);
  if (rest > 0) lines.push(`and ${countOf(rest, "divergence")} more`);
  return lines.join("\n");
}

/** By side: how many events of which kind only that side's platform made, or only one side can have. */
export function apartText({ apartBy }: Comparison): string {
  const rows = (["a", "b"] as const).flatMap((side) => {
    const by = apartBy[side];
    const rest = by.slice(MOST_CAUSES).reduce((sum, { count }) => sum + count, 0);
    return [
      ...by.slice(0, MOST_CAUSES).map((apart) => [counted(apart.count), nameOf(apart)]),
      ...(rest > 0 ? [[counted(rest), "others"]] : []),
    ].map((row, i) => [i === 0 ? side.toUpperCase() : "", ...row]);
  });
  return rows.length === 0 ? "" : inColumns(rows);
}

function nameOf({ kind, which }: Apart): string {
  if (which === null) return kind;
  return kind === "fault.raised"
    ? `${kind}, told at the access that it blocks`
    : `${kind} ${which}`;
}
