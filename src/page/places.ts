// places.ts - where a key or a link of the page leads: the next op, the previous finding, the last change of a thing.

import type { PlaceAnswer } from "../answer/shapes.ts";
import { UserError } from "../fault.ts";
import { momentOf } from "../replay/position.ts";
import { subjectNamed } from "../replay/subject.ts";
import type { PageTrace } from "./open-trace.ts";
import type { Question } from "./question.ts";

const targets = ["op", "wrong", "change"] as const;

export function placeAnswer({ trace, travel }: PageTrace, question: Question): PlaceAnswer {
  const at = question.at(trace);
  const forward = question.isForward;
  switch (question.one("what", targets)) {
    case "op": {
      const began = { kinds: ["op.began"] } as const;
      const op = forward ? travel.next(began, at) : travel.previous(began, at);
      return { at: op?.seq ?? null };
    }
    case "wrong": {
      const wrong = forward
        ? trace.judged.wrong(at + 1, trace.count, false)
        : trace.judged.wrong(1, at - 1, true);
      for (const { seq } of wrong) return { at: seq };
      return { at: null };
    }
    case "change": {
      const subject = subjectNamed(trace, thingOf(question));
      const change = forward ? travel.nextChange(subject, at) : travel.previousChange(subject, at);
      return { at: change?.seq ?? null };
    }
  }
}

/** The wrong event or the fault nearest to a moment, of those between two events. */
export function markAnswer({ trace, travel }: PageTrace, question: Question): PlaceAnswer {
  const at = question.at(trace);
  const from = question.number("from", 0, Number.MAX_SAFE_INTEGER);
  const to = question.number("to", 0, Number.MAX_SAFE_INTEGER);
  const found: number[] = [];
  for (const stretch of [
    { from: at, to, backwards: false },
    { from, to: at, backwards: true },
  ]) {
    const wrong = trace.judged.wrong(stretch.from, stretch.to, stretch.backwards);
    for (const marks of [wrong, travel.matching({ kinds: ["fault.raised"] }, stretch)])
      for (const { seq } of marks) {
        found.push(seq);
        break;
      }
  }
  const nearest = Math.min(...found.map((seq) => Math.abs(seq - at)));
  return { at: found.find((seq) => Math.abs(seq - at) === nearest) ?? null };
}

/** A position as the command line has it, and a thing in its shortest form. */
export function positionAnswer({ trace }: PageTrace, question: Question): PlaceAnswer {
  const position = question.text("position");
  const thing = question.text("thing");
  return {
    at: position === null ? null : momentOf(trace, position),
    ...(thing === null ? {} : { thing: subjectNamed(trace, thing).name }),
  };
}

function thingOf(question: Question): string {
  const thing = question.text("thing");
  if (thing === null)
    throw new UserError("choose a thing first: a cell of a map, or what an event is about");
  return thing;
}
