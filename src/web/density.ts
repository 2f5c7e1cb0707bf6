// density.ts - how many events of each lane lie under each pixel of a timeline: by the pyramid or event by event.

import {
  ACTOR_BITS,
  type DetailHead,
  FAULT_BIT,
  FAULT_LANE,
  OP_BIT,
  OP_LANE,
  type PyramidHead,
  WRONG_BIT,
  WRONG_LANE,
} from "../answer/heads.ts";
import type { View } from "./scale.ts";

/** The pyramid as it came: sixteen bits a bin, lane after lane. */
export interface Levels {
  readonly head: PyramidHead;
  readonly counts: Uint16Array;
}

export interface Detail {
  readonly head: DetailHead;
  readonly events: Uint8Array;
}

/** Counts by lane, one a pixel. */
export type Density = ReadonlyMap<string, Float32Array>;

/** From the first to the last event of a lane, as nearly as its bins tell; null where it has none. */
export function stretchOf({ head, counts }: Levels, name: string): View | null {
  const { lanes, unit, bins } = head;
  const lane = lanes.indexOf(name);
  const of = counts.subarray(lane * bins, (lane + 1) * bins);
  const first = of.findIndex((count) => count > 0);
  if (lane < 0 || first < 0) return null;
  const last = of.findLastIndex((count) => count > 0);
  return { from: first * unit, to: (last + 1) * unit };
}

/** Each bin is shared out over the pixels that it covers; a mark that is there is never lost. */
export function densityOf({ head, counts }: Levels, { from, to }: View, width: number): Density {
  const { lanes, unit, bins } = head;
  const perPixel = (to - from) / width;
  return new Map(
    lanes.map((name, lane) => {
      const sums = new Float32Array(width);
      const at = counts.subarray(lane * bins, (lane + 1) * bins);
      const [first, last] = [
        Math.max(0, Math.floor(from / unit)),
        Math.min(bins - 1, Math.floor(to / unit)),
      ];
      for (let bin = first; bin <= last; bin++) {
        const count = at[bin]!;
        if (count === 0) continue;
        const start = Math.max(0, Math.floor((bin * unit - from) / perPixel));
        const end = Math.min(
          width - 1,
          Math.max(start, Math.ceil(((bin + 1) * unit - from) / perPixel) - 1),
        );
        const share = count / (end - start + 1);
        for (let pixel = start; pixel <= end; pixel++) sums[pixel]! += share;
      }
      return [name, sums];
    }),
  );
}

/** The same from events one by one, where they are at hand for the whole view. */
export function exactDensity({ head, events }: Detail, { from, to }: View, width: number): Density {
  const names = [...head.actors, OP_LANE, FAULT_LANE, WRONG_LANE];
  const found = new Map(names.map((name) => [name, new Float32Array(width)]));
  const scale = width / (to - from);
  const [first, last] = [
    Math.max(head.from, Math.floor(from) + 1),
    Math.min(head.from + events.length - 1, Math.ceil(to)),
  ];
  for (let seq = first; seq <= last; seq++) {
    const event = events[seq - head.from]!;
    const start = Math.max(0, Math.min(width - 1, Math.floor((seq - 1 - from) * scale)));
    const end = Math.max(start, Math.min(width - 1, Math.ceil((seq - from) * scale) - 1));
    const put = (name: string) => {
      const sums = found.get(name)!;
      for (let pixel = start; pixel <= end; pixel++) sums[pixel]! += 1;
    };
    put(head.actors[event & ACTOR_BITS]!);
    if (event & OP_BIT) put(OP_LANE);
    if (event & FAULT_BIT) put(FAULT_LANE);
    if (event & WRONG_BIT) put(WRONG_LANE);
  }
  return found;
}
