// places.ts - where a key or a link of the page leads: the next op, the previous finding, the last change of a thing.

import type { PlaceAnswer } from "../answer/shapes.ts";
import { UserError } from "../fault.ts";
import { momentOf } from "../replay/position.ts";
import { subjectNamed } from "../replay/subject.ts";
import type { Shown } from "./open-trace.ts";
import type { Question } from "./question.ts";

const targets = ["op", "wrong", "change"] as const;

export function placeAnswer({ trace, travel }: Shown, question: Question): PlaceAnswer {
  const at = question.at(trace);
  const forward = question.one("way", ["next", "previous"]) === "next";
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

/** A position as the command line has it, and a thing in its shortest form. */
export function positionAnswer({ trace }: Shown, question: Question): PlaceAnswer {
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
