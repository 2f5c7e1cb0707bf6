// minimize.ts - the smallest part of a list that still shows something: delta debugging.
//
// Zeller and Hildebrandt, "Simplifying and Isolating Failure-Inducing Input", IEEE TSE 28 (2), 2002: leave out
// halves, then quarters, and so on, until no single member can be left out.

/** `shows` is asked of ever smaller lists; the list itself is taken to show it. */
export async function smallest<T>(
  list: readonly T[],
  shows: (part: readonly T[]) => Promise<boolean>,
): Promise<readonly T[]> {
  let [rest, parts] = [list, 2];
  while (rest.length > 1) {
    const size = Math.ceil(rest.length / parts);
    let smaller: readonly T[] | null = null;
    // What comes last is most often not needed.
    for (let end = rest.length; end > 0 && smaller === null; end -= size) {
      const without = [...rest.slice(0, Math.max(0, end - size)), ...rest.slice(end)];
      if (without.length > 0 && (await shows(without))) smaller = without;
    }
    if (smaller !== null) {
      rest = smaller;
      parts = Math.max(parts - 1, 2);
    } else if (size === 1) return rest;
    else parts = Math.min(rest.length, parts * 2);
  }
  return rest;
}

/** The smallest number that still shows it, as far as 0, 1 and halving find it. */
export async function smallestNumber(
  value: number,
  shows: (value: number) => Promise<boolean>,
): Promise<number> {
  for (const least of [0, 1]) if (value > least && (await shows(least))) return least;
  let [known, tooSmall] = [value, 1];
  while (known - tooSmall > 1) {
    const middle = Math.floor((known + tooSmall) / 2);
    if (await shows(middle)) known = middle;
    else tooSmall = middle;
  }
  return known;
}
