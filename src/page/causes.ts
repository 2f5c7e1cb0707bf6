// causes.ts - where things came from: the chain of causes of an event, an entry with its writer, the culprits.

import type { CulpritsAnswer, EntryAnswer, Step, WhyAnswer } from "../answer/shapes.ts";
import type { Recorded } from "../event/vocabulary.ts";
import { UserError } from "../fault.ts";
import { blameOf } from "../replay/blame.ts";
import { whyOf } from "../replay/provenance.ts";
import { subjectNamed } from "../replay/subject.ts";
import { wordText } from "../report/event-text.ts";
import { kindCount } from "../report/kind-nouns.ts";
import { subjectRows } from "../report/subject-text.ts";
import { addresses } from "../report/why-text.ts";
import type { PageTrace } from "./open-trace.ts";
import type { Question } from "./question.ts";
import { rowOf } from "./row.ts";
import { visible } from "./visible.ts";

/** The event that is asked about: the one at the moment, or the last change of a thing up to there. */
export function askedEvent({ trace, travel }: PageTrace, question: Question): Recorded | undefined {
  const at = question.at(trace);
  const thing = question.text("thing");
  return thing === null ? trace.event(at) : travel.lastChange(subjectNamed(trace, thing), at);
}

export function whyAnswer(pageTrace: PageTrace, question: Question): WhyAnswer {
  const asked = askedEvent(pageTrace, question);
  return { steps: asked === undefined ? [] : stepsOf(pageTrace, asked) };
}

export const stepsOf = ({ trace }: PageTrace, asked: Recorded): Step[] =>
  whyOf(trace, asked).map(({ recorded, role, explains }) => ({
    row: rowOf(trace, recorded),
    role,
    explains,
    addresses: addresses(recorded.event, trace.about),
  }));

/** One subject at a moment: what it is, and who made it so. */
export function entryAnswer(pageTrace: PageTrace, question: Question): EntryAnswer {
  const { trace, travel } = pageTrace;
  const thing = question.text("thing");
  if (thing === null) throw new UserError("no thing is named; write thing=gatt[0x10]");
  const subject = subjectNamed(trace, thing);
  const at = question.at(trace);
  const change = travel.lastChange(subject, at);
  const rows = subjectRows(travel, subject, travel.stateAt(at)).slice(0, 40);
  const word = change === undefined ? null : wordText(change.event, trace.about);
  const written = change === undefined ? {} : addresses(change.event, trace.about);
  return {
    thing: subject.name,
    facts: [
      ...rows.map(({ subject, value }): [string, string] => [subject, visible(value)]),
      ...(word === null ? [] : [["word", word] satisfies [string, string]]),
      ...Object.entries(written).map(([space, value]): [string, string] => [space, value]),
    ],
    verdict: change === undefined ? null : rowOf(trace, change).verdict,
    writer: change === undefined ? null : rowOf(trace, change),
  };
}

/** All that is wrong by root cause. */
export const culpritsAnswer = ({ trace }: PageTrace): CulpritsAnswer => ({
  culprits: blameOf(trace).map(({ root, count, first, kinds, verdicts, checks }) => ({
    root: root === null ? null : visible(root),
    count,
    first,
    kinds: kinds.map(({ kind, count }) => kindCount(kind, count)),
    verdicts: [...verdicts],
    checks: [...checks],
  })),
});
