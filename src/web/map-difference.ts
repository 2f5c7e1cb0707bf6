// map-difference.ts - two maps of one table laid upon each other: where an entry is not the same in both.

import type { MapHead } from "../answer/heads.ts";
import type { MapPicture } from "./trace-model.ts";

const names = ["alike", "differs", "wrong in one"] as const;

/** Null where the two are not laid out alike. */
export function difference(a: MapPicture, b: MapPicture): MapPicture | null {
  if (a.head.name !== b.head.name || a.head.columns !== b.head.columns) return null;
  const { columns } = a.head;
  const rows = [...new Set([...a.head.rows, ...b.head.rows])].sort((one, other) => one - other);
  const [rowOfA, rowOfB] = [indexOf(a.head), indexOf(b.head)];
  const cells = new Uint8Array(rows.length * columns);
  const counts = [0, 0, 0];
  rows.forEach((first, r) => {
    for (let column = 0; column < columns; column++) {
      const inA = said(a, rowOfA.get(first), column);
      const inB = said(b, rowOfB.get(first), column);
      const code = inA.name === inB.name ? 0 : inA.tone === "wrong" || inB.tone === "wrong" ? 2 : 1;
      cells[r * columns + column] = code;
      counts[code]!++;
    }
  });
  const legend: MapHead["legend"] = [
    { name: names[0], tone: "empty", means: "the entry is the same in both", count: counts[0]! },
    { name: names[1], tone: "warn", means: "the entry is another one", count: counts[1]! },
    { name: names[2], tone: "wrong", means: "the entry is wrong in one alone", count: counts[2]! },
  ];
  return { head: { ...a.head, rows, legend, changed: null }, cells };
}

const indexOf = ({ rows }: MapHead): Map<number, number> =>
  new Map(rows.map((first, row) => [first, row]));

/** What a map says of a cell; a row that it lacks is empty. */
function said({ head, cells }: MapPicture, row: number | undefined, column: number) {
  return head.legend[row === undefined ? 0 : cells[row * head.columns + column]!]!;
}
