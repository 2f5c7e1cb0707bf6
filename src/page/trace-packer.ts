// trace-packer.ts - what a report holds of one trace: moments whole, then every finding with the events around it.

import { openingOf } from "../answer/opening.ts";
import type { PackedTrace } from "../answer/report-shape.ts";
import type { DivergencesAnswer, OpsAnswer, Row, TraceAnswer } from "../answer/shapes.ts";
import type { AnswerReader } from "./answer-reader.ts";
import type { ByteBudget } from "./byte-budget.ts";

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
export interface PackedCounts {
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

export class TracePacker {
  readonly #reader: AnswerReader;
  readonly #trace: TraceAnswer;
  readonly #divergences: DivergencesAnswer | null;
  readonly #rows = new Map<number, { readonly row: Row; readonly partner: number | null }>();
  readonly #moments: PackedTrace["moments"] = [];
  readonly #maps: PackedTrace["maps"] = [];
  readonly #why: PackedTrace["why"] = [];
  readonly #ladders: PackedTrace["ladders"] = [];
  readonly #beside: PackedTrace["beside"] = [];
  #isFull = false;

  constructor(reader: AnswerReader, trace: TraceAnswer, divergences: DivergencesAnswer | null) {
    this.#reader = reader;
    this.#trace = trace;
    this.#divergences = divergences;
  }

  /** What has to be there. */
  async base(): Promise<Base> {
    const { side: trace, count } = this.#trace;
    return {
      extent: await this.#reader.answer("extent", { trace }),
      pyramid: await this.#reader.bytes("pyramid", { trace }),
      ops: await this.#reader.answer("ops", { trace, from: 1, to: count }),
      culprits: await this.#reader.answer("culprits", { trace }),
    };
  }

  async pack(
    base: Base,
    budget: ByteBudget,
  ): Promise<{ trace: PackedTrace; counts: PackedCounts }> {
    const { side, count } = this.#trace;
    const wrong = this.#reader.of(side, ({ trace }) =>
      Array.from(trace.judged.wrong(1, count, false), ({ seq }) => seq),
    );
    const parted = unique(this.#divergences?.list.flatMap((one) => one[side]?.seq ?? []) ?? []);
    const firsts = base.culprits.culprits.map(({ first }) => first);
    const moments = unique([...parted.slice(0, 1), ...firsts, ...parted.slice(1, 4)]);
    const opening = moments.length > 0 ? [] : [await this.#opening()];
    for (const at of unique([...moments.slice(0, MOMENTS), ...opening, 0, count]))
      if (!(await this.#moment(at, budget))) break;
    const divergences = await this.#windows(parted, budget);
    const findings = await this.#windows(wrong, budget);
    const ops = await this.#ops(base.ops, budget);
    const numbered = await batches(wrong, BATCH * 64, (some) => this.#fits(budget, some));
    const rows = [...this.#rows].sort(([a], [b]) => a - b).map(([, one]) => one);
    const trace = {
      ...{ ...base, ops, rows: rows.map(({ row }) => row), wrong: wrong.slice(0, numbered) },
      partners: rows.flatMap(({ partner }) => partner ?? []),
      ...{ moments: inOrder(this.#moments), maps: inOrder(this.#maps) },
      ...{ why: inOrder(this.#why), ladders: inOrder(this.#ladders) },
      beside: inOrder(this.#beside),
    };
    const counts = {
      ...{ rows: rows.length, moments: this.#moments.length, causes: this.#why.length },
      ...{ ops: ops.ops.length, findings, numbered, divergences, isFull: this.#isFull },
    };
    return { trace, counts };
  }

  /** Where the page opens that has nothing wrong to show. */
  async #opening(): Promise<number> {
    const { side: trace, lastOp } = this.#trace;
    const { at } = await this.#reader.answer("position", { trace, position: openingOf(lastOp) });
    return at ?? 0;
  }

  #fits(budget: ByteBudget, part: unknown): boolean {
    const fits = budget.take(part);
    this.#isFull ||= !fits;
    return fits;
  }

  /** All there is to see at a moment. */
  async #moment(at: number, budget: ByteBudget): Promise<boolean> {
    const { side: trace, maps } = this.#trace;
    const moment = { at, answer: await this.#reader.answer("moment", { trace, at }) };
    const pictures: PackedTrace["maps"] = [];
    for (const { name } of maps)
      pictures.push({ name, at, picture: await this.#reader.bytes("map", { trace, name, at }) });
    if (!this.#fits(budget, [moment, pictures])) return false;
    this.#moments.push(moment);
    this.#maps.push(...pictures);
    return (await this.#causes([at], budget)) && this.#around([at], IN_VIEW, budget);
  }

  /** Events, each with its surroundings, the first of them with their causes too; how many fitted. */
  async #windows(seqs: readonly number[], budget: ByteBudget): Promise<number> {
    let asked = 0;
    return batches(seqs, BATCH, async (some) => {
      const first = some.slice(0, Math.max(0, CAUSES - asked));
      asked += some.length;
      return (await this.#causes(first, budget)) && this.#around(some, AROUND, budget);
    });
  }

  async #causes(seqs: readonly number[], budget: ByteBudget): Promise<boolean> {
    const { side: trace } = this.#trace;
    const why: PackedTrace["why"] = [];
    const ladders: PackedTrace["ladders"] = [];
    const beside: PackedTrace["beside"] = [];
    const known = new Set(this.#why.map(({ at }) => at));
    for (const at of seqs.filter((at) => !known.has(at))) {
      why.push({ at, answer: await this.#reader.answer("why", { trace, at }) });
      ladders.push({ at, answer: await this.#reader.answer("ladders", { trace, at }) });
      if (this.#divergences === null) continue;
      const { at: other } = await this.#reader.answer("partner", { trace, at });
      beside.push({ at, other: other ?? 0 });
    }
    if (!this.#fits(budget, [why, ladders, beside])) return false;
    this.#why.push(...why);
    this.#ladders.push(...ladders);
    this.#beside.push(...beside);
    return true;
  }

  /** The events around some others that are not here yet. */
  async #around(seqs: readonly number[], most: number, budget: ByteBudget): Promise<boolean> {
    const { side: trace, count } = this.#trace;
    const wanted = new Set<number>();
    for (const seq of seqs)
      for (let at = Math.max(1, seq - most); at <= Math.min(count, seq + most); at++)
        if (!this.#rows.has(at)) wanted.add(at);
    const rows: Row[] = [];
    const partners: number[] = [];
    for (const [from, to] of runsOf([...wanted])) {
      const query = { trace, from, to };
      rows.push(...(await this.#reader.answer("rows", query)).rows);
      if (this.#divergences !== null)
        partners.push(...(await this.#reader.answer("partners", query)).partners);
    }
    if (!this.#fits(budget, [rows, partners])) return false;
    for (const [i, row] of rows.entries())
      this.#rows.set(row.seq, { row, partner: partners[i] ?? null });
    return true;
  }

  /** Further ops behind those of one answer. */
  async #ops(first: OpsAnswer, budget: ByteBudget): Promise<OpsAnswer> {
    const { side: trace, count } = this.#trace;
    const ops = [...first.ops];
    let { more } = first;
    while (more && ops.length < OPS) {
      const from = ops.at(-1)!.last + 1;
      const next = await this.#reader.answer("ops", { trace, from, to: count });
      if (!this.#fits(budget, next.ops)) break;
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
