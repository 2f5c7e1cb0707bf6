// walk.ts - the events of two partner ops, side by side: pairs, and those that stand alone.
//
// Equal keys pass in one step. Where they part, both sides are read ahead, further and further until enough of
// what lies ahead has partners again: what waits stays bounded however long the op is.

import { align } from "./align.ts";
import type { Side } from "./cursor.ts";
import { KEY, WIDTH } from "./event-queue.ts";

/** What is read ahead first, how much more each time, and what is read ahead at most. */
const FIRST_LOOK = 64;
const FURTHER = 8;
const MOST = 1 << 16;

/** Indices of the events in the lanes of A and B. */
export interface Walker {
  pair(a: number, b: number): void;
  onlyA(a: number): void;
  onlyB(b: number): void;
}

/** Walks the op under way to its end; gives whether partners were sought in vain as far as was looked. */
export function walk(a: Side, b: Side, walker: Walker): boolean {
  let isGuess = false;
  for (;;) {
    pass(a, b, walker);
    const waiting = [a.fill(1), b.fill(1)] as const;
    if (waiting[0] === 0 && waiting[1] === 0) return isGuess;
    if (waiting[0] === 0 || waiting[1] === 0) {
      alone(a, b, waiting[0], waiting[1], walker);
      continue;
    }
    isGuess = realign(a, b, walker) || isGuess;
  }
}

/** Pairs off what has equal keys. */
function pass(a: Side, b: Side, walker: Walker): void {
  while (a.fill(1) > 0 && b.fill(1) > 0) {
    const [laneA, laneB] = [a.lane, b.lane];
    if (laneA.values[laneA.start + KEY] !== laneB.values[laneB.start + KEY]) return;
    walker.pair(laneA.start, laneB.start);
    laneA.drop(1);
    laneB.drop(1);
  }
}

/** Reads ahead to where enough has partners, and walks there; gives whether nothing had. */
function realign(a: Side, b: Side, walker: Walker): boolean {
  for (let look = FIRST_LOOK; ; look = Math.min(look * FURTHER, MOST)) {
    const [waitA, waitB] = [a.fill(look), b.fill(look)];
    const runs = align(a.lane.keys(waitA), b.lane.keys(waitB));
    const found = runs.reduce((sum, { length }) => sum + length, 0);
    const isWhole = a.isRead && b.isRead;
    const isEnough = found > 0 && found * 4 >= Math.min(waitA, waitB);
    if (!isWhole && !isEnough && look < MOST) continue;
    const end = { a: waitA, b: waitB, length: 0 };
    let [atA, atB] = [0, 0];
    for (const run of isWhole || found === 0 ? [...runs, end] : runs) {
      alone(a, b, run.a - atA, run.b - atB, walker);
      for (let i = 0; i < run.length; i++) {
        walker.pair(a.lane.start, b.lane.start);
        a.lane.drop(1);
        b.lane.drop(1);
      }
      [atA, atB] = [run.a + run.length, run.b + run.length];
    }
    return found === 0 && !isWhole;
  }
}

function alone(a: Side, b: Side, ofA: number, ofB: number, walker: Walker): void {
  for (let i = 0; i < ofA; i++) walker.onlyA(a.lane.start + i * WIDTH);
  for (let i = 0; i < ofB; i++) walker.onlyB(b.lane.start + i * WIDTH);
  a.lane.drop(ofA);
  b.lane.drop(ofB);
}
