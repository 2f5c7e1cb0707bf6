// rules.ts - what values of a trace file must be, by name: the first that is not, with the path to it.
//
// Every command reads these few, so they do without zod, which takes its time to load.

/** The path to what is not as it must be, and what is expected there. */
interface Trouble {
  readonly path: readonly string[];
  readonly says: string;
}
/** Null where a value is as it must be. */
export type Rule = (value: unknown) => Trouble | null;

const rule =
  (holds: (value: unknown) => boolean, wanted: string): Rule =>
  (value) =>
    holds(value) ? null : expected(wanted);
const expected = (wanted: string): Trouble => ({ path: [], says: `expected ${wanted}` });

export const text = rule((value) => typeof value === "string", "a text");
export const bigint = rule((value) => typeof value === "bigint", "a whole number");
export const number = rule((value) => typeof value === "number", "a number");
export const count = rule(
  (value) => Number.isSafeInteger(value) && (value as number) >= 0,
  "a whole number from 0 on",
);
/** A whole number as SQLite gives it, that a plain number holds exactly. */
export const whole = rule(
  (value) => typeof value === "bigint" && Number.isSafeInteger(Number(value)),
  "a whole number below 2^53",
);
export const flag = rule((value) => value === 0n || value === 1n, "0 or 1");
export const setting = rule(
  (value) => ["boolean", "number", "string"].includes(typeof value),
  "true, false, a number or a text",
);
export const oneOf = (known: readonly string[]): Rule =>
  rule((value) => known.some((one) => one === value), `one of ${known.join(", ")}`);

export const orNothing =
  (other: Rule): Rule =>
  (value) =>
    value === null ? null : other(value);

/** An object with some fields; it may have others. */
export const fields =
  (rules: { readonly [name: string]: Rule }): Rule =>
  (value) =>
    isObject(value)
      ? firstOf(Object.entries(rules).map(([name, one]) => [name, one, value[name]]))
      : expected("an object");

/** An object with any fields, all of one rule. */
export const all =
  (one: Rule): Rule =>
  (value) =>
    isObject(value)
      ? firstOf(Object.entries(value).map(([name, inner]) => [name, one, inner]))
      : expected("an object");

export const list =
  (one: Rule): Rule =>
  (value) =>
    Array.isArray(value)
      ? firstOf(value.map((inner, i) => [String(i), one, inner] as const))
      : expected("a list");

const isObject = (value: unknown): value is { readonly [name: string]: unknown } =>
  typeof value === "object" && value !== null && !Array.isArray(value);

function firstOf(
  parts: readonly (readonly [name: string, rule: Rule, value: unknown])[],
): Trouble | null {
  for (const [name, one, value] of parts) {
    const trouble = one(value);
    if (trouble !== null) return { ...trouble, path: [name, ...trouble.path] };
  }
  return null;
}
