// coverage.ts - the relation of two clocks where nothing counts what a device did: that by which most of it was allowed.
//
// A USB host controller reads and writes buffers of many pipes in any order, and some again. Each touch of a buffer
// is one between its mapping and its end, so each mapping of that address allows a stretch of offsets between the
// clocks; the offset that most touches allow is the right one.

import { type Deed, endIn, isTelling, type Window } from "./evidence.ts";
import type { Clocks } from "./spans.ts";

/** So many touches say something. */
const ENOUGH = 16;
/** Guest and host count seconds of nearly one length: the steps that are tried around the best, and how many either way. */
const STEPS = [
  [1e-5, 20],
  [2e-6, 5],
  [4e-7, 5],
  [8e-8, 5],
] as const;
/** Microseconds by which a relation that is not quite right can miss a mapping. */
const NEAR = 1000;

interface Covering extends Clocks {
  /** The part of the touches that it allows. */
  readonly part: number;
  /** Whether it allows all that are anywhere near a mapping of their address. */
  readonly isClear: boolean;
}
interface Fit {
  readonly slope: number;
  readonly start: number;
  readonly within: number;
  readonly part: number;
}

/** The relation that allows most of what the device did; null where too little was done to tell. */
export function coveringRelation(deeds: readonly Deed[], window: Window): Covering | null {
  const telling = deeds.filter((deed) => isTelling(deed, window));
  if (telling.length < ENOUGH) return null;
  let best = fitAt(telling, window, 1);
  for (const [step, steps] of STEPS) {
    const { slope } = best;
    for (let i = 1; i <= steps && best.part < 1; i++)
      for (const by of [-i * step, i * step]) {
        const found = fitAt(telling, window, slope + by);
        if (found.part > best.part) best = found;
      }
  }
  const { slope, start, within, part } = best;
  const timeOf = (guest: number) => start + slope * (guest - window.from);
  const isClear = telling.every(({ at, to }) => {
    const misses = to.map((span) =>
      Math.max(timeOf(span.begin) - at, at - timeOf(endIn(span, window)), 0),
    );
    const least = Math.min(...misses);
    return least <= within || least > NEAR;
  });
  return { deviceTime: (guest) => timeOf(guest / 1e3), within, part, isClear };
}

/** The offset that most touches allow, at one ratio of the clocks. */
function fitAt(deeds: readonly Deed[], window: Window, slope: number): Fit {
  const { from } = window;
  const edges: { readonly at: number; readonly by: 1 | -1 }[] = [];
  for (const { at, to } of deeds)
    for (const span of to) {
      edges.push({ at: at - slope * (endIn(span, window) - from), by: 1 });
      edges.push({ at: at - slope * (span.begin - from), by: -1 });
    }
  edges.sort((a, b) => a.at - b.at || b.by - a.by);
  let [count, most, low, high] = [0, 0, 0, 0];
  for (const [i, { at, by }] of edges.entries()) {
    count += by;
    const next = edges[i + 1]?.at ?? at;
    if (count < most || (count === most && next - at <= high - low)) continue;
    [most, low, high] = [count, at, next];
  }
  const [start, within] = [(low + high) / 2, (high - low) / 2];
  return { slope, start, within, part: most / deeds.length };
}
