// observe.ts - facts that a recording states and that the state must agree with.
//
// The reference's harness notes them after each operation; here they are worked out from the replayed state,
// so that a simulated trace, which does not carry them, can be held against a recording that does.

import { crc32 } from "node:zlib";
import { mfnOf, raw } from "../address.ts";
import type { Facts } from "../event/field.ts";
import type { Event, Of } from "../event/vocabulary.ts";
import { entriesOf, fetch } from "../machine/gart.ts";
import type { State } from "../machine/state.ts";

/** What one op wrote, gathered while its events go by. */
export class OpWatch {
  /** The entries that this op filled, with the frame of the page each was meant for. */
  readonly bound: { entry: number; frame: number | null }[] = [];
  readonly #dump: unknown;

  /** A dump shows the table as it is before the op touches it: at a `dump` op, and before `cleanup`. */
  constructor(began: Of<"op.began">, state: State) {
    const tag = began.name === "cleanup" ? "final" : began.arguments.tag;
    if (began.name === "cleanup" || began.name === "dump")
      this.#dump = { tag, entries: wordsOf(state).length, runs: runsOf(state) };
  }

  see(event: Event): void {
    if (event.kind === "gatt.written" && event.bus != null)
      this.bound.push({
        entry: event.entry,
        frame: event.machine == null ? null : raw(mfnOf(event.machine)),
      });
  }

  get dump(): unknown {
    return this.#dump;
  }
}

type Observation = (state: State, watch: OpWatch) => unknown;

const observations: { readonly [fact: string]: Observation } = {
  gatt_crc32: (state) => `0x${tableCrc(state).toString(16).padStart(8, "0")}`,
  gatt_nonzero: (state) => wordsOf(state).filter((word) => word !== 0).length,
  // No chipset that is simulated here fills its table with a scratch page.
  gatt_used: (state) => wordsOf(state).filter((word) => word !== 0).length,
  entry0_addr: (state) => hexOrNull(fetch(state, 0)?.fetched),
  gatt_dump: (_, watch) => watch.dump,
  hw_ok: (state, watch) => watch.bound.filter((page) => isFound(state, page)).length,
  hw_bad: (state, watch) => watch.bound.filter((page) => !isFound(state, page)).length,
  hw_first_bad: (state, watch) => {
    const page = watch.bound.findIndex((bound) => !isFound(state, bound));
    const bad = watch.bound[page];
    if (bad === undefined) return undefined;
    const walked = fetch(state, bad.entry);
    const frame = walked?.reached == null ? -1 : raw(mfnOf(walked.reached));
    return { page, entry: `0x${(walked?.word ?? 0).toString(16)}`, frame, want: bad.frame };
  },
};

/** A stated fact's value by the replayed state; undefined for a fact that the state cannot tell. */
export const observed = (fact: string, state: State, watch: OpWatch): unknown =>
  observations[fact]?.(state, watch);

/** The facts of a result that the state can tell. */
export const observable = (result: Facts): string[] =>
  Object.keys(result).filter((fact) => fact in observations);

const hexOrNull = (address: Parameters<typeof raw>[0] | null | undefined): string | null =>
  address == null ? null : `0x${raw(address).toString(16)}`;

function isFound(state: State, { entry, frame }: { entry: number; frame: number | null }): boolean {
  const reached = fetch(state, entry)?.reached;
  return reached != null && raw(mfnOf(reached)) === frame;
}

/** All words of the table that were ever written, by index: the driver fills the whole table at init. */
function wordsOf(state: State): Uint32Array {
  return Uint32Array.from(entriesOf(state), ([, word]) => word);
}

/** zlib's CRC-32 over the words in little-endian order, as typed arrays keep them on every host of Node. */
function tableCrc(state: State): number {
  const words = wordsOf(state);
  return crc32(new Uint8Array(words.buffer));
}

/** [first index, length, word as hex], for equal words in a row. */
function runsOf(state: State): [number, number, string][] {
  const runs: [number, number, string][] = [];
  let before: number | null = null;
  for (const [i, word] of wordsOf(state).entries()) {
    if (word === before) runs.at(-1)![1]++;
    else runs.push([i, 1, `0x${word.toString(16)}`]);
    before = word;
  }
  return runs;
}
