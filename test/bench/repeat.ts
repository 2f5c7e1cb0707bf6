// repeat.ts - a capture's lines over and over, with its clock going on as in one long run.

/** Seconds between the beginnings of two repetitions: each capture lasts less. */
const APART = 20;

/**
 * The lines in order, as often as it takes until there are so many, a repetition at a time. `clock` finds the whole
 * seconds of a line. The first repetition is later too: what stands before it in the log may come from anywhere in
 * the capture.
 */
export function* repeated(
  lines: readonly string[],
  clock: RegExp,
  count: number,
): Generator<string> {
  const repetitions = Math.ceil(count / lines.length);
  for (let i = 1; i <= repetitions; i++) {
    const later = (seconds: string) => `${Number(seconds) + i * APART}`;
    yield lines.map((line) => `${line.replace(clock, later)}\n`).join("");
  }
}
