// row.ts - an event as a row of a list.

import type { Row } from "../answer/shapes.ts";
import { families, SUBJECT_FAMILIES } from "../event/field.ts";
import { isWrong } from "../event/verdict.ts";
import { type Recorded, subjectOf } from "../event/vocabulary.ts";
import type { WrongEvent } from "../judgement/judgement.ts";
import { wrongAt } from "../replay/judged.ts";
import { verdictIn } from "../replay/provenance.ts";
import { onBus, subjectAt } from "../replay/subject.ts";
import { spoken } from "../report/event-text.ts";
import type { JudgedTrace } from "./judged-trace.ts";
import { visible } from "./visible.ts";

export function rowOf(trace: JudgedTrace, recorded: Recorded): Row {
  const { seq, op, event } = recorded;
  const wrong = wrongAt(trace, seq);
  const verdict = wrong?.verdict ?? verdictIn(trace, recorded);
  return {
    seq,
    op,
    kind: event.kind,
    actor: event.actor,
    place: event.place ?? null,
    says: visible(spoken(event, trace.about)),
    verdict,
    wrong: wrong !== null,
    check: wrong === null || isWrong(verdict) ? null : wrong.check,
    root: rootOf(wrong),
    thing: thingOf(recorded),
  };
}

/** What a wrong event goes back to: a call or a function; else the check that found it. */
export const rootOf = (wrong: WrongEvent | null): string | null =>
  wrong === null ? null : visible(wrong.root ?? `check ${wrong.check}`);

/** What the event is about, as people name it; null for nothing. */
export function thingOf({ event }: Recorded): string | null {
  if ("handle" in event) return onBus("dma", event.handle).name;
  const subject = subjectOf(event);
  if (subject === null) return null;
  const family = families[subject % SUBJECT_FAMILIES]!;
  return subjectAt(family, Math.floor(subject / SUBJECT_FAMILIES)).name;
}
