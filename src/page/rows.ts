// rows.ts - events as rows of a list: all of them from one to another, or those that a filter lets through.

import type { Row, RowsAnswer } from "../answer/shapes.ts";
import { families, SUBJECT_FAMILIES } from "../event/field.ts";
import { isWrong, type Verdict, verdicts } from "../event/verdict.ts";
import {
  type Actor,
  actors,
  type KindName,
  kindNames,
  type Recorded,
  subjectOf,
} from "../event/vocabulary.ts";
import { UserError } from "../fault.ts";
import { wrongAt } from "../replay/judged.ts";
import { verdictIn } from "../replay/provenance.ts";
import { subjectAt, subjectNamed } from "../replay/subject.ts";
import type { Filter } from "../replay/travel.ts";
import { spoken } from "../report/event-text.ts";
import type { JudgedTrace } from "./judged-trace.ts";
import type { Shown } from "./open-trace.ts";
import type { Question } from "./question.ts";
import { visible } from "./visible.ts";

/** Rows to an answer at most. */
const MOST = 512;
/** Events that one search looks at before it answers with what it has. */
const REACH = 262144;

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
    thing: thingOf(recorded),
  };
}

/** What the event is about, as people name it; null for nothing. */
function thingOf({ event }: Recorded): string | null {
  const subject = subjectOf(event);
  if (subject === null) return null;
  const family = families[subject % SUBJECT_FAMILIES]!;
  return subjectAt(family, Math.floor(subject / SUBJECT_FAMILIES)).name;
}

/** All events from one to another. */
export function rowsBetween({ trace }: Shown, question: Question): RowsAnswer {
  const from = question.number("from", 1, Number.MAX_SAFE_INTEGER);
  const to = Math.min(question.number("to", 0, Number.MAX_SAFE_INTEGER), from + MOST - 1);
  const rows = Array.from(trace.events(from, Math.min(to, trace.count)), (recorded) =>
    rowOf(trace, recorded),
  );
  return { rows, from, to };
}

/** The events nearest to one, on one side of it, that a filter lets through; as far as one search reaches. */
export function rowsFiltered(shown: Shown, question: Question): RowsAnswer {
  const { trace } = shown;
  const start = question.number("from", 0, Number.MAX_SAFE_INTEGER);
  const backwards = question.one("way", ["next", "previous"]) === "previous";
  const limit = question.number("limit", 1, MOST, 100);
  const [from, to] = backwards
    ? [Math.max(1, start - REACH + 1), Math.min(start, trace.count)]
    : [Math.max(1, start), Math.min(start + REACH - 1, trace.count)];
  const rows: Row[] = [];
  for (const recorded of matching(shown, question, { from, to, backwards })) {
    rows.push(rowOf(trace, recorded));
    if (rows.length === limit) break;
  }
  const isCut = rows.length === limit;
  const last = rows.at(-1)?.seq;
  if (!backwards) return { rows, from, to: isCut ? last! : to };
  return { rows: rows.reverse(), from: isCut ? last! : from, to };
}

interface Stretch {
  readonly from: number;
  readonly to: number;
  readonly backwards: boolean;
}

function matching(shown: Shown, question: Question, stretch: Stretch): Iterable<Recorded> {
  const { trace, travel } = shown;
  const filter = filterOf(trace, question);
  const thing = question.text("thing");
  if (thing === null) return travel.matching(filter, stretch);
  return passing(shown, filter, travel.accesses(subjectNamed(trace, thing), stretch));
}

/** Those events of a subject that pass the rest of a filter. */
function* passing(
  { travel, trace }: Shown,
  filter: Filter,
  events: Iterable<Recorded>,
): Generator<Recorded> {
  const { kinds, actor, op, verdict, where } = filter;
  for (const recorded of events) {
    const { event, seq } = recorded;
    if (kinds !== undefined && !kinds.includes(event.kind)) continue;
    if (actor !== undefined && event.actor !== actor) continue;
    if (op !== undefined && recorded.op !== op) continue;
    if (verdict === "wrong" && wrongAt(trace, seq) === null) continue;
    if (verdict !== undefined && verdict !== "wrong" && travel.verdict(recorded) !== verdict)
      continue;
    if (where === undefined || where(recorded)) yield recorded;
  }
}

function filterOf(trace: JudgedTrace, question: Question): Filter {
  const op = question.text("op");
  const text = question.text("text")?.toLowerCase();
  const actor = question.text("actor");
  const verdict = question.text("verdict");
  const kinds = question.text("kind");
  return {
    ...(kinds === null ? {} : { kinds: kindsNamed(kinds) }),
    ...(actor === null ? {} : { actor: question.one<Actor>("actor", actors) }),
    ...(op === null ? {} : { op: question.number("op", 0, 1e9) }),
    ...(verdict === null
      ? {}
      : { verdict: question.one<Verdict | "wrong">("verdict", ["wrong", ...verdicts]) }),
    ...(text === undefined
      ? {}
      : { where: (recorded: Recorded) => spokenWith(trace, recorded).includes(text) }),
  };
}

const spokenWith = (trace: JudgedTrace, { event }: Recorded): string =>
  `${event.kind} ${event.actor} ${event.place ?? ""} ${spoken(event, trace.about)}`.toLowerCase();

/** Kinds or families of them, separated by commas. */
function kindsNamed(text: string): KindName[] {
  const found = text
    .split(",")
    .flatMap((name) => kindNames.filter((kind) => kind === name || kind.startsWith(`${name}.`)));
  if (found.length === 0)
    throw new UserError(
      `no kind of event is called '${text}'; write one such as gatt.written, or gatt`,
    );
  return found;
}
