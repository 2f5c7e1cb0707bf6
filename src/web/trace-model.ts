// trace-model.ts - one trace on the page: what is in view of it, and the answers that follow its moment.

import { computed, type ReadonlySignal, signal } from "@preact/signals";
import { detailHead, type MapHead, MOST_DETAIL, pyramidHead, sightHead } from "../answer/heads.ts";
import type { ExtentAnswer, MomentAnswer, Row, Side, TraceAnswer } from "../answer/shapes.ts";
import type { Detail, Levels } from "./density.ts";
import { following, type LatestAnswer } from "./latest.ts";
import { RowCache } from "./row-cache.ts";
import { heldList, type RowList, wholeList } from "./row-list.ts";
import { fitting, type View } from "./scale.ts";
import { askBytes, type Parameters, type Source } from "./source.ts";

export interface MapPicture {
  readonly head: MapHead;
  readonly cells: Uint8Array;
}

/** What is shown of a moment. */
export interface Sight {
  readonly at: number;
  readonly moment: MomentAnswer;
  /** Null where the trace has none. */
  readonly map: MapPicture | null;
}

/** One trace on the page. */
export class TraceModel {
  readonly side: Side;
  readonly about = signal<TraceAnswer>(null as unknown as TraceAnswer);
  readonly extent = signal<ExtentAnswer | null>(null);
  readonly count: ReadonlySignal<number> = computed(
    () => this.extent.value?.count ?? this.about.value.count,
  );
  readonly view = signal<View>({ from: 0, to: 1 });
  readonly levels = signal<Levels | null>(null);
  readonly mapName = signal<string | null>(null);
  readonly rows: RowCache;
  /** The events that are there, each a row. */
  readonly list: ReadonlySignal<RowList>;
  readonly detail: ReadonlySignal<LatestAnswer<Detail>>;
  readonly sight: ReadonlySignal<LatestAnswer<Sight>>;
  /** The moment of this trace that is shown; null until it is known which one stands beside the other's. */
  readonly at = signal<number | null>(null);
  /** The moment that the list shows: this one as soon as its row is there, until then the one that state and map show. */
  readonly listed: ReadonlySignal<number> = computed(() => {
    const [at, seen] = [this.at.value ?? 0, this.sight.value.value?.at];
    this.rows.arrived.value;
    return seen === undefined || this.rows.has(Math.max(1, at)) ? at : seen;
  });

  /** `complain` is told, in a sentence, why rows do not come. */
  constructor(
    source: Source,
    about: TraceAnswer,
    { isPair, complain }: { isPair: boolean; complain: (sentence: string) => void },
  ) {
    this.side = about.side;
    this.about.value = about;
    this.view.value = fitting({ from: 0, to: about.count }, about.count);
    this.mapName.value = about.maps[0]?.name ?? null;
    this.rows = new RowCache(source, about.side, isPair, complain);
    const held = source.seqs(about.side);
    const row = (seq: number) => this.rows.row(seq);
    this.list = computed(() =>
      held === null ? wholeList(this.count.value, row) : heldList(held, this.count.value, row),
    );
    const of = (parameters: Parameters) => ({ trace: about.side, ...parameters });
    this.detail = following(
      () => {
        const { from, to } = this.view.value;
        const unit = this.levels.value?.head.unit ?? 1;
        if (to - from > MOST_DETAIL / 2 || unit === 1) return null;
        const margin = (MOST_DETAIL - (to - from)) / 4;
        return { from: Math.max(1, Math.floor(from - margin)), to: Math.ceil(to + margin) };
      },
      async (range) => {
        const { head, rest } = await askBytes(source, detailHead, "detail", of(range));
        return { head, events: rest };
      },
    );
    this.sight = following(
      () => {
        const [map, at] = [this.mapName.value, this.at.value];
        return at === null ? null : { map, at };
      },
      async ({ map, at }) => {
        const range = this.rows.missingAround(at);
        if (range !== null) this.rows.expect(range);
        let rows: readonly Row[] = [];
        try {
          const { head, rest } = await askBytes(
            source,
            sightHead,
            "sight",
            of({ map, at, ...range }),
          );
          ({ rows } = head);
          return {
            at,
            moment: head.moment,
            map: head.map === null ? null : { head: head.map, cells: rest },
          };
        } finally {
          if (range !== null) this.rows.take(range, rows);
        }
      },
    );
  }

  async loadLevels(source: Source): Promise<void> {
    const { head, rest } = await askBytes(source, pyramidHead, "pyramid", { trace: this.side });
    this.levels.value = { head, counts: new Uint16Array(rest.buffer) };
  }
}
