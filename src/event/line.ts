// line.ts - an event as a line of JSON; derived from the vocabulary (line-read.ts is the way back).
//
// Addresses and raw words are hexadecimal strings; what is not known is left out.

import { columnText } from "./address-text.ts";
import { declarationOf, kindNames, type Recorded } from "./vocabulary.ts";

const header = ["kind", "actor", "place", "cause", "at"];

/** A field as a line has it. */
interface LinePart {
  readonly name: string;
  /** What stands before its value. */
  readonly key: string;
  /** The column of an address or raw word; null for what is written as it is. */
  readonly hexOf: string | null;
  /** Whether its values are names of a list, in which nothing needs an escape. */
  readonly isName: boolean;
}

/** By kind: what a line says beside seq and op, in the order of its kind's declaration. */
const lineParts = new Map<string, readonly LinePart[]>(
  kindNames.map((kind) => {
    const { fields } = declarationOf(kind);
    const names = [...header, ...Object.keys(fields)].filter((name) => name !== "op");
    return [
      kind,
      names.map((name) => ({
        name,
        key: `,${JSON.stringify(name)}:`,
        hexOf: fields[name]?.hex ? fields[name].in : null,
        isName: name === "kind" || name === "actor" || (fields[name]?.names ?? null) !== null,
      })),
    ];
  }),
);

/**
 * The event as a line of JSON; `virtBase` is that of its trace. Hot: once an event of an export (bench: formats);
 * to make an object and have it turned into text costs twice as much.
 */
export function toLine({ seq, op, event }: Recorded, virtBase: bigint): string {
  let line = op >= 0 ? `{"seq":${seq},"op":${op}` : `{"seq":${seq}`;
  const values = event as unknown as { readonly [name: string]: unknown };
  for (const { name, key, hexOf, isName } of lineParts.get(event.kind)!) {
    const value = values[name];
    if (value == null) continue;
    if (hexOf !== null) line += `${key}"${columnText(hexOf, value as number, virtBase)}"`;
    else if (isName) line += `${key}"${value}"`;
    else line += key + (typeof value === "number" ? value : JSON.stringify(value));
  }
  return `${line}}`;
}

/** The same as plain JSON values. */
export const toJson = (recorded: Recorded, virtBase: bigint): { [name: string]: unknown } =>
  JSON.parse(toLine(recorded, virtBase));
