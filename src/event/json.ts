// json.ts - JSON text that stands in a trace: parsed where it is nested as deeply as people write it, and no deeper.

/** What walks through a value calls itself once for each level. */
const DEEPEST = 64;

/** Parses a text; throws a SyntaxError for one that is no JSON or too deeply nested. */
export function parseJson(text: string): unknown {
  if (depthOf(text) > DEEPEST) throw new SyntaxError(`nested more than ${DEEPEST} deep`);
  return JSON.parse(text);
}

/** The same for a record of facts: an object. */
export function parseFacts(text: string): { readonly [name: string]: unknown } {
  const value = parseJson(text);
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw new SyntaxError("it is no record");
  return value as { readonly [name: string]: unknown };
}

function depthOf(text: string): number {
  // Most texts are far too short to be too deep.
  if (text.length < 2 * DEEPEST) return 0;
  let [depth, deepest] = [0, 0];
  for (const [token] of text.matchAll(/"(?:[^"\\]|\\.)*"|[[{]|[\]}]/g)) {
    if (token === "[" || token === "{") deepest = Math.max(deepest, ++depth);
    else if (token === "]" || token === "}") depth--;
  }
  return deepest;
}
