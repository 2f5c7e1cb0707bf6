// row.ts - an event as a row of the table `event`, and back; derived from the vocabulary.
//
// The codes of kinds, actors and places belong to one trace, which carries their names with it.

import { type Column, columns, families, type Place, SUBJECT_FAMILIES } from "./field.ts";
import {
  actors,
  declared,
  type Event,
  type KindName,
  kindNames,
  type Recorded,
} from "./vocabulary.ts";

/** A row: one number or null for each of `columns`, in their order. */
export type Row = (number | null)[];

const column = Object.fromEntries(columns.map((name, i) => [name, i])) as { [C in Column]: number };
export const ROW_WIDTH = columns.length;

/** The texts that belong to an event and stand outside its row. */
export interface Texts {
  readonly note?: string | undefined;
  readonly op?: { name: string; arguments: string; result: string | null } | undefined;
}

interface Step {
  readonly name: string;
  readonly at: number;
  readonly codes: Map<string, number> | null;
  readonly names: readonly string[] | null;
  readonly unit: number;
  /** The family's code, or -1 where the field is no subject. */
  readonly family: number;
}
interface Plan {
  readonly kind: KindName;
  readonly steps: readonly Step[];
  /** The fields kept outside the row, by where they are kept. */
  readonly outside: readonly { name: string; in: Place }[];
}

const isColumn = (place: Place): place is Column => place in column;

const plans = new Map<string, Plan>(
  kindNames.map((kind) => {
    const fields = Object.entries(declared(kind).fields);
    const steps = fields.flatMap(([name, field]): Step[] =>
      isColumn(field.in)
        ? [
            {
              name,
              at: column[field.in],
              codes: field.names && new Map(field.names.map((value, code) => [value, code])),
              names: field.names,
              unit: field.unit,
              family: field.family === null ? -1 : families.indexOf(field.family),
            },
          ]
        : [],
    );
    const outside = fields.flatMap(([name, field]) =>
      isColumn(field.in) ? [] : [{ name, in: field.in }],
    );
    return [kind, { kind, steps, outside }];
  }),
);

const actorCodes = new Map<string, number>(actors.map((actor, code) => [actor, code]));
const kindCodes = new Map<string, number>(kindNames.map((kind, code) => [kind, code]));

/** The codes of place names, given out in the order in which a trace meets them. */
export class Places {
  readonly names: string[] = [];
  readonly #codes = new Map<string, number>();

  codeOf(name: string): number {
    let code = this.#codes.get(name);
    if (code === undefined) {
      code = this.names.push(name) - 1;
      this.#codes.set(name, code);
    }
    return code;
  }
}

/**
 * Writes the event's row into `target` from index `start` on; columns it does not fill become null.
 * Hot: once an event while recording, about 0.15 us (bench: record).
 */
export function encodeRow(
  target: Row,
  start: number,
  seq: number,
  op: number,
  event: Event,
  places: Places,
): void {
  const plan = plans.get(event.kind)!;
  for (let i = start + ROW_WIDTH - 1; i > start; i--) target[i] = null;
  target[start] = seq;
  target[start + column.kind] = kindCodes.get(event.kind)!;
  if (op >= 0) target[start + column.op] = op;
  target[start + column.actor] = actorCodes.get(event.actor)!;
  if (event.place != null) target[start + column.place] = places.codeOf(event.place);
  if (event.at != null) target[start + column.at] = event.at;
  if (event.cause != null) target[start + column.cause] = event.cause;
  const values = event as unknown as {
    readonly [name: string]: number | string | null | undefined;
  };
  for (const step of plan.steps) {
    const value = values[step.name];
    if (value == null) continue;
    const at = start + step.at;
    if (step.codes !== null)
      target[at] = (target[at] ?? 0) + step.codes.get(value as string)! * step.unit;
    else if (step.family >= 0) target[at] = (value as number) * SUBJECT_FAMILIES + step.family;
    else target[at] = value as number;
  }
}

/** What of the event stands outside its row. */
export function textsOf(event: Event): Texts {
  switch (event.kind) {
    case "op.began":
      return { op: { name: event.name, arguments: JSON.stringify(event.arguments), result: null } };
    case "op.ended":
      return { op: { name: "", arguments: "", result: JSON.stringify(event.result) } };
    case "message.logged":
      return { note: event.text };
    case "call.entered":
    case "call.returned":
    case "fault.raised":
      return event.text == null ? {} : { note: event.text };
    default:
      return {};
  }
}

/** Reads rows of one trace, by that trace's own lists of names. */
export class RowReader {
  readonly #plans: readonly Plan[];
  readonly #actors: readonly string[];
  readonly #places: readonly string[];

  constructor(names: {
    kinds: readonly string[];
    actors: readonly string[];
    places: readonly string[];
  }) {
    this.#plans = names.kinds.map((kind) => plans.get(kind)!);
    this.#actors = names.actors;
    this.#places = names.places;
  }

  decode(row: Row, texts: Texts): Recorded {
    const plan = this.#plans[row[column.kind]!]!;
    const event: { [name: string]: unknown } = {
      kind: plan.kind,
      actor: this.#actors[row[column.actor]!],
    };
    const place = row[column.place];
    if (place != null) event.place = this.#places[place];
    if (row[column.at] != null) event.at = row[column.at];
    if (row[column.cause] != null) event.cause = row[column.cause];
    for (const step of plan.steps) {
      const value = row[step.at];
      if (value == null) continue;
      if (step.names !== null) {
        const code = Math.floor(value / step.unit);
        event[step.name] = step.names[step.unit === 1 ? code % 256 : code];
      } else event[step.name] = step.family >= 0 ? Math.floor(value / SUBJECT_FAMILIES) : value;
    }
    for (const { name, in: place } of plan.outside) {
      if (place === "note") {
        if (texts.note !== undefined) event[name] = texts.note;
      } else if (place === "op.name") event[name] = texts.op!.name;
      else if (place === "op.arguments") event[name] = JSON.parse(texts.op!.arguments);
      else event[name] = JSON.parse(texts.op!.result!);
    }
    return {
      seq: row[column.seq]!,
      op: row[column.op] ?? -1,
      event: event as unknown as Event,
    };
  }
}

/** The names that the small integers of the fields of named values stand for, for the table `name`. */
export const nameTable: readonly { kind: string; code: number; name: string }[] = kindNames.flatMap(
  (kind) =>
    Object.values(declared(kind).fields).flatMap((field) =>
      field.names === null || !isColumn(field.in)
        ? []
        : field.names.map((name, code) => ({ kind, code: code * field.unit, name })),
    ),
);
