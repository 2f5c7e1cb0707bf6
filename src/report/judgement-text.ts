// judgement-text.ts - what a trace comes to, in words: right, wrong or undecided, and on what that rests.

import type { Judgement, Refusal, Uses } from "../judgement/judgement.ts";
import { inLine } from "../visible.ts";
import { colours } from "./colours.ts";
import { counted, countOf } from "./text.ts";

/** A trace as far as the words go: whether its end is missing, and its last event. */
export interface Extent {
  readonly torn: boolean;
  readonly count: number;
}

/** "right: 5,070 of 5,911 uses, 12 of them placed by inference; 841 unknown" */
export function judgementLine(
  { word, uses, wrong, faults }: Judgement,
  { torn, count }: Extent,
): string {
  if (word === "wrong") {
    const found = `${countOf(wrong.events, "wrong event")}, the first #${wrong.first}`;
    return `${colours.red("wrong")}: ${[found, faultsText(faults), usesText(uses, " right")].filter((part) => part !== "").join("; ")}`;
  }
  if (word === "right" && torn)
    return `undecided: right as far as it goes (#${count}, torn): ${usesText(uses)}`;
  if (word === "right") return `${colours.green("right")}: ${usesText(uses)}`;
  return `undecided: ${uses.unknown === 0 ? "nothing in it is a use that could be judged" : usesText(uses)}`;
}

const faultsText = (faults: number): string => (faults === 0 ? "" : countOf(faults, "fault"));

function usesText({ right, wrong, unknown, inferred }: Uses, how = ""): string {
  const total = right + wrong + unknown;
  if (total === 0) return "no use of a number could be judged";
  return [
    `${counted(right)} of ${countOf(total, "use")}${how}`,
    ...(inferred === 0 ? [] : [`, ${counted(inferred)} of them placed by inference`]),
    ...(unknown === 0 ? [] : [`; ${counted(unknown)} unknown`]),
  ].join("");
}

/** "op 0 init: -ENOMEM, refused by ioremap_nocache at #27 (foreign-ram)" */
export function refusalText({ op, name, errno, by }: Refusal): string {
  const returned = `op ${op} ${inLine(name)}: ${errnoName(errno)}`;
  if (by === null) return returned;
  const who = by.text === null ? "" : ` by ${inLine(by.text)}`;
  return `${returned}, refused${who} at #${by.seq} (${by.fault})`;
}

/** The same as JSON; nothing of a trace that could not be judged. */
export const judgementJson = (judgement: Judgement | null): object => {
  if (judgement === null) return {};
  const { word, uses, faults, findings, wrong, refusals } = judgement;
  return {
    judgement: word,
    uses,
    faults: { total: faults },
    findings: { total: findings },
    wrong,
    refusals,
  };
};

/** asm-generic/errno-base.h, errno.h: those that the driver and its callers return. */
const errnos: { readonly [code: number]: string } = {
  1: "EPERM",
  2: "ENOENT",
  5: "EIO",
  9: "EBADF",
  11: "EAGAIN",
  12: "ENOMEM",
  13: "EACCES",
  14: "EFAULT",
  16: "EBUSY",
  19: "ENODEV",
  22: "EINVAL",
  25: "ENOTTY",
  28: "ENOSPC",
};
export const errnoName = (errno: number): string =>
  errnos[-errno] === undefined ? `${errno}` : `-${errnos[-errno]}`;
