// observe.ts - facts that a recording states and that the state must agree with.
//
// The reference's harness notes them after each operation; here they are worked out from the replayed state,
// so that a simulated trace, which does not carry them, can be compared with a recording that does.

import { crc32 } from "node:zlib";
import {
  directoryIndex,
  type GattIndex,
  gattIndex,
  hex,
  type Machine,
  type Mfn,
  mfnOf,
  PAGE_SIZE,
  raw,
  WORD_SIZE,
} from "../address.ts";
import type { Facts } from "../event/field.ts";
import type { Event } from "../event/vocabulary.ts";
import { entriesOf, fetch } from "../machine/gart.ts";
import type { State } from "../machine/state.ts";
import { cpuWord, entryWord } from "../machine/table-words.ts";

/** An entry that an op filled, with the frame of its page. */
interface Bound {
  readonly entry: GattIndex;
  readonly frame: Mfn | null;
}

/** What the facts are computed from: the state, and what of the trace so far is not in it. */
interface Evidence {
  readonly state: State;
  /** The word that the driver puts where no page is bound, by the result of the last successful `init`. */
  readonly scratch: number;
  /** The words of the table; several facts need them, and reading them all takes a millisecond. */
  readonly words: () => readonly number[];
  /** What the op under way filled, or the last one. */
  readonly bound: readonly Bound[];
  /** The table as it was before the op touched it: at a `dump` op, and before `cleanup`. */
  readonly dump: unknown;
  /** What the table was like after each agp_release of the op but the last. */
  readonly released: readonly Facts[];
}

/** Follows a trace through all its ops; the state must be that after the event last seen. */
export class Watch {
  readonly #state: State;
  #scratch = 0;
  /** How many entries the driver counts, which need not be as many as the table's pages have room for. */
  #entries: number | null = null;
  #bound: Bound[] = [];
  #dump: unknown;
  #releases = 0;
  #released: Facts[] = [];
  /** The words of the table since the event last seen, if anybody asked for them. */
  #words: readonly number[] | null = null;

  constructor(state: State) {
    this.#state = state;
  }

  see(event: Event): void {
    this.#words = null;
    if (event.kind === "op.began") {
      this.#bound = [];
      this.#releases = 0;
      this.#released = [];
      const tag = event.name === "cleanup" ? "final" : event.arguments.tag;
      const dumps = event.name === "cleanup" || event.name === "dump";
      this.#dump = dumps ? dumpOf(this.#evidence.words(), tag) : undefined;
    } else if (
      (event.kind === "gatt.written" || event.kind === "outside.written") &&
      event.bus != null
    ) {
      const frame = event.machine == null ? null : mfnOf(event.machine);
      // An entry outside the table has a plain number; the chipset's walk finds its word all the same.
      this.#bound.push({ entry: gattIndex(raw(event.entry)), frame });
    } else if (event.kind === "call.entered" && event.text?.startsWith("agp_release(")) {
      // Between two of them nothing touches the table.
      if (this.#releases++ > 0) this.#released.push(this.#table());
    } else if (event.kind === "op.ended") {
      const { scratch_page: word, num_entries: entries } = event.result;
      if (typeof word === "string") this.#scratch = Number.parseInt(word, 16);
      if (typeof entries === "number") this.#entries = entries;
    }
  }

  /** A stated fact's value by the replayed state; undefined for a fact that the state cannot tell. */
  observed(fact: string): unknown {
    return observations[fact]?.(this.#evidence);
  }

  get #evidence(): Evidence {
    return {
      state: this.#state,
      scratch: this.#scratch,
      words: () => (this.#words ??= wordsOf(this.#state, this.#entries)),
      bound: this.#bound,
      dump: this.#dump,
      released: this.#released,
    };
  }

  #table(): Facts {
    const facts = ["gatt_crc32", "gatt_nonzero", "gatt_used"];
    const table = facts.map((fact) => [fact, observations[fact]!(this.#evidence)]);
    return Object.fromEntries(table) as Facts;
  }
}

type Observation = (evidence: Evidence) => unknown;

const observations: { readonly [fact: string]: Observation } = {
  gatt_crc32: (evidence) => `0x${tableCrc(evidence).toString(16).padStart(8, "0")}`,
  gatt_nonzero: (evidence) => evidence.words().filter((word) => word !== 0).length,
  gatt_used: (evidence) =>
    evidence.words().filter((word) => word !== 0 && word !== evidence.scratch).length,
  entry0_addr: ({ state }) => hexOrNull(fetch(state, gattIndex(0))?.fetched),
  gatt_dump: ({ dump }) => dump,
  releases_gatt: ({ released }) => (released.length === 0 ? undefined : released),
  dir_dump: ({ state }) => directoryOf(state),
  hw_ok: ({ state, bound }) => bound.filter((page) => isFound(state, page)).length,
  hw_bad: ({ state, bound }) => bound.filter((page) => !isFound(state, page)).length,
  hw_first_bad: ({ state, bound }) => {
    const page = bound.findIndex((bound) => !isFound(state, bound));
    const bad = bound[page];
    if (bad === undefined) return undefined;
    const walked = fetch(state, bad.entry);
    const frame = walked?.reached == null ? -1 : mfnOf(walked.reached);
    return { page, entry: hex(walked?.word ?? 0), frame, want: bad.frame };
  },
};

/** The facts of a result that the state can tell. */
export const observable = (result: Facts): string[] =>
  Object.keys(result).filter((fact) => fact in observations);

const hexOrNull = (address: Machine | null | undefined): string | null =>
  address == null ? null : hex(address);

function isFound(state: State, { entry, frame }: Bound): boolean {
  const reached = fetch(state, entry)?.reached;
  return reached != null && mfnOf(reached) === frame;
}

/**
 * The words of the table, by index, as many as the driver counts. Where an aperture is larger than its table, the
 * driver has no mapping of the entries behind the end, and nothing was ever written there.
 */
function wordsOf(state: State, count: number | null): number[] {
  const words = Array.from(entriesOf(state), ([, word]) => word);
  if (count === null || words.length === 0) return words;
  while (words.length < count) words.push(0);
  return words.slice(0, count);
}

/** [index, word as hex], for each word of the directory that the CPU wrote and is not 0. */
function directoryOf(state: State): [number, string][] {
  const words: [number, string][] = [];
  for (let i = 0; i < (state.directory.size * PAGE_SIZE) / WORD_SIZE; i++) {
    const word = cpuWord(state, entryWord(state.directory, directoryIndex(i), WORD_SIZE)!) ?? 0;
    if (word !== 0) words.push([i, hex(word)]);
  }
  return words;
}

/** zlib's CRC-32 over the words in little-endian order, as typed arrays keep them on every host of Node. */
function tableCrc(evidence: Evidence): number {
  const words = evidence.words();
  const isWide = evidence.state.nature.chipset?.entry.bytes === 8;
  const memory = isWide ? BigUint64Array.from(words, BigInt) : Uint32Array.from(words);
  return crc32(new Uint8Array(memory.buffer));
}

function dumpOf(words: readonly number[], tag: unknown): unknown {
  return { tag, entries: words.length, runs: runsOf(words) };
}

/** [first index, length, word as hex], for equal words in a row. */
function runsOf(words: readonly number[]): [number, number, string][] {
  const runs: [number, number, string][] = [];
  let before: number | null = null;
  for (const [i, word] of words.entries()) {
    if (word === before) runs.at(-1)![1]++;
    else runs.push([i, 1, hex(word)]);
    before = word;
  }
  return runs;
}
