// timeline-draw.ts - draws a timeline: ops, a lane for each actor, and above all what is wrong.

import { FAULT_LANE, OP_LANE, WRONG_LANE } from "../answer/heads.ts";
import type { DivergencesAnswer, OpsAnswer } from "../answer/shapes.ts";
import { counted } from "./counted.ts";
import type { Density } from "./density.ts";
import { colour, type Rgb, rgb } from "./palette.ts";
import { partOf, ticks, type View } from "./scale.ts";

export const GUTTER = 76;
/** The height of a lane: of one trace, and of each of two. */
export const laneHeight = (traces: number): number => (traces > 1 ? 10 : 13);
const AXIS = 16;

export interface Picture {
  readonly view: View;
  readonly density: Density;
  readonly ops: OpsAnswer | null;
  /** Lanes from top to bottom. */
  readonly lanes: readonly string[];
  readonly width: number;
  /** The height of a lane. */
  readonly lane: number;
}

/** What lies over the lanes, so that they stay as they are while it moves. */
interface Overlay {
  readonly view: View;
  readonly at: number;
  readonly hover: number | null;
  readonly width: number;
  readonly height: number;
}

/** Which lanes a trace has, in their order: marks first, ops, then actors. */
export const lanesOf = (actors: readonly string[], hasOps: boolean): string[] => [
  WRONG_LANE,
  FAULT_LANE,
  ...(hasOps ? [OP_LANE] : []),
  ...actors,
];

export const heightOf = (lanes: readonly string[], lane: number): number =>
  AXIS + lanes.length * lane + 3;

const titles: { readonly [lane: string]: string } = {
  [WRONG_LANE]: "✕ wrong",
  [FAULT_LANE]: "⚡ faults",
  [OP_LANE]: "ops",
};

export function drawTimeline(context: CanvasRenderingContext2D, picture: Picture): void {
  const { lanes, width, lane: each } = picture;
  const height = heightOf(lanes, each);
  context.clearRect(0, 0, width, height);
  context.font = `11px ${colour("sans")}`;
  context.textBaseline = "middle";
  drawGrid(context, picture, height);
  context.font = `${Math.min(11, each)}px ${colour("sans")}`;
  lanes.forEach((lane, i) => {
    const y = AXIS + i * each;
    context.fillStyle = colour("dim");
    context.textAlign = "left";
    context.fillText(titles[lane] ?? lane, 8, y + each / 2);
    context.fillStyle = colour("lane");
    context.fillRect(GUTTER, y + 1, width - GUTTER, each - 2);
    if (lane === OP_LANE && picture.ops !== null && !picture.ops.more)
      drawOps(context, picture, picture.ops, y);
    else drawLane(context, picture, lane, y);
  });
}

/** The numbers of the axis, and where each stands. */
function axis(view: View, width: number): { at: number; x: number }[] {
  const inner = width - GUTTER;
  return ticks(view, Math.max(2, inner / 110)).map((at) => ({
    at,
    x: GUTTER + partOf(view, at) * inner,
  }));
}

function drawGrid(
  context: CanvasRenderingContext2D,
  { view, width }: Picture,
  height: number,
): void {
  context.fillStyle = colour("grid");
  for (const { x } of axis(view, width)) context.fillRect(Math.round(x), AXIS - 4, 1, height);
}

/** But for those that the moment's own number would cut. */
function drawNumbers(
  context: CanvasRenderingContext2D,
  { view, width }: Overlay,
  flag: { readonly from: number; readonly to: number } | null,
): void {
  context.fillStyle = colour("dim");
  for (const { at, x } of axis(view, width)) {
    const text = `#${counted(at)}`;
    const half = context.measureText(text).width / 2 + 4;
    const isCut = flag !== null && x + half > flag.from && x - half < flag.to;
    if (x > GUTTER + 20 && x < width - 30 && !isCut) context.fillText(text, x, AXIS / 2);
  }
}

const laneColours: { readonly [lane: string]: string } = {
  [WRONG_LANE]: "wrong",
  [FAULT_LANE]: "warn",
  [OP_LANE]: "c3",
  workload: "c3",
  driver: "c1",
  kernel: "c2",
  hypervisor: "c4",
  cpu: "c5",
  chipset: "c2",
  card: "right",
  device: "right",
};

/** Pixels of a mark, at the edge as well. */
const MARK = 3;

/** A column a pixel: the darker, the more events; a mark is never fainter than can be seen. */
function drawLane(
  context: CanvasRenderingContext2D,
  { density, view, width, lane: height }: Picture,
  lane: string,
  y: number,
): void {
  const sums = density.get(lane);
  if (sums === undefined) return;
  const isMark = lane === WRONG_LANE || lane === FAULT_LANE;
  const perPixel = (view.to - view.from) / (width - GUTTER);
  const full = Math.log1p(Math.max(1, perPixel));
  const tone = rgb(laneColours[lane] ?? "c1");
  for (let pixel = 0; pixel < sums.length; pixel++) {
    const sum = sums[pixel]!;
    if (sum <= 0) continue;
    const part = Math.min(1, Math.log1p(sum) / full);
    context.fillStyle = css(tone, isMark ? 0.7 + 0.3 * part : 0.22 + 0.78 * part);
    const wide = isMark ? MARK : 1;
    const left = Math.max(0, Math.min(pixel - (wide - 1) / 2, sums.length - wide));
    context.fillRect(GUTTER + left, y + 1, wide, height - 2);
  }
}

const css = ([red, green, blue]: Rgb, alpha: number): string =>
  `rgba(${red},${green},${blue},${alpha.toFixed(3)})`;

function drawOps(
  context: CanvasRenderingContext2D,
  { view, width, lane }: Picture,
  { ops }: OpsAnswer,
  y: number,
): void {
  const inner = width - GUTTER;
  context.textAlign = "left";
  ops.forEach(({ op, name, first, last }) => {
    const from = Math.max(GUTTER, GUTTER + partOf(view, first - 1) * inner);
    const to = Math.min(width, GUTTER + partOf(view, last) * inner);
    if (to < GUTTER || from > width) return;
    context.fillStyle = css(rgb("c3"), op % 2 === 0 ? 0.42 : 0.26);
    context.fillRect(from, y + 1, Math.max(1, to - from - (to - from > 3 ? 1 : 0)), lane - 2);
    const text = `${op} ${name}`;
    if (to - from < context.measureText(text).width + 8) return;
    context.fillStyle = colour("text");
    context.fillText(text, from + 4, y + lane / 2 + 0.5);
  });
}

/** The moment, where the pointer is, and the axis, which makes room for the moment's number. */
export function drawMoment(context: CanvasRenderingContext2D, overlay: Overlay): void {
  const { view, at, hover, width, height } = overlay;
  context.clearRect(0, 0, width, height);
  context.font = `11px ${colour("sans")}`;
  context.textBaseline = "middle";
  context.textAlign = "center";
  const inner = width - GUTTER;
  const xOf = (seq: number) => Math.round(GUTTER + partOf(view, seq) * inner);
  if (hover !== null) {
    context.fillStyle = colour("dim");
    context.fillRect(xOf(hover), AXIS, 1, height - AXIS);
  }
  if (at < view.from || at > view.to) {
    drawNumbers(context, overlay, null);
    return;
  }
  const x = xOf(at);
  const text = `#${counted(at)}`;
  const half = context.measureText(text).width / 2 + 5;
  const middle = Math.min(width - half, Math.max(GUTTER + half, x));
  drawNumbers(context, overlay, { from: middle - half, to: middle + half });
  context.fillStyle = colour("accent");
  context.fillRect(x, AXIS - 2, 1.5, height);
  context.beginPath();
  context.roundRect(middle - half, 0, 2 * half, AXIS - 1, 3);
  context.fill();
  context.fillStyle = colour("on-accent");
  context.fillText(text, middle, AXIS / 2);
}

/** Lines between the first events of partner ops; what stands alone ends half-way. */
export function drawBeside(
  context: CanvasRenderingContext2D,
  ops: DivergencesAnswer["ops"],
  above: View,
  below: View,
  width: number,
  height: number,
): void {
  context.clearRect(0, 0, width, height);
  context.save();
  context.beginPath();
  context.rect(GUTTER, 0, width - GUTTER, height);
  context.clip();
  const inner = width - GUTTER;
  const xOf = (view: View, seq: number) => GUTTER + partOf(view, seq - 1) * inner;
  for (const { a, b } of ops) {
    const top = a === null ? null : xOf(above, a);
    const bottom = b === null ? null : xOf(below, b);
    context.strokeStyle = colour(top === null || bottom === null ? "warn" : "c3");
    context.lineWidth = 1;
    context.beginPath();
    context.moveTo(top ?? bottom!, top === null ? height / 2 : 0);
    context.lineTo(bottom ?? top!, bottom === null ? height / 2 : height);
    context.stroke();
  }
  context.restore();
  context.font = `11px ${colour("sans")}`;
  context.fillStyle = colour("dim");
  context.textBaseline = "middle";
  context.fillText("side by side", 8, height / 2);
}
