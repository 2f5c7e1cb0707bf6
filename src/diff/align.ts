// align.ts - which events of two lists are partners: the longest common sequence of their keys.

import diffSequences from "@jest/diff-sequences";

// The package's types describe its CommonJS build; imported as a module, the default is the function.
const commonRuns = diffSequences as unknown as typeof diffSequences.default;

/** A pair of places in the two lists; one of them is -1 where an event has no partner. */
export interface Aligned {
  readonly a: number;
  readonly b: number;
}

/** Myers' alignment of two lists of keys, in order; equal beginnings cost nothing. */
export function align(a: readonly string[], b: readonly string[]): Aligned[] {
  const aligned: Aligned[] = [];
  let atA = 0;
  let atB = 0;
  const alone = (endA: number, endB: number) => {
    while (atA < endA) aligned.push({ a: atA++, b: -1 });
    while (atB < endB) aligned.push({ a: -1, b: atB++ });
  };
  commonRuns(
    a.length,
    b.length,
    (i, j) => a[i] === b[j],
    (common, startA, startB) => {
      alone(startA, startB);
      for (let i = 0; i < common; i++) aligned.push({ a: atA++, b: atB++ });
    },
  );
  alone(a.length, b.length);
  return aligned;
}
