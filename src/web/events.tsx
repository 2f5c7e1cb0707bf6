// events.tsx - the pane Events: the list around the moment, however long the trace is.

import { useSignal } from "@preact/signals";
import { useRef } from "preact/hooks";
import type { Row } from "../answer/shapes.ts";
import { useSize } from "./canvas.tsx";
import { counted } from "./counted.ts";
import { isFiltering } from "./filter-values.ts";
import { FilteredList } from "./filtered-list.ts";
import { Filters } from "./filters.tsx";
import type { Model } from "./model.ts";
import { type Gap, isGap, type RowList } from "./row-list.ts";
import { clamped, showing, thumb, topAt } from "./scroll.ts";
import { RowVerdict } from "./verdict.tsx";

const ROW = 20;
const HEAD = 22;

export function Events({ model }: { model: Model }) {
  const { filter } = model;
  const filtered = useRef<FilteredList | null>(null);
  filtered.current ??= new FilteredList(model, filter);
  const trace = model.shown;
  const isFiltered = isFiltering(filter.value);
  const list = isFiltered ? filtered.current.list.value : trace.list.value;
  return (
    <section class="pane events" aria-label="Events pane">
      <h2>
        Events {model.traces.length > 1 && <span class="of">of {trace.side.toUpperCase()}</span>}
        <span class="count">
          {isFiltered ? filtered.current.says.value : counted(trace.count.value)}
        </span>
      </h2>
      <Filters model={model} filter={filter} />
      <List model={model} list={list} onEnd={isFiltered ? filtered.current.further : null} />
    </section>
  );
}

function List({
  model,
  list,
  onEnd,
}: {
  model: Model;
  list: RowList;
  onEnd: ((direction: "next" | "previous") => void) | null;
}) {
  const [holder, size] = useSize();
  const shown = useRef({ top: 0, whence: "" });
  const scrolled = useSignal(0);
  const wheel = useRef(0);
  const fits = Math.max(1, Math.floor((size.height - HEAD) / ROW));
  const at = model.shown.listed.value;
  const total = list.total;
  // The rows of another moment are drawn at once where they belong, not where the list stood and then again.
  const whence = [at, model.side.value, fits, total === 0].join();
  if (shown.current.whence !== whence)
    shown.current = { top: showing({ ...shown.current, fits, total }, list.indexOf(at)), whence };
  const first = clamped({ ...shown.current, fits, total });
  // Drawn again when it is scrolled and when rows arrive.
  scrolled.value;
  model.shown.rows.arrived.value;
  model.shown.sight.value;
  const rows = Array.from({ length: Math.min(fits + 1, total - first) }, (_, i) => first + i);
  const scrollTo = (top: number) => {
    shown.current.top = clamped({ top, fits, total });
    scrolled.value++;
  };
  const scroll = (by: number) => {
    scrollTo(first + by);
    if (onEnd !== null && first + by + fits >= total) onEnd("next");
    if (onEnd !== null && first + by <= 0) onEnd("previous");
  };
  const onWheel = (event: WheelEvent) => {
    event.preventDefault();
    wheel.current += event.deltaMode === 1 ? event.deltaY : event.deltaY / ROW;
    const whole = Math.trunc(wheel.current);
    wheel.current -= whole;
    if (whole !== 0) scroll(whole);
  };
  return (
    <div class="list" ref={holder} onWheel={onWheel}>
      <table aria-label="Events" aria-rowcount={total + 1}>
        <Head
          isPair={model.traces.length > 1}
          count={model.shown.count.value}
          lastOp={model.shown.about.value.lastOp}
        />
        <tbody>
          {rows.map((index, key) => {
            const row = list.row(index);
            // By their place on the screen: Chromium keeps the old style of a row that is moved and has another class then.
            if (isGap(row)) return <GapRow key={key} {...{ model, index, at }} gap={row} />;
            const partner = row === null ? null : model.shown.rows.partner(row.seq);
            return <EventRow key={key} {...{ model, index, row, at, partner }} />;
          })}
        </tbody>
      </table>
      <Bar window={{ top: first, fits, total }} go={scrollTo} />
    </div>
  );
}

/** Pixels of a digit, and of what is around a number. */
const DIGIT = 6.7;
const BESIDE_NUMBER = 15;
const forNumber = (largest: number): string =>
  `${Math.ceil(`${Math.max(largest, 99)}`.length * DIGIT + BESIDE_NUMBER)}px`;

/** Numbers have the room that the largest takes, and what an event says has the most. */
function Head({ isPair, count, lastOp }: { isPair: boolean; count: number; lastOp: number }) {
  const [event, op] = [forNumber(count * 10), forNumber(lastOp)];
  const place = isPair ? "112px" : "140px";
  const widths = [event, op, place, "auto", "106px", ...(isPair ? [event] : [])];
  const names = ["event", "op", "who, where", "what", "verdict", ...(isPair ? ["beside"] : [])];
  return (
    <>
      <colgroup>
        {names.map((name, i) => (
          <col key={name} style={{ width: widths[i] }} />
        ))}
      </colgroup>
      <thead>
        <tr>
          {names.map((name) => (
            <th key={name} scope="col">
              {name}
            </th>
          ))}
        </tr>
      </thead>
    </>
  );
}

function EventRow({
  model,
  index,
  row,
  at,
  partner,
}: {
  model: Model;
  index: number;
  row: Row | null;
  at: number;
  partner: number | null;
}) {
  if (row === null)
    return (
      <tr aria-rowindex={index + 2} class="waiting">
        <td colSpan={model.traces.length > 1 ? 6 : 5}>…</td>
      </tr>
    );
  const { seq, op, actor, place, says, thing, wrong } = row;
  const classes = [
    seq === at ? "current" : seq > at ? "later" : "",
    wrong ? "wrong" : "",
    row.kind === "op.began" ? "op" : "",
  ];
  return (
    <tr
      class={classes.join(" ")}
      aria-rowindex={index + 2}
      aria-current={seq === at ? "true" : undefined}
      onClick={() => model.go({ at: seq, thing: null })}
    >
      <td class="number">#{seq}</td>
      <td class="number dim">{op < 0 ? "" : op}</td>
      <td class="who" title={`${actor} ${place ?? ""}`}>
        <span class={`actor ${actor}`}>{actor}</span> {place ?? ""}
      </td>
      <td class="says" title={`${row.kind}: ${says}${thing === null ? "" : ` (${thing})`}`}>
        {says}
      </td>
      <td>
        <RowVerdict row={row} />
      </td>
      {model.traces.length > 1 && <td class="number">{partnerText(partner)}</td>}
    </tr>
  );
}

/** What a report leaves out between two events. */
function GapRow({ model, index, at, gap }: { model: Model; index: number; at: number; gap: Gap }) {
  const { from, to } = gap;
  const { file } = model.shown.about.value;
  const isHere = at >= from && at <= to;
  const named = from === to ? `#${from}` : `#${from} to #${to}`;
  return (
    <tr
      class={isHere ? "gap current" : "gap"}
      aria-rowindex={index + 2}
      aria-current={isHere ? "true" : undefined}
    >
      <td colSpan={model.traces.length > 1 ? 6 : 5}>
        {named} not in this report: gartrace events {file} --from {from} --to {to}
      </td>
    </tr>
  );
}

const partnerText = (partner: number | null): string => {
  if (partner === null) return "";
  return partner === 0 ? "alone" : `#${partner}`;
};

/** The bar beside the list: its thumb is dragged with the pointer; the keyboard moves the moment instead. */
function Bar({
  window,
  go,
}: {
  window: { top: number; fits: number; total: number };
  go: (top: number) => void;
}) {
  const grabbed = useRef<number | null>(null);
  const { from, length } = thumb(window);
  const part = (event: PointerEvent) => {
    const { top, height } = (event.currentTarget as HTMLElement).getBoundingClientRect();
    return (event.clientY - top) / height;
  };
  return (
    <div
      class="bar"
      aria-hidden="true"
      onPointerDown={(event) => {
        event.currentTarget.setPointerCapture(event.pointerId);
        const at = part(event);
        grabbed.current = at >= from && at <= from + length ? at - from : length / 2;
        go(topAt(window, at - grabbed.current));
      }}
      onPointerMove={(event) => {
        if (grabbed.current !== null) go(topAt(window, part(event) - grabbed.current));
      }}
      onPointerUp={() => {
        grabbed.current = null;
      }}
    >
      <div class="thumb" style={{ top: `${from * 100}%`, height: `${length * 100}%` }} />
    </div>
  );
}
