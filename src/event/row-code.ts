// row-code.ts - what goes through an event of a kind field by field, as code that names each of them.
//
// It is made of the kind's declaration, once for each kind that comes. V8 reads a field that code names in 2 ns, and one
// that a loop over the event's names meets in 8: an imported buffer has 15 (bench: import).

import type { Event } from "./vocabulary.ts";

/** A field that stands in a column. */
export type Cell = {
  readonly name: string;
  /** The column, and its bit. */
  readonly at: number;
  readonly bit: number;
} & (
  | { readonly how: "name"; readonly codes: ReadonlyMap<string, number>; readonly unit: number }
  | { readonly how: "function" }
  | ({ readonly how: "number" | "bus" | "handle" } & Range)
  | ({ readonly how: "subject"; readonly family: number } & Range)
);

interface Range {
  readonly isNeeded: boolean;
  readonly least: number;
  readonly most: number;
}

/** The numbers of a row, of which the first is at `start`. */
interface Target {
  [index: number]: number | null;
}

/** What the code calls for what is no plain number. */
export interface Calls {
  /** How many families of subjects there are numbers for. */
  readonly families: number;
  readonly subjectOf: (handle: number | bigint) => number;
  /** Writes a bus address that no number holds, and gives the bits of what it fills. */
  readonly putFar: (target: Target, start: number, bus: bigint) => number;
}

export interface RowCode {
  /** Whether an event says anything outside its row. */
  readonly hasTexts: (event: Event) => boolean;
  /** Whether all numbers of an event are surely what their columns can hold. */
  readonly fits: (event: Event) => boolean;
  /** Writes the columns that an event fills, and gives a bit for each. */
  readonly encode: (
    target: Target,
    start: number,
    event: Event,
    places: { codeOf(name: string): number },
  ) => number;
}

/** `outside`: the names of the fields that stand in no column. */
export function rowCode(cells: readonly Cell[], outside: readonly string[], calls: Calls): RowCode {
  const maps = cells.map((cell) => (cell.how === "name" ? cell.codes : null));
  const names = cells.flatMap(({ how }, i) => (how === "name" ? [`let name${i}, code${i};`] : []));
  const parts = [
    ...names,
    `const hasTexts = (event) => ${outside.map((name) => `event.${name} != null`).join(" || ") || "false"};`,
    `const fits = (event) => { let v; ${cells.map(fitting).join(" ")} return true; };`,
    "const encode = (target, start, event, places) => {",
    "let v, filled = 0;",
    ...cells.map((cell, i) => {
      const isShared = cells.slice(0, i).some(({ at }) => at === cell.at);
      return `v = event.${cell.name}; if (v != null) { ${putting(cell, i, isShared, calls)} filled |= ${cell.bit}; }`;
    }),
    "return filled; };",
    "return { hasTexts, fits, encode };",
  ];
  return new Function("codes", "calls", parts.join("\n"))(maps, calls);
}

function fitting(cell: Cell): string {
  if (cell.how === "name" || cell.how === "function") return "";
  const { name, isNeeded, least, most } = cell;
  const isThere = `v >= ${least} && v <= ${most} && Number.isSafeInteger(v)`;
  return `v = event.${name}; if (v == null ? ${isNeeded} : !(${isThere})) return false;`;
}

/** `isShared`: two named fields can share a column, in steps of their own. */
function putting(cell: Cell, i: number, isShared: boolean, { families }: Calls): string {
  const place = `target[start + ${cell.at}]`;
  switch (cell.how) {
    case "number":
      return `${place} = v;`;
    case "bus":
      return `if (typeof v === "bigint") filled |= calls.putFar(target, start, v); else ${place} = v;`;
    case "handle":
      return `${place} = calls.subjectOf(v);`;
    case "subject":
      return `${place} = v * ${families} + ${cell.family};`;
    case "function":
      return `${place} = places.codeOf(v);`;
    case "name": {
      // The name of the last event and its code: a look-up in the map costs some 8 ns.
      const asked = `if (v !== name${i}) { code${i} = codes[${i}].get(v) * ${cell.unit}; name${i} = v; }`;
      const code = isShared
        ? `((filled & ${cell.bit}) === 0 ? 0 : ${place}) + code${i}`
        : `code${i}`;
      return `${asked} ${place} = ${code};`;
    }
  }
}
