// pair-files.ts - two files side by side: their comparison, and which events of one belong to which of the other.
//
// It can take long; the command has a thread of its own for it, so that the page is answered meanwhile.

import type { Side } from "../answer/shapes.ts";
import { Pairing } from "../diff/pairing.ts";
import { UserError } from "../fault.ts";
import { TraceReader } from "../store/read.ts";
import { type ComparedPair, comparedPair } from "./compared-pair.ts";

/** Of an event: it takes no part in a comparison, or stands alone in one. */
export const NO_PART = -1;
export const ALONE = 0;

/** What is asked of a pair, here or in a thread. */
export interface PairSource {
  compare(): Promise<ComparedPair>;
  /** For each event of one side from one to another: the seq of its partner, NO_PART or ALONE. */
  partners(side: Side, from: number, to: number): Promise<readonly number[]>;
  /** The moment of the other side that belongs to one of this. */
  moment(side: Side, at: number): Promise<number>;
}

/** Events that are looked back through for one that has a partner. */
const BACK = 512;

export class PairFiles implements PairSource {
  readonly #paths: { readonly [S in Side]: string };
  #kept: Opened | null = null;

  constructor(a: string, b: string) {
    this.#paths = { a, b };
  }

  async compare(): Promise<ComparedPair> {
    return comparedPair(this.#paths.a, this.#paths.b);
  }

  async partners(side: Side, from: number, to: number): Promise<readonly number[]> {
    return this.#use(side, (pairing) =>
      Array.from({ length: Math.max(0, to - from + 1) }, (_, i) => {
        const seqs = partnersOf(pairing, from + i);
        return seqs === null ? NO_PART : (seqs[0] ?? ALONE);
      }),
    );
  }

  async moment(side: Side, at: number): Promise<number> {
    return this.#use(side, (pairing, mine) => {
      for (let seq = at; seq > Math.max(0, at - BACK); seq--) {
        const partner = partnersOf(pairing, seq)?.at(-1);
        if (partner !== undefined) return partner;
      }
      const op = mine.event(at)?.op ?? -1;
      const row = op < 0 ? undefined : mine.op(op);
      return (row && partnersOf(pairing, row.first)?.[0]) ?? 0;
    });
  }

  close(): void {
    this.#kept?.close();
    this.#kept = null;
  }

  /** A file that is still being written is opened for one question alone. */
  #use<T>(side: Side, ask: (pairing: Pairing, mine: TraceReader) => T): T {
    const opened = this.#kept ?? new Opened(this.#paths.a, this.#paths.b);
    try {
      if (!opened.isGrowing) this.#kept = opened;
      return ask(opened.pairings[side], opened.traces[side]);
    } finally {
      if (opened.isGrowing) opened.close();
    }
  }
}

class Opened {
  readonly traces: { readonly [S in Side]: TraceReader };
  readonly pairings: { readonly [S in Side]: Pairing };

  constructor(pathA: string, pathB: string) {
    const [a, b] = [TraceReader.open(pathA), TraceReader.open(pathB)];
    this.traces = { a, b };
    this.pairings = { a: new Pairing(a, b), b: new Pairing(b, a) };
  }

  get isGrowing(): boolean {
    return this.traces.a.isGrowing || this.traces.b.isGrowing;
  }

  close(): void {
    this.traces.a.close();
    this.traces.b.close();
  }
}

/** Null where the event takes no part, or its op is too long to be paired here. */
function partnersOf(pairing: Pairing, seq: number): readonly number[] | null {
  try {
    return pairing.partnerSeqs(seq);
  } catch (error) {
    if (error instanceof UserError) return null;
    throw error;
  }
}
