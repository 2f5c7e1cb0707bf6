// coverage.ts - the relation of two clocks where nothing counts what a device did: that by which most of it was allowed.
//
// A USB host controller reads and writes buffers of many pipes in any order, and some again. Each touch of a buffer
// is one between its mapping and its end, so each mapping of that address allows a stretch of offsets between the
// clocks; the offset that most touches allow is the right one.

import { type Deed, endIn, isTelling, type Window } from "./evidence.ts";
import type { Clocks } from "./spans.ts";

/** So many touches say something. */
const ENOUGH = 16;
/** Guest and host count seconds of nearly one length: the steps that are tried, and how many of them either way. */
const STEP = 1e-5;
const STEPS = 20;
/** The part of the touches with which no other length is tried. */
const NEARLY_ALL = 0.98;

interface Covering extends Clocks {
  /** The part of the touches that it allows. */
  readonly part: number;
}

/** The relation that allows most of what the device did; null where too little was done to tell. */
export function coveringRelation(deeds: readonly Deed[], window: Window): Covering | null {
  const telling = deeds.filter((deed) => isTelling(deed, window));
  if (telling.length < ENOUGH) return null;
  let best = covering(telling, window, 1);
  for (let step = 1; step <= STEPS && best.part < NEARLY_ALL; step++)
    for (const slope of [1 - step * STEP, 1 + step * STEP]) {
      const found = covering(telling, window, slope);
      if (found.part > best.part) best = found;
    }
  return best;
}

/** The offset that most touches allow, at one ratio of the clocks. */
function covering(deeds: readonly Deed[], window: Window, slope: number): Covering {
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
  const start = (low + high) / 2;
  return {
    deviceTime: (guest) => start + slope * (guest / 1e3 - from),
    within: (high - low) / 2,
    part: most / deeds.length,
  };
}
