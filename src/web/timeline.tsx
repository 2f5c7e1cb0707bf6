// timeline.tsx - the pane Timeline: where in the trace one is, from afar and from near.

import { type ReadonlySignal, useComputed, useSignal } from "@preact/signals";
import { Fragment } from "preact";
import { useMemo, useRef } from "preact/hooks";
import { FAULT_LANE, WRONG_LANE } from "../answer/heads.ts";
import { Canvas, useSize } from "./canvas.tsx";
import { type Density, densityOf, exactDensity } from "./density.ts";
import { following, sentence } from "./latest.ts";
import type { Model } from "./model.ts";
import { schemes } from "./palette.ts";
import { panned, seqAt, type View, zoomed } from "./scale.ts";
import { ask } from "./source.ts";
import {
  drawBeside,
  drawMoment,
  drawTimeline,
  GUTTER,
  heightOf,
  laneHeight,
  lanesOf,
} from "./timeline-draw.ts";
import type { TraceModel } from "./trace-model.ts";

/** Out of every view. */
const NOWHERE = -1;
/** Pixels that a pointer moves before it drags instead of clicking. */
const DRAG = 4;
/** Pixels beside a mark at which a click means it. */
const NEAR = 4;

export function Timeline({ model }: { model: Model }) {
  return (
    <section class="pane timeline" aria-label="Timeline">
      {model.traces.map((trace, i) => (
        <Fragment key={trace.side}>
          {i > 0 && <Beside model={model} />}
          <Lanes model={model} trace={trace} />
        </Fragment>
      ))}
      <Slider model={model} />
    </section>
  );
}

const BESIDE = 18;

/** Where ops of two traces stand side by side: a line from each op above to its partner below. */
function Beside({ model }: { model: Model }) {
  const [holder, size] = useSize();
  const [a, b] = model.traces as [TraceModel, TraceModel];
  const ops = model.divergences.value.value?.ops ?? [];
  return (
    <div
      class="beside"
      ref={holder}
      style={{ height: `${BESIDE}px` }}
      role="img"
      aria-label={`${ops.filter((op) => op.a !== null && op.b !== null).length} ops stand side by side`}
    >
      <Canvas
        size={{ ...size, height: BESIDE }}
        draw={(context, { width }) => {
          schemes.value;
          drawBeside(context, ops, a.view.value, b.view.value, width, BESIDE);
        }}
      />
    </div>
  );
}

/** The whole trace as one slider. */
function Slider({ model }: { model: Model }) {
  const { trace: side, at } = model.focus.value;
  const count = model.of(side).count.value;
  return (
    <input
      type="range"
      class="moment-slider"
      aria-label="Moment"
      aria-valuetext={`after event ${at} of ${count}`}
      min={0}
      max={count}
      value={at}
      onInput={(event) => model.go({ at: Number(event.currentTarget.value) }, "scrub")}
    />
  );
}

function useOps(model: Model, trace: TraceModel) {
  return useMemo(
    () =>
      following(
        () => {
          const { from, to } = trace.view.value;
          return {
            from: Math.max(1, Math.floor(from)),
            to: Math.ceil(to),
            count: trace.count.value,
          };
        },
        ({ from, to }) => ask(model.source, "ops", { trace: trace.side, from, to }),
      ),
    [],
  );
}

function Lanes({ model, trace }: { model: Model; trace: TraceModel }) {
  const [holder, size] = useSize();
  const hover = useSignal<number | null>(null);
  const ops = useOps(model, trace);
  const about = trace.about.value;
  const lanes = lanesOf(about.actors, about.lastOp >= 0);
  const lane = laneHeight(model.traces.length);
  const height = heightOf(lanes, lane);
  const inner = Math.max(1, Math.round(size.width) - GUTTER);
  const density = useComputed(() => densityNow(trace, Math.max(1, inner)));
  const pointer = usePointer(model, trace, { hover, inner, density });
  const isFocus = model.side.value === trace.side;
  return (
    <div
      class={isFocus ? "lanes focus" : "lanes"}
      ref={holder}
      style={{ height: `${height}px` }}
      {...pointer}
    >
      {model.traces.length > 1 && <span class="side">{trace.side.toUpperCase()}</span>}
      <Canvas
        size={{ ...size, height }}
        draw={(context, { width }) => {
          schemes.value;
          drawTimeline(context, {
            view: trace.view.value,
            density: density.value,
            ops: ops.value.value,
            lanes,
            width,
            lane,
          });
        }}
      />
      <Canvas
        size={{ ...size, height }}
        draw={(context, { width }) => {
          schemes.value;
          drawMoment(context, {
            view: trace.view.value,
            at: trace.at.value ?? NOWHERE,
            hover: hover.value,
            width,
            height,
          });
        }}
      />
    </div>
  );
}

function densityNow(trace: TraceModel, width: number): Density {
  const view = trace.view.value;
  const detail = trace.detail.value.value;
  if (detail !== null && detail.head.from - 1 <= view.from + 1) {
    const last = detail.head.from + detail.events.length;
    if (last >= Math.min(view.to, trace.count.value)) return exactDensity(detail, view, width);
  }
  const levels = trace.levels.value;
  return levels === null ? new Map() : densityOf(levels, view, width);
}

/** Whether a mark is drawn near a pixel. */
const isMarked = (density: Density, pixel: number): boolean =>
  [WRONG_LANE, FAULT_LANE].some((lane) =>
    density
      .get(lane)
      ?.subarray(Math.max(0, pixel - NEAR), pixel + NEAR + 1)
      .some((count) => count > 0),
  );

/** The event that a click means: the wrong use or the fault whose mark is near, else the one under the pointer. */
async function eventMeant(
  model: Model,
  trace: TraceModel,
  pixel: number,
  { inner, density }: PointerTarget,
) {
  const seqUnder = (x: number) => {
    const part = Math.max(0, Math.min(1, x / inner));
    return Math.min(Math.ceil(seqAt(trace.view.peek(), part)), trace.count.peek());
  };
  const at = seqUnder(pixel);
  if (!isMarked(density.peek(), Math.floor(pixel))) return at;
  const [from, to] = [seqUnder(pixel - NEAR), seqUnder(pixel + NEAR)];
  const mark = await ask(model.source, "mark", { trace: trace.side, at, from, to });
  return mark.at ?? at;
}

/** What a pointer is over. */
interface PointerTarget {
  /** Pixels that the trace takes. */
  readonly inner: number;
  readonly density: ReadonlySignal<Density>;
}

/** Wheel zooms, drag pans, click goes there. */
function usePointer(
  model: Model,
  trace: TraceModel,
  { hover, ...under }: PointerTarget & { hover: { value: number | null } },
) {
  const { inner } = under;
  const held = useRef<{ x: number; view: View; isDrag: boolean } | null>(null);
  const pixelAt = (event: MouseEvent) =>
    event.clientX - (event.currentTarget as HTMLElement).getBoundingClientRect().left - GUTTER;
  const partAt = (event: MouseEvent) => pixelAt(event) / inner;
  const seqOf = (event: MouseEvent) =>
    seqAt(trace.view.peek(), Math.max(0, Math.min(1, partAt(event))));
  const click = async (pixel: number) => {
    const before = model.focus.peek();
    try {
      const at = await eventMeant(model, trace, pixel, under);
      // Somebody has gone on meanwhile.
      if (model.focus.peek() === before) model.go({ trace: trace.side, at });
    } catch (error) {
      model.say(sentence(error));
    }
  };
  return {
    onWheel: (event: WheelEvent) => {
      event.preventDefault();
      const view = trace.view.peek();
      const count = trace.count.peek();
      if (event.shiftKey || Math.abs(event.deltaX) > Math.abs(event.deltaY)) {
        const by = ((event.deltaX || event.deltaY) / inner) * (view.to - view.from);
        trace.view.value = panned(view, by, count);
      } else trace.view.value = zoomed(view, 1.0018 ** event.deltaY, seqOf(event), count);
    },
    onPointerDown: (event: PointerEvent) => {
      (event.currentTarget as HTMLElement).setPointerCapture(event.pointerId);
      held.current = { x: event.clientX, view: trace.view.peek(), isDrag: false };
    },
    onPointerMove: (event: PointerEvent) => {
      hover.value = partAt(event) < 0 ? null : seqOf(event);
      const { current } = held;
      if (current === null) return;
      const moved = event.clientX - current.x;
      current.isDrag ||= Math.abs(moved) > DRAG;
      const { from, to } = current.view;
      if (current.isDrag)
        trace.view.value = panned(current.view, (-moved / inner) * (to - from), trace.count.peek());
    },
    onPointerUp: (event: PointerEvent) => {
      if (held.current !== null && !held.current.isDrag) void click(pixelAt(event));
      held.current = null;
    },
    onPointerLeave: () => {
      hover.value = null;
    },
  };
}
