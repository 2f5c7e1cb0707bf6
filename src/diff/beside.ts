// beside.ts - which events of B stand beside one of A: the pairs of a comparison, for whoever asks event by event.

import { UserError } from "../fault.ts";
import { Judge } from "./compare.ts";
import { Names, Side } from "./cursor.ts";
import { usualRules } from "./diff.ts";
import { type Found, type Mark, markOf, withReordered } from "./difference.ts";
import type { Compared } from "./in-memory.ts";
import { type OpPair, opPairs } from "./ops.ts";
import { areCaptures, takesPart } from "./scope.ts";
import { Transfers } from "./transfers.ts";
import { walk } from "./walk.ts";

/** The events of A in one op that took part, by seq: the seqs of those of B beside each, none for what is alone. */
type Beside = Map<number, number[]>;

/** Events of an op that are laid side by side at once. */
const LONGEST = 1 << 20;

/** Goes through both traces together; to ask for an earlier op is to begin anew. */
export class Besides {
  readonly #a: Compared;
  readonly #b: Compared;
  readonly #areCaptures: boolean;
  #way: Way | null = null;
  /** The op of A that was asked about last, and what stands beside its events once that was asked. */
  #op: OpPair | null = null;
  #beside: Beside | null = null;

  constructor(a: Compared, b: Compared) {
    this.#a = a;
    this.#b = b;
    this.#areCaptures = areCaptures(a.about, b.about);
  }

  /**
   * The seqs of B's events beside this one of A, none where it is alone; null where it has no part in a comparison.
   * A UserError says where an op is too long.
   */
  of(seq: number): readonly number[] | null {
    const pair = this.#pairAt(seq);
    if (pair === null) return null;
    const { a, b } = pair;
    if (b === null) return [];
    // How ops begin and end is compared by their arguments and results.
    if (a!.result !== null && seq === a!.last) return b.last === null ? [] : [b.last];
    if (seq === a!.first && this.#a.event(seq)?.event.kind === "op.began") return [b.first];
    if (a!.end - a!.first >= LONGEST)
      throw new UserError(
        `op ${a!.op} has ${a!.end - a!.first + 1} events, too many to be laid side by side here; use gartrace diff`,
      );
    this.#beside ??= this.#besideIn(pair);
    return this.#beside.get(seq) ?? null;
  }

  /** The op that an event lies in or behind, with its partner; null before all ops. */
  #pairAt(seq: number): OpPair | null {
    if (this.#op !== null && seq >= this.#op.a!.first && seq <= this.#op.a!.end) return this.#op;
    if (this.#way === null || (this.#op !== null && seq < this.#op.a!.first))
      this.#way = this.#begin();
    this.#op = null;
    this.#beside = null;
    const { ops } = this.#way;
    for (let next = ops.next(); !next.done; next = ops.next()) {
      const { a } = next.value;
      if (a === null || a.end < seq) continue;
      this.#op = next.value;
      return a.first <= seq ? next.value : null;
    }
    this.#way = null;
    return null;
  }

  #begin(): Way {
    const [a, b] = [this.#a, this.#b];
    const names = new Names();
    const takes = takesPart(usualRules, a.about, b.about);
    const options = { isWatched: false, areSameChipset: a.about.chipset === b.about.chipset };
    return {
      ops: opPairs(a, b, usualRules.byName)[Symbol.iterator](),
      a: new Side(a, names, takes, options),
      b: new Side(b, names, takes, options),
    };
  }

  #besideIn({ a, b }: OpPair): Beside {
    const { a: sideA, b: sideB } = this.#way!;
    sideA.begin(a!.first, a!.end);
    sideB.begin(b!.first, b!.end);
    const beside: Beside = new Map();
    const note = (one: Mark | null, other: Mark | null) => {
      if (one === null) return;
      const found = beside.get(one.seq) ?? [];
      beside.set(one.seq, other === null ? found : [...found, other.seq]);
    };
    if (this.#areCaptures) {
      const judge = new Judge(() => true, false);
      new Transfers(sideA, sideB, judge, usualRules.exact).op({
        alike: (_, one, other) => note(one, other),
        found: (found) => note(found.a, found.b),
      });
    } else {
      const left = alone(sideA, sideB, note);
      for (const found of withReordered(left)) note(found.a, found.b);
    }
    sideA.end();
    sideB.end();
    return beside;
  }
}

interface Way {
  readonly ops: Iterator<OpPair>;
  readonly a: Side;
  readonly b: Side;
}

/** Walks an op and tells of its pairs; gives what found no partner in its place. */
function alone(a: Side, b: Side, pair: (a: Mark, b: Mark) => void): readonly Found[] {
  const left: Found[] = [];
  walk(a, b, {
    pair: (i, j) => pair(markOf(a.lane.values, i), markOf(b.lane.values, j)),
    onlyA: (i) => left.push({ class: "missing", a: markOf(a.lane.values, i), b: null }),
    onlyB: (j) => left.push({ class: "extra", a: null, b: markOf(b.lane.values, j) }),
  });
  return left;
}
