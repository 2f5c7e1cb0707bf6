// trace-model.ts - one trace on the page: what is in view of it, and the answers that follow its moment.

import { computed, type ReadonlySignal, signal } from "@preact/signals";
import { detailHead, type MapHead, MOST_DETAIL, mapHead, pyramidHead } from "../answer/heads.ts";
import type { ExtentAnswer, MomentAnswer, Side, TraceAnswer } from "../answer/shapes.ts";
import type { Detail, Levels } from "./density.ts";
import { type Asked, following } from "./latest.ts";
import { RowCache } from "./row-cache.ts";
import { heldList, type RowList, wholeList } from "./row-list.ts";
import { fitting, type View } from "./scale.ts";
import { ask, askBytes, type Parameters, type Source } from "./source.ts";

export interface MapPicture {
  readonly head: MapHead;
  readonly cells: Uint8Array;
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
  readonly detail: ReadonlySignal<Asked<Detail>>;
  readonly moment: ReadonlySignal<Asked<MomentAnswer>>;
  readonly map: ReadonlySignal<Asked<MapPicture>>;
  /** The moment of this trace that is shown; null until it is known which one stands beside the other's. */
  readonly at = signal<number | null>(null);

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
    this.moment = following(
      () => this.at.value,
      (at) => ask(source, "moment", of({ at })),
    );
    this.map = following(
      () => {
        const [name, at] = [this.mapName.value, this.at.value];
        return name === null || at === null ? null : { name, at };
      },
      async (asked) => {
        const { head, rest } = await askBytes(source, mapHead, "map", of(asked));
        return { head, cells: rest };
      },
    );
  }

  async loadLevels(source: Source): Promise<void> {
    const { head, rest } = await askBytes(source, pyramidHead, "pyramid", { trace: this.side });
    this.levels.value = { head, counts: new Uint16Array(rest.buffer) };
  }
}
