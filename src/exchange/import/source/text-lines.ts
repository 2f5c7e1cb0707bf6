// text-lines.ts - lines of JSON from outside, checked, and complaints that say where in the file.

import type { z } from "zod";

/** A complaint as an error that says where in the file. */
export type Refuse = (complaint: string) => Error;

/** A line's JSON. */
export function jsonOf(text: string, refuse: Refuse): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw refuse(`not JSON: ${(error as Error).message}`);
  }
}

/** The value as the schema gives it, or a complaint about the first field that is wrong. */
export function checked<T>(schema: z.ZodType<T>, json: unknown, refuse: Refuse): T {
  const result = schema.safeParse(json);
  if (result.success) return result.data;
  throw refuse(firstOf(result.error));
}

/** The first field that is wrong, and what is wrong with it. */
export function firstOf(error: z.ZodError): string {
  const { path, message } = error.issues[0]!;
  return path.length === 0 ? message : `field '${path.join(".")}': ${message}`;
}
