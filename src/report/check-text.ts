// check-text.ts - what the checks found, for people and as JSON.

import { hex } from "../address.ts";
import type { Checked, Finding } from "../check/check.ts";
import type { Subject } from "../event/field.ts";
import { verdictText } from "./event-text.ts";
import { counted, countOf, inColumns, indented } from "./text.ts";

/** gatt[0x42] */
export const subjectName = ({ family, number }: Subject): string => `${family}[${hex(number)}]`;

/** Findings of one check that the text shows; JSON has all that were kept. */
const SHOWN = 3;

export function checkText(all: readonly Checked[]): string {
  const broken = all.filter(({ count }) => count > 0);
  const rows = all.map((checked) => [checked.check.name, answerOf(checked), checked.check.holds]);
  const parts = broken.map(({ check, count, findings }) => {
    const lines = findings.slice(0, SHOWN).map(findingLine);
    const more = count - lines.length;
    if (more > 0) lines.push(`and ${counted(more)} more`);
    return `${check.name}: ${countOf(count, "finding")}\n${indented(lines.join("\n"))}`;
  });
  return [inColumns(rows), ...parts].join("\n\n");
}

function answerOf(checked: Checked): string {
  if (checked.failure !== null) return failureText(checked.failure);
  const gap = gapText(checked);
  if (checked.count > 0) return [countOf(checked.count, "finding"), ...gap].join("; ");
  return gap.length === 0 ? "holds" : gap.join("; ");
}

/** What a check could not tell, in words; nothing where it could tell all. */
export function gapText({ unknown, undecidable }: Checked): string[] {
  const gap: string[] = [];
  if (unknown !== null)
    gap.push(
      `undecidable ${countOf(unknown.count, "time")} from #${unknown.seq} on: ${unknown.why}`,
    );
  if (undecidable !== null)
    gap.push(`undecidable here from #${undecidable.since} on: ${undecidable.why}`);
  return gap;
}

/** What a check threw, and where. */
export const failureText = ({ seq, error }: NonNullable<Checked["failure"]>): string =>
  `the check failed at #${seq}: ${messageOf(error)}`;

const messageOf = (error: unknown): string =>
  error instanceof Error ? error.message : String(error);

/** "#437 op 5 gatt[0x11]: names 0x1010000:b, ... [wrong-space]" */
export function findingLine(finding: Finding): string {
  const within = finding.op < 0 ? "" : ` op ${finding.op}`;
  return `#${finding.seq}${within} ${findingWords(finding)}`;
}

/** The same without the number of its event and op. */
export function findingWords({ subjects, verdict, says }: Finding): string {
  const about = subjects.length === 0 ? "" : `${subjects.map(subjectName).join(", ")}: `;
  return `${about}${says}${verdict === null ? "" : ` ${verdictText(verdict)}`}`;
}

export const checkJson = (all: readonly Checked[]): unknown =>
  all.map(({ check, count, findings, unknown, undecidable, failure }) => ({
    check: check.name,
    holds: check.holds,
    count,
    findings: findings.map((finding) => ({
      ...finding,
      subjects: finding.subjects.map(subjectName),
    })),
    unknown,
    undecidable,
    failure: failure && { seq: failure.seq, message: messageOf(failure.error) },
  }));
