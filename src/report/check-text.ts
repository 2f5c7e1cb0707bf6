// check-text.ts - what the checks found, for people and as JSON.

import { hex } from "../address.ts";
import type { Checked, Finding } from "../check/check.ts";
import type { Subject } from "../event/field.ts";
import { inLine } from "../visible.ts";
import { verdictText } from "./event-text.ts";
import { counted, countOf, inColumns, indented, wrapped } from "./text.ts";

/** gatt[0x42] */
export const subjectName = ({ family, number }: Subject): string => `${family}[${hex(number)}]`;

/** Findings of one check that the text shows; JSON has all that were kept. */
const SHOWN = 3;

/** What a check comes to over a trace. */
export const answers = [
  "findings",
  "failed", // it threw
  "undecidable",
  "holds",
  "not applicable",
] as const;
export type Answer = (typeof answers)[number];

export function answerOf({ failure, count, unknown, undecidable, held }: Checked): Answer {
  if (failure !== null) return "failed";
  if (count > 0) return "findings";
  if (held > 0) return "holds";
  return unknown === null && undecidable === null ? "not applicable" : "undecidable";
}

/** A row a check, what was found first; with `all` also those to which no event applies, one by one. */
export function checkText(checked: readonly Checked[], all: boolean): string {
  const inOrder = answers.flatMap((answer) => checked.filter((one) => answerOf(one) === answer));
  const idle = inOrder.filter((one) => answerOf(one) === "not applicable");
  const shown = all ? inOrder : inOrder.filter((one) => !idle.includes(one));
  const rows = shown.map((one) => [one.check.name, answerText(one), one.check.holds]);
  const parts = inOrder
    .filter(({ count }) => count > 0)
    .map(({ check, count, findings }) => {
      const lines = findings.slice(0, SHOWN).map(findingLine);
      const more = count - lines.length;
      if (more > 0) lines.push(`and ${counted(more)} more`);
      return `${check.name}: ${countOf(count, "finding")}\n${indented(lines.join("\n"))}`;
    });
  return [
    ...(rows.length === 0 ? [] : [inColumns(rows)]),
    ...(all || idle.length === 0
      ? []
      : [
          wrapped(
            `not applicable, no such event: ${idle.map(({ check }) => check.name).join(", ")}`,
          ),
        ]),
    ...parts,
  ].join("\n\n");
}

function answerText(checked: Checked): string {
  const gap = gapText(checked);
  switch (answerOf(checked)) {
    case "failed":
      return failureText(checked.failure!);
    case "findings":
      return [countOf(checked.count, "finding"), ...gap].join("; ");
    case "holds":
      return [`holds (over ${counted(checked.held)})`, ...gap].join("; ");
    case "undecidable":
      return gap.join("; ");
    case "not applicable":
      return "not applicable: no such event";
  }
}

/** What a check could not tell, in words; nothing where it could tell all. */
export function gapText({ unknown, undecidable }: Checked): string[] {
  const gap: string[] = [];
  if (unknown !== null)
    gap.push(
      `undecidable ${countOf(unknown.count, "time")} from #${unknown.seq} on: ${inLine(unknown.why)}`,
    );
  if (undecidable !== null)
    gap.push(`undecidable here from #${undecidable.since} on: ${inLine(undecidable.why)}`);
  return gap;
}

/** What a check threw, and where. */
export const failureText = ({ seq, error }: NonNullable<Checked["failure"]>): string =>
  `the check failed at #${seq}: ${messageOf(error)}`;

const messageOf = (error: unknown): string =>
  inLine(error instanceof Error ? error.message : String(error));

/** "#437 op 5 gatt[0x11]: names 0x1010000:b, ... [wrong-space]" */
export function findingLine(finding: Finding): string {
  const within = finding.op < 0 ? "" : ` op ${finding.op}`;
  return `#${finding.seq}${within} ${findingWords(finding)}`;
}

/** The same without the place. */
export function findingWords({ subjects, verdict, says }: Finding): string {
  const about = subjects.length === 0 ? "" : `${subjects.map(subjectName).join(", ")}: `;
  return `${about}${inLine(says)}${verdict === null ? "" : ` ${verdictText(verdict)}`}`;
}

export const checksJson = (all: readonly Checked[]): unknown =>
  all.map((checked) => {
    const { check, held, count, findings, unknown, undecidable, failure } = checked;
    return {
      check: check.name,
      holds: check.holds,
      answer: answerOf(checked),
      over: held,
      count,
      findings: findings.map((finding) => ({
        ...finding,
        subjects: finding.subjects.map(subjectName),
      })),
      unknown,
      undecidable,
      failure: failure && { seq: failure.seq, message: messageOf(failure.error) },
    };
  });
