// breakpoint.ts - where a debugger is to stop: breakpoints on what an event is, watchpoints on a subject's past and future.

import { subjectCode } from "../event/field.ts";
import { hookNames } from "../event/hook.ts";
import { verdicts } from "../event/verdict.ts";
import {
  actors,
  declarationOf,
  type KindName,
  kindNames,
  type Recorded,
} from "../event/vocabulary.ts";
import { nearest, UserError, unknownName } from "../fault.ts";
import type { Stretch } from "../replay/changes.ts";
import { momentOf } from "../replay/position.ts";
import type { Subject } from "../replay/subject.ts";
import type { Trace } from "../replay/trace.ts";
import type { Filter, TimeTravel } from "../replay/travel.ts";
import { always, type Condition, conditionOf, type Demand } from "./condition.ts";

/** What to stop at: one event, events of a sort, or those that change a subject, look at it, or either. */
export type Target =
  | { readonly at: "event"; readonly seq: number }
  | { readonly at: "filter"; readonly filter: Filter }
  | { readonly at: "change" | "read" | "access"; readonly subject: Subject };

export interface Breakpoint {
  readonly number: number;
  /** As it was asked for, without its condition. */
  readonly text: string;
  readonly target: Target;
  readonly condition: Condition | null;
  /** How often the session stopped at it. */
  hits: number;
}

/** "SPEC if CONDITION" in its two parts. */
export function splitCondition(text: string): [spec: string, condition: Condition | null] {
  const [, spec, condition] = /^(.*?)(?:(?:^|\s+)if\b\s*(.*))?$/.exec(text.trim())!;
  return [spec!, condition === undefined ? null : conditionOf(condition)];
}

type Find = (trace: Trace, name: string) => Target | null;

const one = <T extends string>(list: readonly T[], name: unknown): T | undefined =>
  list.find((known) => known === name);
const filtered = (filter: Filter | null): Target | null =>
  filter === null ? null : { at: "filter", filter };
const began: readonly KindName[] = ["op.began"];

/** What each sort of breakpoint makes of a name; in this order where the text names no sort. */
const sorts: { readonly [sort: string]: Find } = {
  kind: (_, name) => {
    const kinds = kindNames.filter((kind) => kind === name || kind.startsWith(`${name}.`));
    return filtered(kinds.length === 0 ? null : { kinds });
  },
  hook: (_, name) => {
    const hook = one(hookNames, name);
    return filtered(hook === undefined ? null : { hook });
  },
  verdict: (_, name) => {
    const verdict = one([...verdicts, "wrong"] as const, name);
    return filtered(verdict === undefined ? null : { verdict });
  },
  actor: (_, name) => {
    const actor = one(actors, name);
    return filtered(actor === undefined ? null : { actor });
  },
  function: (trace, name) => filtered(trace.names.places.includes(name) ? { place: name } : null),
  op: (trace, name) => {
    if (/^\d+$/.test(name)) return { at: "event", seq: momentOf(trace, `op:${name}`) };
    const where = ({ event }: Recorded) => event.kind === "op.began" && event.name === name;
    for (const row of trace.ops()) if (row.name === name) return filtered({ kinds: began, where });
    return null;
  },
};

/** What can be written after `break`, for messages and help. */
export const breakable =
  "a kind of event (gatt.written, or gatt for all of them), a hook, a verdict (or 'wrong' for every bad one), " +
  "an actor, a function, an op by its name, or a position; 'kind', 'hook', 'verdict', 'actor', 'function' or " +
  "'op' before a name resolves a name of several sorts";

/** What a breakpoint's words mean in this trace; a UserError says what they could have been. */
export function targetOf(trace: Trace, spec: string): Target {
  if (/^(#|\d|op:|mark:|end$)/.test(spec)) return { at: "event", seq: momentOf(trace, spec) };
  const [, sort, name] = /^(\w+)[\s:]\s*(.+)$/.exec(spec) ?? [];
  if (sort !== undefined && sort in sorts) {
    const found = sorts[sort]!(trace, name!);
    if (found !== null) return found;
    throw unknownName(sort, name!, namesOf(trace)[sort]!);
  }
  for (const find of Object.values(sorts)) {
    const found = find(trace, spec);
    if (found !== null) return found;
  }
  const near = nearest(spec, Object.values(namesOf(trace)).flat());
  const hint = near === undefined ? "" : `, did you mean '${near}'`;
  throw new UserError(`nothing to stop at is called '${spec}'${hint}; write ${breakable}`);
}

/** The names of each sort, ops by the names that the first of them have. */
export function namesOf(trace: Trace): { readonly [sort: string]: readonly string[] } {
  const ops = new Set<string>();
  let looked = 0;
  for (const { name } of trace.ops()) {
    ops.add(name);
    if (++looked === LOOKED) break;
  }
  const families = new Set(kindNames.map((kind) => kind.split(".")[0]!));
  return {
    kind: [...kindNames, ...families],
    hook: hookNames,
    verdict: [...verdicts, "wrong"],
    actor: actors,
    function: trace.names.places,
    op: [...ops],
  };
}
const LOOKED = 1000;

/** The nearest event in a stretch at which this stop holds; undefined where there is none. */
export function nearestHit(
  travel: TimeTravel,
  { target, condition }: Breakpoint,
  stretch: Stretch,
): Recorded | undefined {
  let nearest: Recorded | undefined;
  let { from, to } = stretch;
  for (const one of narrowed(target, condition, travel.trace)) {
    const found = firstOf(travel, one, condition, { ...stretch, from, to });
    if (found === undefined) continue;
    nearest = found;
    if (stretch.backwards) from = found.seq + 1;
    else to = found.seq - 1;
  }
  return nearest;
}

function firstOf(
  travel: TimeTravel,
  target: Target,
  condition: Condition | null,
  stretch: Stretch,
): Recorded | undefined {
  const { virtBase } = travel.trace.about;
  for (const recorded of candidates(travel, target, stretch))
    if (condition === null) return recorded;
    else if (condition.holds({ recorded, virtBase, verdict: () => travel.verdict(recorded) }))
      return recorded;
  return undefined;
}

/** The target with what the condition demands of every event, as far as it can be looked for; several to look for it. */
function narrowed(target: Target, condition: Condition | null, trace: Trace): readonly Target[] {
  if (target.at !== "filter" || condition === null) return [target];
  const { filter } = target;
  let { actor, place, verdict } = filter;
  let kinds = filter.hook === undefined ? (filter.kinds ?? kindNames) : (["hook.called"] as const);
  for (const { field, value } of condition.demands) {
    if (field === "kind") kinds = kinds.filter((kind) => value === null || kind === value);
    else if (field === "actor") actor ??= one(actors, value);
    else if (field === "place") place ??= one(trace.names.places, value);
    else if (field === "verdict") verdict ??= one(verdicts, value);
    else if (!always.includes(field))
      kinds = kinds.filter((kind) => field in declarationOf(kind).fields);
  }
  const found: Filter = {
    ...filter,
    ...(actor === undefined ? {} : { actor }),
    ...(place === undefined ? {} : { place }),
    ...(verdict === undefined ? {} : { verdict }),
  };
  if (kinds.length === kindNames.length) return [{ at: "filter", filter: found }];
  return [...bySubject(condition.demands, kinds)].map(([subject, kinds]) => ({
    at: "filter",
    filter: { ...found, kinds, ...(subject === null ? {} : { subject }) },
  }));
}

/** Kinds by the subject that a demand names: entry 3 is one of the table for some, of the directory for others. */
function bySubject(
  demands: readonly Demand[],
  kinds: readonly KindName[],
): Map<number | null, KindName[]> {
  const named = demands.find(
    ({ field, value }) => typeof value === "number" && value >= 0 && !always.includes(field),
  );
  const found = new Map<number | null, KindName[]>();
  for (const kind of kinds) {
    const family = named === undefined ? null : declarationOf(kind).fields[named.field]?.family;
    const subject = family == null ? null : subjectCode(family, named!.value as number);
    found.set(subject, [...(found.get(subject) ?? []), kind]);
  }
  return found;
}

function candidates(travel: TimeTravel, target: Target, stretch: Stretch): Iterable<Recorded> {
  switch (target.at) {
    case "event": {
      if (target.seq < stretch.from || target.seq > stretch.to) return [];
      const recorded = travel.trace.event(target.seq);
      return recorded === undefined ? [] : [recorded];
    }
    case "filter":
      return travel.matching(target.filter, stretch);
    case "change":
      return travel.changes(target.subject, stretch);
    case "read":
      return travel.reads(target.subject, stretch);
    case "access":
      return travel.accesses(target.subject, stretch);
  }
}
