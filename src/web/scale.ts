// scale.ts - which events a timeline shows, and where each lies on it.

/** Events from one to another; between two whole numbers while it is being moved. */
export interface View {
  readonly from: number;
  readonly to: number;
}

/** The least and the most that is shown. */
const LEAST = 24;

/** A view inside a trace of so many events. */
export function fitting({ from, to }: View, count: number): View {
  const whole = Math.max(LEAST, count);
  const width = Math.min(Math.max(to - from, LEAST), whole);
  const start = Math.max(0, Math.min(from, whole - width));
  return { from: start, to: start + width };
}

/** Nearer or further, so that one event stays where it is. */
export function zoomed({ from, to }: View, factor: number, around: number, count: number): View {
  const width = Math.min(Math.max((to - from) * factor, LEAST), Math.max(LEAST, count));
  const part = to > from ? (around - from) / (to - from) : 0.5;
  return fitting({ from: around - part * width, to: around + (1 - part) * width }, count);
}

export const panned = ({ from, to }: View, by: number, count: number): View =>
  fitting({ from: from + by, to: to + by }, count);

/** What a stretch takes of a view at least, so that one sees into it. */
const SEEN = 1 / 20;

/** The whole trace where a stretch of it can be seen into there, else the stretch and as much again around it. */
export function around({ from, to }: View, count: number): View {
  const margin = to - from < SEEN * count ? (to - from) / 2 : count;
  return fitting({ from: from - margin, to: Math.min(to, count) + margin }, count);
}

/** The larger part of a trace before or behind the op that takes most of it; null without ops. */
export function besideLongest(
  ops: readonly { readonly first: number; readonly last: number }[],
  count: number,
): View | null {
  if (ops.length === 0) return null;
  const longest = ops.reduce((one, other) =>
    other.last - other.first > one.last - one.first ? other : one,
  );
  const [before, behind] = [longest.first - 1, count - longest.last];
  return behind >= before ? { from: longest.last, to: count } : { from: 0, to: before };
}

/** The same width, moved as little as needed to have an event in it. */
export function containing(view: View, at: number, count: number): View {
  const { from, to } = view;
  if (at >= from && at <= to) return view;
  const width = to - from;
  return fitting({ from: at - width / 2, to: at + width / 2 }, count);
}

/** Where an event lies, as a part of the view's width. */
export const partOf = ({ from, to }: View, seq: number): number => (seq - from) / (to - from);
export const seqAt = ({ from, to }: View, part: number): number => from + part * (to - from);

/** Round numbers for marks on an axis, some so many of them. */
export function ticks({ from, to }: View, most: number): number[] {
  const rough = (to - from) / most;
  const power = 10 ** Math.floor(Math.log10(Math.max(1, rough)));
  const step = [1, 2, 5, 10].map((times) => times * power).find((one) => one >= rough) ?? power;
  const found: number[] = [];
  for (let at = Math.ceil(from / step) * step; at <= to; at += step) found.push(at);
  return found;
}
