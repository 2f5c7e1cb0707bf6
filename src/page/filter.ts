// filter.ts - which events the list lets through: by kind, actor, op, verdict, thing and text, or by what was found in them.

import { type Verdict, verdicts } from "../event/verdict.ts";
import {
  type Actor,
  actors,
  type KindName,
  kindNames,
  type Recorded,
} from "../event/vocabulary.ts";
import { UserError } from "../fault.ts";
import { wrongAt } from "../replay/judged.ts";
import { subjectNamed } from "../replay/subject.ts";
import type { Filter } from "../replay/travel.ts";
import { spoken } from "../report/event-text.ts";
import type { JudgedTrace } from "./judged-trace.ts";
import type { PageTrace } from "./open-trace.ts";
import type { Question } from "./question.ts";
import { rootOf, thingOf } from "./row.ts";

export interface Stretch {
  readonly from: number;
  readonly to: number;
  readonly backwards: boolean;
}

/** The events of a stretch that pass the question's filter. */
export function matching(
  pageTrace: PageTrace,
  question: Question,
  stretch: Stretch,
): Iterable<Recorded> {
  const { trace, travel } = pageTrace;
  const filter = filterOf(trace, question);
  const thing = question.text("thing");
  if (thing === null) return travel.matching(filter, stretch);
  return passing(pageTrace, filter, travel.accesses(subjectNamed(trace, thing), stretch));
}

/** Those of some events, given by their numbers, that pass the question's filter. */
export function matchingAmong(
  pageTrace: PageTrace,
  question: Question,
  seqs: readonly number[],
): Iterable<Recorded> {
  const { trace } = pageTrace;
  const thing = question.text("thing");
  const name = thing === null ? null : subjectNamed(trace, thing).name;
  return passing(pageTrace, filterOf(trace, question), eventsOf(trace, seqs, name));
}

function* eventsOf(
  trace: JudgedTrace,
  seqs: readonly number[],
  thing: string | null,
): Generator<Recorded> {
  for (const seq of seqs) {
    const recorded = trace.event(seq);
    if (recorded !== undefined && (thing === null || thingOf(recorded) === thing)) yield recorded;
  }
}

function* passing(
  { travel, trace }: PageTrace,
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
  const actor = question.text("actor");
  const verdict = question.text("verdict");
  const kinds = question.text("kind");
  const found = foundIn(question);
  const text = question.text("text")?.toLowerCase() ?? null;
  const asked = verdict === null ? null : question.one<Verdict>("verdict", verdicts);
  const conditions = [
    ...(found?.root == null
      ? []
      : [({ seq }: Recorded) => rootOf(wrongAt(trace, seq)) === found.root]),
    // A verdict beside what was found: the search goes by what was found, which is fewer.
    ...(found === null || asked === null
      ? []
      : [({ seq }: Recorded) => wrongAt(trace, seq)?.verdict === asked]),
    ...(text === null ? [] : [(recorded: Recorded) => spokenWith(trace, recorded).includes(text)]),
  ];
  return {
    ...(kinds === null ? {} : { kinds: kindsNamed(kinds) }),
    ...(actor === null ? {} : { actor: question.one<Actor>("actor", actors) }),
    ...(op === null ? {} : { op: question.number("op", 0, 1e9) }),
    ...(found !== null ? { verdict: "wrong" as const } : asked === null ? {} : { verdict: asked }),
    ...(conditions.length === 0
      ? {}
      : { where: (recorded: Recorded) => conditions.every((holds) => holds(recorded)) }),
  };
}

/** Findings, all or those of one root cause; null where they are not asked for. */
function foundIn(question: Question): { readonly root: string | null } | null {
  const found = question.text("found");
  // Where they part two traces are asked, and these events are given by their numbers.
  if (found === null || found === "divergences") return null;
  if (found === "findings") return { root: null };
  if (found.startsWith("root:")) return { root: found.slice("root:".length) };
  throw new UserError(`found is '${found}'; known: findings, divergences, root:NAME`);
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
