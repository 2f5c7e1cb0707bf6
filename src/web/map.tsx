// map.tsx - the panes GATT, IOMMU, P2M and Pages: a table of the machine as a picture, one cell an entry.

import { useSignal } from "@preact/signals";
import { useMemo } from "preact/hooks";
import { Canvas, useSize } from "./canvas.tsx";
import { counted } from "./counted.ts";
import { following } from "./latest.ts";
import { difference } from "./map-difference.ts";
import { Cells, cellOf, drawFrame, entryAt, type Grid, gridOf, MARGIN } from "./map-draw.ts";
import type { Model } from "./model.ts";
import { schemes } from "./palette.ts";
import { ask } from "./source.ts";
import type { MapPicture, TraceModel } from "./trace-model.ts";
import { Verdict } from "./verdict.tsx";

export function Maps({ model }: { model: Model }) {
  const names = new Map(
    model.traces.flatMap(({ about }) => about.value.maps.map(({ name, title }) => [name, title])),
  );
  const chosen = model.shown.mapName.value ?? [...names.keys()][0];
  if (chosen === undefined)
    return (
      <section class="pane maps" aria-label="Maps">
        <h2>Maps</h2>
        <p class="dim">no event of this trace is about a table of its machine</p>
      </section>
    );
  return (
    <section class="pane maps" aria-label={names.get(chosen)}>
      <h2>
        {[...names].map(([name, title]) => (
          <button
            key={name}
            type="button"
            class={name === chosen ? "tab chosen" : "tab"}
            aria-pressed={name === chosen}
            onClick={() => {
              for (const trace of model.traces) trace.mapName.value = name;
            }}
          >
            {title}
          </button>
        ))}
      </h2>
      <div class="pictures">
        {model.traces.map((trace) => (
          <TableMap key={trace.side} model={model} trace={trace} />
        ))}
        {model.traces.length > 1 && <DifferenceMap model={model} />}
      </div>
    </section>
  );
}

function TableMap({ model, trace }: { model: Model; trace: TraceModel }) {
  const [holder, size] = useSize();
  const hover = useSignal<number | null>(null);
  const { value: sight, refused } = trace.sight.value;
  const picture = sight?.map ?? null;
  const hovered = useHovered(model, trace, hover);
  if (picture === null)
    return (
      <p class="dim" ref={holder}>
        {refused ?? "…"}
      </p>
    );
  const { head } = picture;
  const grid = gridOf(picture, size.width);
  const chosen = entryNamed(picture, model.thing.value);
  const choose = (entry: number | null) => chooseIn(model, trace, picture, entry);
  const entryUnder = (event: MouseEvent): number | null => {
    const { left, top } = (event.currentTarget as HTMLElement).getBoundingClientRect();
    return entryAt(picture, grid, event.clientX - left, event.clientY - top);
  };
  return (
    <figure class="map">
      <figcaption>
        {model.traces.length > 1 && <b>{trace.side.toUpperCase()}</b>}
        <span class="dim">
          {" "}
          {head.title} after #{counted(head.at)}
        </span>
      </figcaption>
      <div class="picture" ref={holder}>
        <button
          type="button"
          class="cells"
          aria-label={spoken(picture)}
          style={{ height: `${grid.rows * grid.cell + 2 * MARGIN}px` }}
          onMouseMove={(event) => {
            hover.value = entryUnder(event);
          }}
          onMouseLeave={() => {
            hover.value = null;
          }}
          onClick={(event) => {
            // Enter on the map clicks without a place: the chosen entry stays.
            if (event.detail > 0) choose(entryUnder(event));
          }}
          onKeyDown={(event) => {
            const by = steps[event.key];
            if (by === undefined) return;
            event.preventDefault();
            choose(stepped(picture, chosen ?? head.changed?.entry ?? head.rows[0] ?? 0, by));
          }}
        >
          <MapCanvas
            picture={picture}
            grid={grid}
            chosen={chosen}
            hover={hover.value}
            ratio={size.ratio}
          />
        </button>
      </div>
      {head.rows.length === 0 && <p class="dim">the table is not there at this moment</p>}
      <Legend picture={picture} />
      <Tip picture={picture} hover={hover.value} hovered={hovered.value.value} />
    </figure>
  );
}

/** Of the other trace too it is the entry at the moment that its map shows. */
function chooseIn(
  model: Model,
  { side }: TraceModel,
  picture: MapPicture,
  entry: number | null,
): void {
  if (entry === null) return;
  model.go({ trace: side, at: picture.head.at, thing: thingOf(picture, entry) });
}

/** Columns and rows that an arrow key goes. */
const steps: { readonly [key: string]: readonly [columns: number, rows: number] } = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};

/** The entry beside another one; null at the map's edge. */
function stepped(
  picture: MapPicture,
  entry: number,
  [columns, rows]: readonly [number, number],
): number | null {
  const at = cellOf(picture, entry);
  if (at === null) return null;
  const { head } = picture;
  const first = head.rows[at.row + rows];
  const column = at.column + columns;
  return first === undefined || column < 0 || column >= head.columns ? null : first + column;
}

/** Both maps laid upon each other. */
function DifferenceMap({ model }: { model: Model }) {
  const [holder, size] = useSize();
  const [a, b] = model.traces.map(({ sight }) => sight.value.value?.map);
  const both = useMemo(() => (a == null || b == null ? null : difference(a, b)), [a, b]);
  if (both === null) return null;
  const grid = gridOf(both, size.width);
  return (
    <figure class="map">
      <figcaption>
        <b>A and B</b> <span class="dim">difference</span>
      </figcaption>
      <div class="picture" ref={holder} role="img" aria-label={spoken(both)}>
        <MapCanvas picture={both} grid={grid} chosen={null} hover={null} ratio={size.ratio} />
      </div>
      <Legend picture={both} />
    </figure>
  );
}

function MapCanvas({
  picture,
  grid,
  chosen,
  hover,
  ratio,
}: {
  picture: MapPicture;
  grid: Grid;
  chosen: number | null;
  hover: number | null;
  ratio: number;
}) {
  const cells = useMemo(() => new Cells(), []);
  const width = grid.columns * grid.cell + 2 * MARGIN;
  const height = grid.rows * grid.cell + 2 * MARGIN;
  const size = useMemo(() => ({ width, height, ratio }), [width, height, ratio]);
  return (
    <Canvas
      size={size}
      draw={(context) => {
        schemes.value;
        context.clearRect(0, 0, size.width, size.height);
        if (grid.rows === 0) return;
        cells.draw(picture, grid);
        context.imageSmoothingEnabled = false;
        context.drawImage(cells.canvas, MARGIN, MARGIN);
        const { changed } = picture.head;
        if (changed !== null) drawFrame(context, picture, grid, changed.entry, "changed");
        if (hover !== null) drawFrame(context, picture, grid, hover, "dim");
        if (chosen !== null) drawFrame(context, picture, grid, chosen, "accent");
      }}
    />
  );
}

const thingOf = ({ head }: MapPicture, entry: number): string =>
  `${head.thing[0]}0x${entry.toString(16)}${head.thing[1]}`;

/** The entry that a thing is on this map; null for none. */
function entryNamed({ head }: MapPicture, thing: string | null): number | null {
  if (thing === null || !thing.startsWith(head.thing[0])) return null;
  const number = Number.parseInt(thing.slice(head.thing[0].length), 16);
  return Number.isNaN(number) ? null : number;
}

const spoken = ({ head }: MapPicture): string =>
  `${head.title}: ${head.legend
    .filter(({ count }) => count > 0)
    .map(({ name, count }) => `${counted(count)} ${name}`)
    .join(", ")}`;

function Legend({ picture: { head } }: { picture: MapPicture }) {
  return (
    <ul class="legend">
      {head.legend
        .filter(({ count }) => count > 0)
        .map(({ name, tone, means, count }) => (
          <li key={name} title={means}>
            <i class={`swatch ${tone}`} aria-hidden="true">
              {tone === "wrong" ? "✕" : ""}
            </i>
            {name} <span class="dim">{counted(count)}</span>
          </li>
        ))}
      {head.changed !== null && (
        <li title="the entry that was changed last">
          <i class="swatch changed" aria-hidden="true" />
          last change <span class="dim">#{counted(head.changed.seq)}</span>
        </li>
      )}
    </ul>
  );
}

function useHovered(model: Model, trace: TraceModel, hover: { value: number | null }) {
  return useMemo(
    () =>
      following(
        () => {
          const picture = trace.sight.value.value?.map ?? null;
          if (hover.value === null || picture === null) return null;
          return { thing: thingOf(picture, hover.value), at: picture.head.at };
        },
        (asked) => ask(model.source, "entry", { trace: trace.side, ...asked }),
      ),
    [],
  );
}

type HoverAnswer = Awaited<ReturnType<typeof ask<"entry">>>;

function Tip({
  picture,
  hover,
  hovered,
}: {
  picture: MapPicture;
  hover: number | null;
  hovered: HoverAnswer | null;
}) {
  if (hover === null) return <p class="tip dim">point at a cell to read it, click to choose it</p>;
  const thing = thingOf(picture, hover);
  if (hovered === null || !hovered.thing.startsWith(thing.slice(0, -1)))
    return <p class="tip">{thing}</p>;
  return (
    <div class="tip" role="status">
      <b>{hovered.thing}</b> {hovered.verdict !== null && <Verdict word={hovered.verdict} />}
      <dl>
        {hovered.facts.map(([name, value]) => (
          <div key={name}>
            <dt>{name === hovered.thing ? "is" : name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
        {hovered.writer !== null && (
          <div>
            <dt>by</dt>
            <dd>
              #{hovered.writer.seq} {hovered.writer.actor} {hovered.writer.place ?? ""}
            </dd>
          </div>
        )}
      </dl>
    </div>
  );
}
