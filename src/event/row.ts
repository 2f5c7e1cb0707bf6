// row.ts - an event as a row of the table `event`, and back; derived from the vocabulary.
//
// The codes of kinds, actors and places belong to one trace, which carries their names with it.

import { bus as busAddress, PAST_BUS } from "../address.ts";
import { type DamagedTrace, damagedEvent } from "../fault.ts";
import {
  type Column,
  at as column,
  columns,
  FAR_HANDLE,
  type Facts,
  type Field,
  families,
  handleNumber,
  MOST_SUBJECT,
  SECOND,
  type Storage,
  SUBJECT_FAMILIES,
} from "./field.ts";
import { parseFacts } from "./json.ts";
import { presentArguments } from "./op.ts";
import {
  actors,
  declarationOf,
  type Event,
  type KindName,
  kindNames,
  type Recorded,
} from "./vocabulary.ts";

/**
 * A row: one number or null for each of `columns`, in their order. Of a bus address from 2^53 on its column has the page,
 * which is exact there, and the number behind the columns the byte in it: `busIn` gives the whole.
 */
export type Row = (number | null)[];

/** The numbers of one or more rows, each `ROW_WIDTH` wide. What a row does not fill is any number or null. */
export interface Cells {
  [index: number]: number | null;
}

/** Where the byte within a page stands, and how wide a row is with it. */
export const WITHIN = columns.length;
export const ROW_WIDTH = columns.length + 1;
const FAR = 1 << WITHIN;

/** The bus address of the row that begins at `start`. */
export function busIn(row: Cells, start = 0): number | bigint | null {
  const bus = row[start + column.bus] ?? null;
  if (bus === null || bus <= Number.MAX_SAFE_INTEGER) return bus;
  return BigInt(bus) + BigInt(row[start + WITHIN] ?? 0);
}

/** Puts a bus address from 2^53 on into a row. */
export function putFar(row: Cells, start: number, bus: bigint): void {
  const within = bus % 4096n;
  row[start + column.bus] = Number(bus - within);
  row[start + WITHIN] = Number(within);
}

/** The texts that belong to an event and stand outside its row. */
export interface Texts {
  readonly note?: string | undefined;
  readonly op?: { name: string; arguments: string; result: string | null } | undefined;
}

/** Rows of a trace in a row, and the texts of those that have any. */
export interface Rows {
  readonly rows: readonly Row[];
  readonly notes: readonly (readonly [seq: number, text: string])[];
}

/** A field that stands in a column. */
interface Step {
  readonly name: string;
  readonly at: number;
  readonly bit: number;
  readonly codes: Map<string, number> | null;
  readonly names: readonly string[] | null;
  readonly unit: number;
  readonly firstCode: number;
  /** The family's code, or -1 where the field is no subject. */
  readonly family: number;
  readonly optional: boolean;
  /** What the column can hold. */
  readonly least: number;
  readonly most: number;
}
interface Plan {
  readonly kind: KindName;
  readonly code: number;
  readonly steps: readonly Step[];
  /** The fields kept outside the row, by where they are kept. */
  readonly outside: readonly { name: string; in: Storage }[];
  /** How many of the steps no event leaves out. */
  readonly needed: number;
  /** All that an event of this kind can say, by its name in the event. */
  readonly entries: ReadonlyMap<string, Entry>;
  /** The entries in the order in which the last event had them: most of a kind are alike. */
  readonly order: Entry[];
}
/** How a field is put in the row: as a number, by a list of names, as a subject, as a function, or not at all. */
const [NUMBER, NAMED, SUBJECT, BUS, HANDLE, PLACE, OUTSIDE] = [0, 1, 2, 3, 4, 5, 6] as const;
type Encoding =
  | typeof NUMBER
  | typeof NAMED
  | typeof SUBJECT
  | typeof BUS
  | typeof HANDLE
  | typeof PLACE
  | typeof OUTSIDE;
const DMA = families.indexOf("dma");
/** What becomes of a field of an event. */
interface Entry {
  readonly name: string;
  readonly encoding: Encoding;
  readonly at: number;
  readonly bit: number;
  readonly codes: ReadonlyMap<string, number>;
  readonly unit: number;
  readonly family: number;
  readonly needed: boolean;
  readonly isNumber: boolean;
  /** What it can be, where it is a number. */
  readonly least: number;
  readonly most: number;
  // The name of the last event and its code: a look-up in the map costs some 8 ns.
  lastName: unknown;
  lastCode: number;
}

const isColumn = (place: Storage): place is Column => place in column;

const entryOf = (name: string, encoding: Encoding, parts: Partial<Entry> = {}): Entry => ({
  ...{
    name,
    encoding,
    at: 0,
    bit: 0,
    codes: new Map(),
    unit: 1,
    family: -1,
    needed: false,
    isNumber: ![NAMED, PLACE, OUTSIDE].some((none) => none === encoding),
    least: -Number.MAX_SAFE_INTEGER,
    most: Number.MAX_SAFE_INTEGER,
    lastName: null,
    lastCode: 0,
  },
  ...parts,
});
const inColumn = (name: Column, encoding: Encoding, codes = new Map<string, number>()): Entry =>
  entryOf(name, encoding, { at: column[name], bit: 1 << column[name], codes });
const plainAt = (at: number): Encoding => (at === column.bus ? BUS : NUMBER);
const isNeeded = ({ names, optional }: Step): boolean => names === null && !optional;
const entryOfStep = (step: Step): Entry => {
  const { name, at, bit, codes, unit, family, least } = step;
  const encoding =
    codes !== null ? NAMED : family === DMA ? HANDLE : family >= 0 ? SUBJECT : plainAt(at);
  const highest = encoding === HANDLE ? Math.min(MOST_SUBJECT, FAR_HANDLE - 1) : MOST_SUBJECT;
  const range = { least, most: family < 0 ? step.most : highest };
  const known = { codes: codes ?? new Map(), unit, family, needed: isNeeded(step) };
  return entryOf(name, encoding, { at, bit, ...known, ...range });
};
const codesOf = (names: readonly string[], first = 0) =>
  new Map(names.map((name, i) => [name, i + first]));

/** What every event can say. */
const everyEntry: readonly Entry[] = [
  inColumn("actor", NAMED, codesOf(actors)),
  inColumn("place", PLACE),
  inColumn("at", NUMBER),
  inColumn("cause", NUMBER),
];

/** The numbers that a field's column can hold; that of a subject has its code. */
const columnRange = ({ family, range: [least, most] }: Field): { least: number; most: number } =>
  family === null ? { least, most } : { least: 0, most: Number.MAX_SAFE_INTEGER };

const plans = new Map<string, Plan>(
  kindNames.map((kind, code) => {
    const fields = Object.entries(declarationOf(kind).fields);
    const steps = fields.flatMap(([name, field]): Step[] =>
      isColumn(field.in)
        ? [
            {
              name,
              at: column[field.in],
              bit: 1 << column[field.in],
              codes: field.names && codesOf(field.names, field.firstCode),
              names: field.names,
              unit: field.unit,
              firstCode: field.firstCode,
              family: field.family === null ? -1 : families.indexOf(field.family),
              optional: field.optional,
              ...columnRange(field),
            },
          ]
        : [],
    );
    const outside = fields.flatMap(([name, field]) =>
      isColumn(field.in) ? [] : [{ name, in: field.in }],
    );
    const entries = new Map(
      [...everyEntry, ...steps.map(entryOfStep)].map((entry) => [entry.name, entry]),
    );
    const needed = steps.filter(isNeeded).length;
    return [kind, { kind, code, steps, outside, needed, entries, order: [] }];
  }),
);

// Events of one kind come together: asking the map each time costs some 15 ns.
let lastPlan = plans.get(kindNames[0]!)!;
function planOf(kind: KindName): Plan {
  if (kind === lastPlan.kind) return lastPlan;
  const plan = plans.get(kind)!;
  if (plan !== undefined) lastPlan = plan;
  return plan;
}

/** The entry of a field that stands elsewhere in events of its kind than it last did. */
function entryAt({ entries, order }: Plan, index: number, name: string): Entry {
  const entry = entries.get(name) ?? entryOf(name, OUTSIDE);
  order[index] = entry;
  return entry;
}

/** The codes of function names, in the order in which a trace meets them. */
export class FunctionNames {
  readonly names: string[] = [];
  readonly #codes = new Map<string, number>();
  // Events of one place come together: asking the map each time costs some 10 ns.
  #last: string | null = null;
  #code = -1;

  codeOf(name: string): number {
    if (name === this.#last) return this.#code;
    let code = this.#codes.get(name);
    if (code === undefined) {
      code = this.names.push(name) - 1;
      this.#codes.set(name, code);
    }
    this.#last = name;
    this.#code = code;
    return code;
  }
}

const OP = 1 << column.op;
const ALWAYS = (1 << column.seq) | (1 << column.kind);

/**
 * Writes the event's row into `target` from index `start` on, and gives a bit for each column that it
 * fills; the others are left as they were. Hot: once an event while recording, about 0.1 us (bench: record);
 * fields are met by enumeration, because asking for them by name costs half as much again.
 */
export function encodeRow(
  target: Cells,
  start: number,
  seq: number,
  op: number,
  event: Event,
  places: FunctionNames,
): number {
  const plan = planOf(event.kind);
  let filled = ALWAYS;
  target[start] = seq;
  target[start + column.kind] = plan.code;
  if (op >= 0) {
    target[start + column.op] = op;
    filled |= OP;
  }
  const values = event as unknown as { readonly [name: string]: unknown };
  const { order } = plan;
  let next = 0;
  for (const name in values) {
    let entry = order[next];
    if (entry === undefined || entry.name !== name) entry = entryAt(plan, next, name);
    next++;
    const value = values[name];
    if (value == null || entry.encoding === OUTSIDE) continue;
    const at = start + entry.at;
    if (entry.encoding === NUMBER) target[at] = value as number;
    else if (entry.encoding === SUBJECT)
      target[at] = (value as number) * SUBJECT_FAMILIES + entry.family;
    else if (entry.encoding === BUS) {
      if (typeof value === "bigint") {
        putFar(target, start, value);
        filled |= FAR;
      } else target[at] = value as number;
    } else if (entry.encoding === HANDLE)
      target[at] = handleNumber(busAddress(value as number | bigint)) * SUBJECT_FAMILIES + DMA;
    else if (entry.encoding === PLACE) target[at] = places.codeOf(value as string);
    else {
      if (value !== entry.lastName) {
        entry.lastCode = entry.codes.get(value as string)! * entry.unit;
        entry.lastName = value;
      }
      // Two named fields can share a column, in steps of their own.
      target[at] = (filled & entry.bit) === 0 ? entry.lastCode : target[at]! + entry.lastCode;
    }
    filled |= entry.bit;
  }
  return filled;
}

/** A bit for each column that a row fills. */
export function filledOf(row: Row): number {
  let filled = 0;
  for (let i = 0; i < row.length; i++) if (row[i] !== null) filled |= 1 << i;
  return filled;
}

/** By the code of a kind: whether its events can say anything outside the row. */
export const canHaveTexts: readonly boolean[] = [...plans.values()].map(
  ({ outside }) => outside.length > 0,
);

/** What of an event no row can hold, in words; null where there is nothing. Hot: once an event that is imported. */
export function troubleIn(event: Event, seq: number): string | null {
  const { cause } = event;
  return fitsRow(event) && (cause == null || cause < seq) ? null : troubleOf(event, seq);
}

/** Whether all numbers of an event are surely what their columns can hold. */
function fitsRow(event: Event): boolean {
  const plan = planOf(event.kind);
  const values = event as unknown as { readonly [name: string]: unknown };
  const { order } = plan;
  let next = 0;
  let needed = 0;
  for (const name in values) {
    let entry = order[next];
    if (entry === undefined || entry.name !== name) entry = entryAt(plan, next, name);
    next++;
    if (!entry.isNumber) continue;
    const value = values[name] as number | null | undefined;
    if (value == null) continue;
    if (entry.needed) needed++;
    if (!(value >= entry.least && value <= entry.most && Number.isSafeInteger(value))) return false;
  }
  return needed === plan.needed;
}

function troubleOf(event: Event, seq: number): string | null {
  const values = event as unknown as { readonly [name: string]: unknown };
  for (const { name, optional, names, family, least, most } of plans.get(event.kind)!.steps) {
    const value = values[name];
    if (names !== null || (value == null && optional)) continue;
    if (typeof value === "bigint" && name === "bus") {
      if (value < PAST_BUS) continue;
      return `${name} ${value} is past the last address, 2^64 - 1`;
    }
    if (family === DMA && (value as number | bigint) >= FAR_HANDLE) {
      if (value === values.bus) continue;
      return `${name} ${String(value)} is not its bus address, as one from 2^48 on must be`;
    }
    const highest = family < 0 ? most : MOST_SUBJECT;
    if (!Number.isSafeInteger(value) || (value as number) < least || (value as number) > highest)
      return `${name} ${String(value)} is no whole number from ${least} to ${highest}`;
  }
  const { at, cause } = event;
  if (at != null && !Number.isSafeInteger(at))
    return `${at} nanoseconds are no whole number below 2^53`;
  return cause != null && !(cause < seq) ? `its cause, event ${cause}, is not before it` : null;
}

const NO_TEXTS: Texts = {};

/** What of the event stands outside its row: its note, or what an op was asked for and gave. */
export function textsOf(event: Event): Texts {
  const { outside } = planOf(event.kind);
  const values = event as unknown as { readonly [name: string]: unknown };
  let op: Texts["op"];
  for (const { name, in: storage } of outside) {
    const value = values[name];
    if (value == null) continue;
    if (storage === "note") return { note: value as string };
    op ??= { name: "", arguments: "", result: null };
    if (storage === "op.name") op.name = value as string;
    else op[storage === "op.arguments" ? "arguments" : "result"] = JSON.stringify(value);
  }
  return op === undefined ? NO_TEXTS : { op };
}

/** Reads rows of one trace, by that trace's own lists of names; throws a DamagedTrace for what no recorder wrote. */
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

  /** Hot: once an event while reading. */
  decode(row: Row, texts: Texts): Recorded {
    for (let i = 0; i < columns.length; i++)
      if (row[i] !== null && !Number.isSafeInteger(row[i]) && !(i === column.bus && isFar(row)))
        throw wrongNumber(row, i, "a whole number below 2^53");
    const plan = this.#plans[row[column.kind]!];
    if (plan === undefined) throw wrongNumber(row, column.kind, "a kind that the trace lists");
    const actor = this.#actors[row[column.actor]!];
    if (actor === undefined) throw wrongNumber(row, column.actor, "an actor that the trace lists");
    const event: { [name: string]: unknown } = { kind: plan.kind, actor };
    const place = row[column.place];
    if (place != null) {
      event.place = this.#places[place];
      if (event.place === undefined)
        throw wrongNumber(row, column.place, "a function that the trace lists");
    }
    const time = row[column.at];
    if (time != null) event.at = time;
    const cause = row[column.cause];
    if (cause != null) {
      if (cause < 0 || cause >= row[column.seq]!)
        throw wrongNumber(row, column.cause, "an event before it");
      event.cause = cause;
    }
    for (const step of plan.steps) {
      const value = row[step.at];
      if (value != null) {
        const told = fieldOf(step, value, row);
        if (told !== undefined) event[step.name] = told;
      } else if (!step.optional) throw wrongNumber(row, step.at, "something that it says");
    }
    if (plan.outside.length > 0) this.#addOutside(plan, event, row, texts);
    const op = row[column.op] ?? -1;
    if (op < -1) throw wrongNumber(row, column.op, "an op");
    return { seq: row[column.seq]!, op, event: event as unknown as Event };
  }

  #addOutside(plan: Plan, event: { [name: string]: unknown }, row: Row, texts: Texts): void {
    const isOp = plan.kind === "op.began" || plan.kind === "op.ended";
    if (isOp && texts.op === undefined)
      throw wrongNumber(row, column.subject, "an op that the trace holds");
    for (const { name, in: storage } of plan.outside) {
      if (storage === "note") {
        if (texts.note !== undefined) event[name] = texts.note;
      } else if (storage === "op.name") event[name] = texts.op!.name;
      else if (storage === "op.arguments")
        event[name] = presentArguments(texts.op!.name, factsIn(row, name, texts.op!.arguments));
      else event[name] = factsIn(row, name, texts.op!.result);
    }
  }
}

function fieldOf(step: Step, value: number, row: Row): unknown {
  if (value < step.least || value > step.most)
    throw wrongNumber(row, step.at, `from ${step.least} to ${step.most}`);
  if (step.names !== null) {
    const code = Math.floor(value / step.unit) - step.firstCode;
    if (code < 0) return undefined;
    const name = step.names[step.unit === 1 ? code % SECOND : code];
    if (name === undefined) throw wrongNumber(row, step.at, `the code of a known ${step.name}`);
    return name;
  }
  if (step.family < 0) return step.at === column.bus ? busIn(row) : value;
  if (value % SUBJECT_FAMILIES !== step.family)
    throw wrongNumber(row, step.at, `of the family ${families[step.family]}`);
  const number = Math.floor(value / SUBJECT_FAMILIES);
  return step.family === DMA && number >= FAR_HANDLE ? handleOf(number, row) : number;
}

const isFar = (row: Row): boolean => Number.isInteger(row[column.bus]) && row.length === ROW_WIDTH;

/** What a number from FAR_HANDLE on stands for is the row's bus address. */
function handleOf(number: number, row: Row): unknown {
  const bus = busIn(row);
  if (bus !== null && handleNumber(busAddress(bus)) === number) return bus;
  throw wrongNumber(row, column.bus, "the handle that its subject names");
}

function factsIn(row: Row, what: string, text: string | null): Facts {
  try {
    if (text !== null) return parseFacts(text) as Facts;
  } catch (error) {
    throw damagedOp(row, what, (error as Error).message);
  }
  throw damagedOp(row, what, "it is missing");
}

const damagedOp = (row: Row, what: string, trouble: string): DamagedTrace =>
  damagedEvent(row[column.seq]!, `op.${what}`, trouble);

const wrongNumber = (row: Row, at: number, wanted: string): DamagedTrace => {
  const value: unknown = row[at];
  const shown = value === null ? "nothing is there" : `${String(value).slice(0, 40)} is there`;
  return damagedEvent(row[column.seq]!, columns[at]!, `${shown}, and not ${wanted}`);
};
