// answer.ts - reads what a command printed with --json, by the shape that it promises.

import { UserError, unknownName } from "../fault.ts";
import type { Json } from "../library/output.ts";

/**
 * An answer of a command as it was printed with --json, `name` being that of its shape (`gartrace schema`). A
 * `UserError` with `ERR_SHAPE` says where it is of another version or shape.
 */
export async function parseAnswer(name: string, text: string): Promise<Json> {
  // All shapes take some tenths of a second to make.
  const { answers } = await import("./index.ts");
  const { versions } = await import("./versions.ts");
  const shape = Object.entries(answers).find(([known]) => known === name)?.[1];
  if (shape === undefined) throw unknownName("answer", name, Object.keys(answers));
  const refuse = (says: string) => new UserError(`the answer '${name}' ${says}`, "ERR_SHAPE");
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw refuse(`is no JSON: ${(error as Error).message}`);
  }
  const { version } = (value ?? {}) as { readonly version?: unknown };
  const known = versions[name as keyof typeof versions];
  if (version !== known)
    throw refuse(`is of version ${JSON.stringify(version)}; this gartrace knows ${known}`);
  const { data, error } = shape.safeParse(value);
  if (error === undefined) return data as Json;
  const [issue] = error.issues;
  throw refuse(`is of another shape: ${issue!.path.join(".")}: ${issue!.message}`);
}
