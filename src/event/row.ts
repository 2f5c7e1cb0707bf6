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
import { type Calls, type Cell, type RowCode, rowCode } from "./row-code.ts";
import {
  actors,
  declarationOf,
  type Event,
  type KindName,
  kindCode,
  kindCodeOf,
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
  /** Its code. */
  readonly number: number;
  readonly steps: readonly Step[];
  /** The fields kept outside the row, by where they are kept. */
  readonly outside: readonly { name: string; in: Storage }[];
  /** What goes through an event of this kind; null until there is one. */
  code: RowCode | null;
}
const DMA = families.indexOf("dma");

const isColumn = (place: Storage): place is Column => place in column;

function cellOf({ name, at, bit, codes, unit, family, optional, least, most }: Step): Cell {
  const place = { name, at, bit };
  if (codes !== null) return { ...place, how: "name", codes, unit };
  const range = { isNeeded: !optional, least };
  if (family < 0) return { ...place, how: at === column.bus ? "bus" : "number", ...range, most };
  if (family === DMA) return { ...place, how: "handle", ...range, most: MOST_HANDLE };
  return { ...place, how: "subject", family, ...range, most: MOST_SUBJECT };
}
/** A further one is told by its bus address. */
const MOST_HANDLE = Math.min(MOST_SUBJECT, FAR_HANDLE - 1);
const calls: Calls = {
  families: SUBJECT_FAMILIES,
  subjectOf: (handle) => handleNumber(busAddress(handle)) * SUBJECT_FAMILIES + DMA,
  putFar: (row, start, bus) => {
    putFar(row, start, bus);
    return FAR;
  },
};
const codesOf = (names: readonly string[], first = 0) =>
  new Map(names.map((name, i) => [name, i + first]));

const placed = (name: Column) => ({ name, at: column[name], bit: 1 << column[name] });
const whole = {
  how: "number",
  isNeeded: false,
  least: -Number.MAX_SAFE_INTEGER,
  most: Number.MAX_SAFE_INTEGER,
} as const;
/** What every event can say. */
const everyCell: readonly Cell[] = [
  { ...placed("actor"), how: "name", codes: codesOf(actors), unit: 1 },
  { ...placed("place"), how: "function" },
  { ...placed("at"), ...whole },
  { ...placed("cause"), ...whole },
];

/** The numbers that a field's column can hold; that of a subject has its code. */
const columnRange = ({ family, range: [least, most] }: Field): { least: number; most: number } =>
  family === null ? { least, most } : { least: 0, most: Number.MAX_SAFE_INTEGER };

/** By the code of a kind. */
const plans = kindNames.map((kind, number): Plan => {
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
  return { kind, number, steps, outside, code: null };
});
const planOf = (event: Event): Plan => plans[kindCodeOf(event)]!;

/** Made for the first event of a kind: a trace has few of them. */
function codeOf(plan: Plan): RowCode {
  plan.code ??= rowCode(
    [...everyCell, ...plan.steps.map(cellOf)],
    plan.outside.map(({ name }) => name),
    calls,
  );
  return plan.code;
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
 * fills; the others are left as they were. Hot: once an event while recording, some 0.07 us (bench: record).
 */
export function encodeRow(
  target: Cells,
  start: number,
  seq: number,
  op: number,
  event: Event,
  places: FunctionNames,
): number {
  const plan = planOf(event);
  target[start] = seq;
  target[start + column.kind] = plan.number;
  const filled = ALWAYS | codeOf(plan).encode(target, start, event, places);
  if (op < 0) return filled;
  target[start + column.op] = op;
  return filled | OP;
}

/** A bit for each column that a row fills. */
export function filledOf(row: Row): number {
  let filled = 0;
  for (let i = 0; i < row.length; i++) if (row[i] !== null) filled |= 1 << i;
  return filled;
}

/** By the code of a kind: whether its events can say anything outside the row. */
export const canHaveTexts: readonly boolean[] = plans.map(({ outside }) => outside.length > 0);

/** What of an event no row can hold, in words; null where there is nothing. Hot: once an event that is imported, some 0.04 us. */
export function troubleIn(event: Event, seq: number): string | null {
  const { cause } = event;
  const fits = codeOf(planOf(event)).fits(event) && (cause == null || cause < seq);
  return fits ? null : troubleOf(event, seq);
}

function troubleOf(event: Event, seq: number): string | null {
  const values = event as unknown as { readonly [name: string]: unknown };
  for (const { name, optional, names, family, least, most } of planOf(event).steps) {
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
  const plan = planOf(event);
  if (!codeOf(plan).hasTexts(event)) return NO_TEXTS;
  const values = event as unknown as { readonly [name: string]: unknown };
  let op: Texts["op"];
  for (const { name, in: storage } of plan.outside) {
    const value = values[name];
    if (value == null) continue;
    if (storage === "note") return { note: value as string };
    op ??= { name: "", arguments: "", result: null };
    if (storage === "op.name") op.name = value as string;
    else op[storage === "op.arguments" ? "arguments" : "result"] = JSON.stringify(value);
  }
  return { op };
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
    this.#plans = names.kinds.map((kind) => plans[kindCode[kind as KindName]]!);
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
        const fieldValue = fieldOf(step, value, row);
        if (fieldValue !== undefined) event[step.name] = fieldValue;
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
  const actual = value === null ? "nothing is there" : `${String(value).slice(0, 40)} is there`;
  return damagedEvent(row[column.seq]!, columns[at]!, `${actual}, and not ${wanted}`);
};
