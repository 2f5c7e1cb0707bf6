// align.ts - a process of its own that aligns two long lists which share little, and says what time it took.

import { align } from "../../../src/diff/align.ts";
import { report } from "../process.ts";

/** The keys of each list; seconds. */
export interface Aligned {
  readonly keys: number;
  readonly seconds: number;
}

const KEYS = 20_000;
/** Of so many keys one is in both lists and stands once in each; the others are 100 keys over and over. */
const APART = 400;

// Myers' algorithm takes 40,000 times 40,000 steps here.
const list = (side: string): string[] =>
  Array.from({ length: KEYS }, (_, i) => (i % APART === 7 ? `shared ${i}` : `${side} ${i % 100}`));
const [a, b] = [list("a"), ["extra", ...list("b")]];
const since = performance.now();
const pairs = align(a, b).reduce((sum, { length }) => sum + length, 0);
const seconds = (performance.now() - since) / 1000;
if (pairs !== KEYS / APART) throw new Error(`${pairs} keys have partners, not ${KEYS / APART}`);
report<Aligned>({ keys: KEYS, seconds });
