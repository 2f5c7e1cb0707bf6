// sketch.ts - a first picture of a long trace, in a fraction of a second: which actors were at work where, nearly.
//
// Between two keyframes the file says which actors and kinds there are; how many of each is guessed from some events
// here and there. So nothing that is there is left out, nothing is shown that is not, and only shades change later.

import { FAULT_LANE } from "../answer/heads.ts";
import { hasBit } from "../store/overview.ts";
import type { TraceReader } from "../store/read.ts";
import { Pyramid } from "./pyramid.ts";

/** Events of a stretch that are looked at: some neighbours, at some places. */
const NEIGHBOURS = 8;
const PLACES = 4;

/** Null where the trace has no such stretches. */
export function sketchOf(trace: TraceReader, lanes: readonly string[]): Pyramid | null {
  const { kinds, actors } = trace.names;
  const zones = trace.overview.zones();
  if (zones.length === 0) return null;
  const sketch = new Pyramid(lanes);
  sketch.reach(trace.count);
  const laneOf = actors.map((actor) => lanes.indexOf(actor));
  const faults = lanes.indexOf(FAULT_LANE);
  const fault = kinds.indexOf("fault.raised");
  for (const { from, to, kinds, actors } of zones) {
    const events = to - from + 1;
    const seen = laneOf.map(() => 0);
    const step = Math.max(NEIGHBOURS, Math.floor(events / PLACES));
    let looked = 0;
    for (let at = from; at <= to; at += step)
      for (const actor of trace.overview.actorsOf(at, Math.min(to, at + NEIGHBOURS - 1))) {
        seen[actor]!++;
        looked++;
      }
    laneOf.forEach((lane, actor) => {
      if (hasBit(actors, actor)) spread(sketch, lane, from, to, (seen[actor]! * events) / looked);
    });
    if (hasBit(kinds, fault)) spread(sketch, faults, from, to, 1);
  }
  countTail(sketch, trace, zones.at(-1)!.to + 1);
  return sketch;
}

/** The few events behind the last stretch are counted. */
function countTail(sketch: Pyramid, trace: TraceReader, from: number): void {
  const { overview, names, count } = trace;
  for (const [bin, actor, events] of overview.actors(sketch.shift, from, count))
    sketch.addTo(sketch.lanes.indexOf(names.actors[actor]!), bin, events);
  const fault = names.kinds.indexOf("fault.raised");
  for (const { seq } of overview.ofKind(fault, from, count))
    sketch.add(sketch.lanes.indexOf(FAULT_LANE), seq);
}

/** So many events over a stretch, one at least. */
function spread(sketch: Pyramid, lane: number, from: number, to: number, events: number): void {
  const [first, last] = [from, to].map((seq) => Math.floor((seq - 1) / sketch.unit)) as [
    number,
    number,
  ];
  const bins = last - first + 1;
  const each = Math.floor(Math.max(1, events) / bins);
  const rest = Math.round(Math.max(1, events) - each * bins);
  for (let i = 0; i < bins; i++)
    sketch.addTo(
      lane,
      first + i,
      each + (Math.floor(((i + 1) * rest) / bins) - Math.floor((i * rest) / bins)),
    );
}
