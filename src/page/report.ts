// report.ts - packs the answers of which a report is made: every finding with its surroundings, some moments whole.

import { type PackedTrace, type Report, reportShape } from "../answer/report-shape.ts";
import { type DivergencesAnswer, shapes, type TraceAnswer } from "../answer/shapes.ts";
import { UserError } from "../fault.ts";
import type { Answers } from "./answers.ts";

/** Events before and behind each finding. */
const AROUND = 4;
/** Moments of which state, maps, causes and ladder are packed. */
const MOMENTS = 24;
/** Further findings whose causes are packed. */
const CAUSES = 200;
const ROWS = 512;

/** Everything that the page will ask; `rowLimit` events of each trace at most. */
export async function packedReport(answers: Answers, rowLimit: number): Promise<Report> {
  while (!answers.look());
  const asking = new Asking(answers);
  const { traces } = answers.session();
  const divergences =
    traces.length < 2
      ? null
      : shapes.divergences.parse(await asking.json("divergences", { limit: 500 }));
  const packed: PackedTrace[] = [];
  const leaves: string[] = [];
  for (const trace of traces) {
    const one = await new Packing(asking, trace, divergences).pack(rowLimit);
    packed.push(one);
    leaves.push(
      `${trace.file}: ${one.rows.length.toLocaleString("en-US")} of ${trace.count.toLocaleString("en-US")} events are here, ` +
        `those around each finding; the state at ${one.moments.length} moments. ` +
        `The rest: gartrace serve ${trace.file}`,
    );
  }
  const session = answers.session({ leaves });
  return reportShape.parse({ session, traces: packed, divergences });
}

/** Asks for answers by their names, as the page does. */
class Asking {
  readonly #answers: Answers;

  constructor(answers: Answers) {
    this.#answers = answers;
  }

  json(name: string, query: { readonly [name: string]: string | number }): Promise<unknown> {
    const said = Object.entries(query).map(([key, value]): [string, string] => [key, `${value}`]);
    return this.#answers.ask(name, new URLSearchParams(said));
  }

  async base64(name: string, query: { readonly [name: string]: string | number }): Promise<string> {
    return Buffer.from((await this.json(name, query)) as Uint8Array).toString("base64");
  }
}

class Packing {
  readonly #ask: Asking;
  readonly #trace: TraceAnswer;
  readonly #divergences: DivergencesAnswer | null;

  constructor(ask: Asking, trace: TraceAnswer, divergences: DivergencesAnswer | null) {
    this.#ask = ask;
    this.#trace = trace;
    this.#divergences = divergences;
  }

  async pack(rowLimit: number): Promise<PackedTrace> {
    const { side, count } = this.#trace;
    const json = (name: string, query = {}) => this.#ask.json(name, { trace: side, ...query });
    const culprits = shapes.culprits.parse(await json("culprits"));
    const wrong = await this.#wrong();
    const parted = this.#divergences?.list.flatMap((one) => one[side]?.seq ?? []) ?? [];
    const firsts = [...culprits.culprits.map(({ first }) => first), ...parted.slice(0, 4)];
    const moments = ascending([0, ...firsts.slice(0, MOMENTS), count]);
    const about = ascending([...moments, ...wrong.slice(0, CAUSES), ...parted.slice(0, CAUSES)]);
    const seqs = windows([...moments, ...parted, ...wrong], count).slice(0, rowLimit);
    const each = <T>(ats: readonly number[], make: (at: number) => Promise<T>) =>
      inOrder(ats, async (at) => ({ at, answer: await make(at) }));
    const { rows, partners } = await this.#rows(seqs);
    return {
      extent: shapes.extent.parse(await json("extent")),
      pyramid: await this.#ask.base64("pyramid", { trace: side }),
      ops: shapes.ops.parse(await json("ops", { from: 1, to: count })),
      culprits,
      rows,
      partners,
      wrong,
      moments: await each(moments, async (at) => shapes.moment.parse(await json("moment", { at }))),
      maps: await this.#maps(moments),
      why: await each(about, async (at) => shapes.why.parse(await json("why", { at }))),
      ladders: await each(about, async (at) => shapes.ladders.parse(await json("ladders", { at }))),
      beside: this.#divergences === null ? [] : await inOrder(about, (at) => this.#beside(at)),
    };
  }

  async #beside(at: number): Promise<{ at: number; other: number }> {
    const found = await this.#ask.json("partner", { trace: this.#trace.side, at });
    return { at, other: shapes.partner.parse(found).at ?? 0 };
  }

  async #maps(moments: readonly number[]): Promise<PackedTrace["maps"]> {
    const { side, maps } = this.#trace;
    const found: PackedTrace["maps"] = [];
    for (const { name } of maps)
      for (const at of moments)
        found.push({ name, at, picture: await this.#ask.base64("map", { trace: side, name, at }) });
    return found;
  }

  async #wrong(): Promise<number[]> {
    const { side, count } = this.#trace;
    const found: number[] = [];
    for (let from = 1; from <= count; ) {
      const query = { trace: side, from, way: "next", verdict: "wrong", limit: ROWS };
      const { rows, to } = shapes.filtered.parse(await this.#ask.json("filtered", query));
      for (const { seq } of rows) found.push(seq);
      from = to + 1;
    }
    return found;
  }

  /** The rows of some events, ascending, each with its partner. */
  async #rows(seqs: readonly number[]): Promise<Pick<PackedTrace, "rows" | "partners">> {
    const { side } = this.#trace;
    const found: Pick<PackedTrace, "rows" | "partners"> = { rows: [], partners: [] };
    for (const [from, to] of runsOf(seqs)) {
      const query = { trace: side, from, to };
      found.rows.push(...shapes.rows.parse(await this.#ask.json("rows", query)).rows);
      if (this.#divergences === null) continue;
      found.partners.push(
        ...shapes.partners.parse(await this.#ask.json("partners", query)).partners,
      );
    }
    return found;
  }
}

async function inOrder<T>(list: readonly number[], make: (at: number) => Promise<T>): Promise<T[]> {
  const made: T[] = [];
  for (const one of list) made.push(await make(one));
  return made;
}

const ascending = (numbers: readonly number[]): number[] =>
  [...new Set(numbers)].sort((a, b) => a - b);

/** The events around some others, each once: those of the first are the first to be kept. */
function windows(seqs: readonly number[], count: number): number[] {
  const found = new Set<number>();
  for (const seq of seqs)
    for (let at = Math.max(1, seq - AROUND); at <= Math.min(count, seq + AROUND); at++)
      found.add(at);
  return [...found];
}

/** Runs of neighbours, each no longer than one answer. */
function runsOf(seqs: readonly number[]): [from: number, to: number][] {
  const runs: [number, number][] = [];
  for (const seq of ascending(seqs)) {
    const last = runs.at(-1);
    if (last !== undefined && seq === last[1] + 1 && seq - last[0] < ROWS) last[1] = seq;
    else runs.push([seq, seq]);
  }
  return runs;
}

/** As many events as fit some megabytes, by what an event takes in a packed report. */
export function rowsWithin(megabytes: number): number {
  if (megabytes <= 0) throw new UserError("a report needs some room: --limit is in megabytes");
  return Math.floor((megabytes * 1e6) / BYTES_A_ROW);
}
/** Packed and in base64, with some room for what is beside the rows. */
const BYTES_A_ROW = 40;
