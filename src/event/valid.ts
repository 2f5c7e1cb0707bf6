// valid.ts - whether an event that a program made is one of the vocabulary, by the declaration of its kind.

import { PAST_BUS } from "../address.ts";
import { type ErrorCode, nearest } from "../fault.ts";
import { FAR_HANDLE, type Field } from "./field.ts";
import { actors, declarationOf, type Event, type KindName, kindNames } from "./vocabulary.ts";

/** What is wrong with an event. */
export interface Flaw {
  readonly code: ErrorCode;
  /** The field that it is about; null for the event as a whole. */
  readonly field: string | null;
  readonly says: string;
}

type Values = { readonly [name: string]: unknown };

/** Bytes that an event can be about: replay goes through them page by page. */
export const MOST_BYTES = 2 ** 36;

/** The first thing that is wrong with an event that is to be number `seq`; null where nothing is. */
export function flawOf(event: Event, seq: number): Flaw | null {
  const values = (event ?? {}) as unknown as Values;
  const known = kindNames.find((kind) => kind === values.kind);
  if (known === undefined)
    return { code: "ERR_EVENT_KIND", field: "kind", says: unknown("kind", values.kind, kindNames) };
  return headerFlaw(values, seq) ?? fieldsFlaw(values, known);
}

/** "no kind 'page.alocated'; did you mean page.allocated?" */
export function unknown(what: string, name: unknown, known: readonly string[]): string {
  const near = nearest(String(name), known);
  return `no ${what} '${String(name)}'${near === undefined ? "" : `; did you mean ${near}?`}`;
}

function headerFlaw({ actor, place, cause, at }: Values, seq: number): Flaw | null {
  if (!actors.some((one) => one === actor))
    return { code: "ERR_EVENT_FIELD", field: "actor", says: unknown("actor", actor, actors) };
  if (place != null && typeof place !== "string") return wrongType("place", "a string");
  if (at != null && !Number.isSafeInteger(at)) return wrongType("at", "a whole number");
  if (cause == null) return null;
  if (!Number.isSafeInteger(cause) || (cause as number) < 1)
    return wrongType("cause", "the number of an event");
  if ((cause as number) < seq) return null;
  const says = `event #${cause as number} does not come before this one, #${seq}`;
  return { code: "ERR_EVENT_CAUSE", field: "cause", says };
}

const header = ["kind", "actor", "place", "cause", "at"];

function fieldsFlaw(values: Values, kind: KindName): Flaw | null {
  const { fields } = declarationOf(kind);
  for (const name of Object.keys(values)) {
    if (name in fields || header.includes(name)) continue;
    const says = unknown(`field of ${kind}`, name, [...Object.keys(fields), ...header]);
    return { code: "ERR_EVENT_FIELD", field: name, says };
  }
  for (const [name, field] of Object.entries(fields)) {
    const value = values[name];
    const flaw = value == null ? missing(name, field) : valueFlaw(name, field, value);
    if (flaw !== null) return flaw;
  }
  const { size, handle, bus } = values;
  if ("handle" in fields && (handle as number | bigint) >= FAR_HANDLE && handle !== bus)
    return outOfRange("handle", handle as number | bigint, "from 2^48 on it is the event's bus");
  return typeof size === "number" && size > MOST_BYTES
    ? outOfRange("size", size, `at most ${MOST_BYTES} bytes`)
    : null;
}

const missing = (name: string, { optional }: Field): Flaw | null =>
  optional ? null : { code: "ERR_EVENT_FIELD", field: name, says: "is missing" };

function valueFlaw(name: string, field: Field, value: unknown): Flaw | null {
  if (field.names !== null)
    return field.names.some((one) => one === value)
      ? null
      : { code: "ERR_EVENT_FIELD", field: name, says: unknown("such value", value, field.names) };
  if (field.in === "note" || field.in === "op.name")
    return typeof value === "string" ? null : wrongType(name, "a string");
  if (field.in === "op.arguments" || field.in === "op.result")
    return isFacts(value) ? null : wrongType(name, "an object of facts");
  if (typeof value === "bigint" && (field.in === "bus" || field.family === "dma"))
    return value > Number.MAX_SAFE_INTEGER && value < PAST_BUS
      ? null
      : outOfRange(name, value, "a number below 2^53, or a bigint from there below 2^64");
  if (typeof value !== "number") return wrongType(name, "a number");
  if (!Number.isSafeInteger(value)) return outOfRange(name, value, "a whole number below 2^53");
  const [least, highest] = field.range;
  // A handle that no subject's column has room for stands there by the event's bus.
  const most = field.form === "handle" ? Number.MAX_SAFE_INTEGER : highest;
  if (value >= least && value <= most) return null;
  const wanted = most < Number.MAX_SAFE_INTEGER ? `${least} to ${most}` : `${least} or more`;
  return outOfRange(name, value, wanted);
}

/** Numbers, texts, null, lists and objects by their names. */
const isFacts = (value: unknown): boolean =>
  isRecord(value) &&
  Object.values(value).every(
    (one) =>
      one === null ||
      typeof one === "string" ||
      Number.isFinite(one) ||
      Array.isArray(one) ||
      isRecord(one),
  );
const isRecord = (value: unknown): value is Values =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const wrongType = (field: string, wanted: string): Flaw => ({
  code: "ERR_EVENT_FIELD",
  field,
  says: `must be ${wanted}`,
});

const outOfRange = (field: string, value: number | bigint, wanted: string): Flaw => ({
  code: "ERR_EVENT_RANGE",
  field,
  says: `${value} is out of range: ${wanted}`,
});
