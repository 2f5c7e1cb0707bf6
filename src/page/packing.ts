// packing.ts - what a report holds of one trace: moments whole, then every finding with the events around it.

import { openingOf } from "../answer/opening.ts";
import type { PackedTrace } from "../answer/report-shape.ts";
import type { DivergencesAnswer, OpsAnswer, Row, TraceAnswer } from "../answer/shapes.ts";
import type { Asking } from "./asking.ts";
import type { Room } from "./room.ts";

/** Events before and behind each finding, and each moment that is held whole: that many are seen at once. */
const AROUND = 4;
const IN_VIEW = 24;
/** Moments of which state and maps are packed. */
const MOMENTS = 24;
/** Findings and divergences whose causes are packed. */
const CAUSES = 200;
const OPS = 20_000;
/** Rows to an answer at most, and findings that are packed or left out together. */
const ROWS = 512;
const BATCH = 64;

type Base = Pick<PackedTrace, "extent" | "pyramid" | "ops" | "culprits">;

/** How much of a trace is in a report. */
export interface Held {
  readonly rows: number;
  readonly moments: number;
  readonly causes: number;
  readonly ops: number;
  /** Findings that have the events around them, and those that are numbered at least. */
  readonly findings: number;
  readonly numbered: number;
  readonly divergences: number;
  /** Whether something was left out for want of room. */
  readonly isFull: boolean;
}

export class Packing {
  readonly #asking: Asking;
  readonly #trace: TraceAnswer;
  readonly #divergences: DivergencesAnswer | null;
  readonly #rows = new Map<number, { readonly row: Row; readonly partner: number | null }>();
  readonly #moments: PackedTrace["moments"] = [];
  readonly #maps: PackedTrace["maps"] = [];
  readonly #why: PackedTrace["why"] = [];
  readonly #ladders: PackedTrace["ladders"] = [];
  readonly #beside: PackedTrace["beside"] = [];
  #isFull = false;

  constructor(asking: Asking, trace: TraceAnswer, divergences: DivergencesAnswer | null) {
    this.#asking = asking;
    this.#trace = trace;
    this.#divergences = divergences;
  }

  /** What has to be there. */
  async base(): Promise<Base> {
    const { side: trace, count } = this.#trace;
    return {
      extent: await this.#asking.answer("extent", { trace }),
      pyramid: await this.#asking.bytes("pyramid", { trace }),
      ops: await this.#asking.answer("ops", { trace, from: 1, to: count }),
      culprits: await this.#asking.answer("culprits", { trace }),
    };
  }

  async pack(base: Base, room: Room): Promise<{ trace: PackedTrace; held: Held }> {
    const { side, count } = this.#trace;
    const wrong = this.#asking.of(side, ({ trace }) =>
      Array.from(trace.judged.wrong(1, count, false), ({ seq }) => seq),
    );
    const parted = unique(this.#divergences?.list.flatMap((one) => one[side]?.seq ?? []) ?? []);
    const firsts = base.culprits.culprits.map(({ first }) => first);
    const moments = unique([...parted.slice(0, 1), ...firsts, ...parted.slice(1, 4)]);
    const opening = moments.length > 0 ? [] : [await this.#opening()];
    for (const at of unique([...moments.slice(0, MOMENTS), ...opening, 0, count]))
      if (!(await this.#moment(at, room))) break;
    const divergences = await this.#windows(parted, room);
    const findings = await this.#windows(wrong, room);
    const ops = await this.#ops(base.ops, room);
    const numbered = await batches(wrong, BATCH * 64, (some) => this.#fits(room, some));
    const rows = [...this.#rows].sort(([a], [b]) => a - b).map(([, one]) => one);
    const trace = {
      ...{ ...base, ops, rows: rows.map(({ row }) => row), wrong: wrong.slice(0, numbered) },
      partners: rows.flatMap(({ partner }) => partner ?? []),
      ...{ moments: inOrder(this.#moments), maps: inOrder(this.#maps) },
      ...{ why: inOrder(this.#why), ladders: inOrder(this.#ladders) },
      beside: inOrder(this.#beside),
    };
    const held = {
      ...{ rows: rows.length, moments: this.#moments.length, causes: this.#why.length },
      ...{ ops: ops.ops.length, findings, numbered, divergences, isFull: this.#isFull },
    };
    return { trace, held };
  }

  /** Where the page opens that has nothing wrong to show. */
  async #opening(): Promise<number> {
    const { side: trace, lastOp } = this.#trace;
    const { at } = await this.#asking.answer("position", { trace, position: openingOf(lastOp) });
    return at ?? 0;
  }

  #fits(room: Room, part: unknown): boolean {
    const fits = room.take(part);
    this.#isFull ||= !fits;
    return fits;
  }

  /** All there is to see at a moment. */
  async #moment(at: number, room: Room): Promise<boolean> {
    const { side: trace, maps } = this.#trace;
    const moment = { at, answer: await this.#asking.answer("moment", { trace, at }) };
    const pictures: PackedTrace["maps"] = [];
    for (const { name } of maps)
      pictures.push({ name, at, picture: await this.#asking.bytes("map", { trace, name, at }) });
    if (!this.#fits(room, [moment, pictures])) return false;
    this.#moments.push(moment);
    this.#maps.push(...pictures);
    return (await this.#causes([at], room)) && this.#around([at], IN_VIEW, room);
  }

  /** Events, each with its surroundings, the first of them with their causes too; how many fitted. */
  async #windows(seqs: readonly number[], room: Room): Promise<number> {
    let asked = 0;
    return batches(seqs, BATCH, async (some) => {
      const first = some.slice(0, Math.max(0, CAUSES - asked));
      asked += some.length;
      return (await this.#causes(first, room)) && this.#around(some, AROUND, room);
    });
  }

  async #causes(seqs: readonly number[], room: Room): Promise<boolean> {
    const { side: trace } = this.#trace;
    const why: PackedTrace["why"] = [];
    const ladders: PackedTrace["ladders"] = [];
    const beside: PackedTrace["beside"] = [];
    const known = new Set(this.#why.map(({ at }) => at));
    for (const at of seqs.filter((at) => !known.has(at))) {
      why.push({ at, answer: await this.#asking.answer("why", { trace, at }) });
      ladders.push({ at, answer: await this.#asking.answer("ladders", { trace, at }) });
      if (this.#divergences === null) continue;
      const { at: other } = await this.#asking.answer("partner", { trace, at });
      beside.push({ at, other: other ?? 0 });
    }
    if (!this.#fits(room, [why, ladders, beside])) return false;
    this.#why.push(...why);
    this.#ladders.push(...ladders);
    this.#beside.push(...beside);
    return true;
  }

  /** The events around some others that are not here yet. */
  async #around(seqs: readonly number[], most: number, room: Room): Promise<boolean> {
    const { side: trace, count } = this.#trace;
    const wanted = new Set<number>();
    for (const seq of seqs)
      for (let at = Math.max(1, seq - most); at <= Math.min(count, seq + most); at++)
        if (!this.#rows.has(at)) wanted.add(at);
    const rows: Row[] = [];
    const partners: number[] = [];
    for (const [from, to] of runsOf([...wanted])) {
      const query = { trace, from, to };
      rows.push(...(await this.#asking.answer("rows", query)).rows);
      if (this.#divergences !== null)
        partners.push(...(await this.#asking.answer("partners", query)).partners);
    }
    if (!this.#fits(room, [rows, partners])) return false;
    for (const [i, row] of rows.entries())
      this.#rows.set(row.seq, { row, partner: partners[i] ?? null });
    return true;
  }

  /** Further ops behind those of one answer. */
  async #ops(first: OpsAnswer, room: Room): Promise<OpsAnswer> {
    const { side: trace, count } = this.#trace;
    const ops = [...first.ops];
    let { more } = first;
    while (more && ops.length < OPS) {
      const from = ops.at(-1)!.last + 1;
      const next = await this.#asking.answer("ops", { trace, from, to: count });
      if (!this.#fits(room, next.ops)) break;
      ops.push(...next.ops);
      more = next.more;
    }
    return { ops, more };
  }
}

/** Hands some over at a time until they do not fit any more; how many did. */
async function batches(
  seqs: readonly number[],
  length: number,
  fits: (some: readonly number[]) => boolean | Promise<boolean>,
): Promise<number> {
  for (let from = 0; from < seqs.length; from += length)
    if (!(await fits(seqs.slice(from, from + length)))) return from;
  return seqs.length;
}

const unique = (numbers: readonly number[]): number[] => [...new Set(numbers)];

const inOrder = <T extends { readonly at: number }>(list: readonly T[]): T[] =>
  [...list].sort((a, b) => a.at - b.at);

/** Runs of neighbours, each no longer than one answer. */
function runsOf(seqs: readonly number[]): [from: number, to: number][] {
  const runs: [number, number][] = [];
  for (const seq of [...seqs].sort((a, b) => a - b)) {
    const last = runs.at(-1);
    if (last !== undefined && seq === last[1] + 1 && seq - last[0] < ROWS) last[1] = seq;
    else runs.push([seq, seq]);
  }
  return runs;
}
