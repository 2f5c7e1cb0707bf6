// line-of-json.ts - one of gartrace's own lines: what it holds, or what is wrong with it, and in which column.

import { z } from "zod";
import { fromJson, lineNames } from "../../../event/line-read.ts";
import type { Recorded } from "../../../event/vocabulary.ts";
import { nearest, type UserError } from "../../../fault.ts";
import { brokenAt, placeOf } from "../../../json-place.ts";
import type { Source } from "../source/source.ts";

type Path = readonly PropertyKey[];

export class Line {
  readonly #text: string;
  readonly #source: Source;
  readonly #json: unknown;

  constructor(text: string, source: Source) {
    this.#text = text;
    this.#source = source;
    try {
      this.#json = JSON.parse(text);
    } catch (error) {
      const { message } = error as Error;
      throw source.refuse(`not JSON: ${message}`, brokenAt(text).column);
    }
  }

  /** The header, which says what the other lines are about. */
  header<T>(schema: z.ZodObject & z.ZodType<T>): T {
    const parsed = schema.safeParse(this.#json);
    if (parsed.success) return parsed.data;
    throw this.#complaint(parsed.error, (path) => namesIn(schema, path));
  }

  event(virtBase: bigint): Recorded {
    try {
      return fromJson(this.#json, virtBase);
    } catch (error) {
      if (!(error instanceof z.ZodError)) throw error;
      const names = lineNames(this.#at(["kind"]));
      throw this.#complaint(error, (path) => (path.length === 0 ? names : []));
    }
  }

  /** An error that says where in the file the value on a path is. */
  refuse(complaint: string, path: Path, key = false): UserError {
    return this.#source.refuse(complaint, placeOf(this.#text, path, key).column);
  }

  /** `names`: what there can be at a path. */
  #complaint({ issues }: z.ZodError, names: (path: Path) => readonly string[]): UserError {
    // A misspelt name is missing as well, under its right one.
    const issue = issues.find(({ code }) => code === "unrecognized_keys") ?? issues[0]!;
    const { code, path, message } = issue;
    const field = path.length === 0 ? "" : `field '${path.join(".")}': `;
    if (code === "unrecognized_keys") {
      const [key = ""] = issue.keys;
      return this.refuse(`${field}${unknown("field", key, names(path))}`, [...path, key], true);
    }
    const given = this.#at(path);
    if (given === undefined) return this.refuse(`${field}is missing`, path);
    if (code === "invalid_value" && typeof given === "string")
      return this.refuse(`${field}${unknown("value", given, issue.values.map(String))}`, path);
    return this.refuse(`${field}${message}`, path);
  }

  #at(path: Path): unknown {
    let value = this.#json;
    for (const step of path) value = (value as { [step: PropertyKey]: unknown } | null)?.[step];
    return value;
  }
}

const namesIn = (schema: z.ZodObject, path: Path): readonly string[] => {
  let inner: unknown = schema;
  for (const step of path)
    inner = inner instanceof z.ZodObject ? inner.shape[step as string] : null;
  return inner instanceof z.ZodObject ? Object.keys(inner.shape) : [];
};

/** "no value 'hypervizor'; did you mean hypervisor?", or with all that there is where none is near. */
function unknown(what: string, name: string, known: readonly string[]): string {
  const near = nearest(name, known);
  if (near !== undefined) return `no ${what} '${name}'; did you mean ${near}?`;
  return known.length === 0
    ? `no ${what} '${name}'`
    : `no ${what} '${name}'; known: ${known.join(", ")}`;
}
