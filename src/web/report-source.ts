// report-source.ts - answers from a report: the same questions as a server is asked, as far as the report holds them.

import { packed as together, unpacked } from "../answer/bytes.ts";
import type { PackedTrace, Report } from "../answer/report-shape.ts";
import { type Row, type Side, shapes } from "../answer/shapes.ts";
import { type Parameters, Refusal, type Source } from "./source.ts";

/** Divergences to an answer. */
const PAGE = 100;
/** Ops to an answer, as a server gives them. */
const OPS = 400;

export class ReportSource implements Source {
  readonly #report: Report;

  constructor(report: Report) {
    this.#report = report;
  }

  seqs(side: Side): readonly number[] {
    return this.#of(side).rows.map(({ seq }) => seq);
  }

  async json(name: string, parameters: Parameters): Promise<unknown> {
    if (name === "session") return this.#report.session;
    if (name === "divergences") return this.#divergences(Number(parameters.from ?? 0));
    const side = (parameters.trace ?? "a") as Side;
    const file = this.#report.session.traces.find((one) => one.side === side)!.file;
    return new TraceAnswers(this.#of(side), file, this.#report).answer(name, parameters);
  }

  #divergences(from: number): unknown {
    const { divergences } = this.#report;
    if (divergences === null) return null;
    const list = divergences.list.slice(from, from + PAGE);
    if (list.length === 0 && from > 0)
      throw new Refusal(
        `This report holds the first ${divergences.list.length} divergences; for all: gartrace diff --all`,
      );
    return { ...divergences, from, list };
  }

  async bytes(name: string, parameters: Parameters): Promise<Uint8Array> {
    const packed = this.#of((parameters.trace ?? "a") as Side);
    if (name === "pyramid") return decoded(packed.pyramid);
    if (name === "sight") return this.#sight(packed, parameters);
    throw new Refusal("This report does not hold events one by one; it shows them by stretches.");
  }

  /** The map is that of the last moment that has one. */
  async #sight(packed: PackedTrace, parameters: Parameters): Promise<Uint8Array> {
    const maps = packed.maps.filter((map) => map.name === parameters.map);
    const map = maps.findLast(({ at }) => at <= Number(parameters.at));
    const picture = map === undefined ? null : unpacked(decoded(map.picture));
    const list = parameters.from == null ? null : await this.json("rows", parameters);
    const { rows } = shapes.rows.parse(list ?? { rows: [], from: 1, to: 0 });
    const moment = await this.json("moment", parameters);
    const head = { moment, rows, map: picture?.head ?? null };
    return together(head, picture?.rest ?? new Uint8Array(0));
  }

  #of(side: Side): PackedTrace {
    const index = this.#report.session.traces.findIndex((one) => one.side === side);
    return this.#report.traces[index]!;
  }
}

const decoded = (base64: string): Uint8Array =>
  Uint8Array.from(atob(base64), (one) => one.charCodeAt(0));

class TraceAnswers {
  readonly #packed: PackedTrace;
  readonly #file: string;
  readonly #report: Report;

  constructor(packed: PackedTrace, file: string, report: Report) {
    this.#packed = packed;
    this.#file = file;
    this.#report = report;
  }

  answer(name: string, parameters: Parameters): unknown {
    const { extent, culprits, moments, why, ladders, beside } = this.#packed;
    const at = Number(parameters.at ?? 0);
    const nearest = <T extends { readonly at: number }>(list: readonly T[]) =>
      list.findLast((one) => one.at <= at);
    switch (name) {
      case "extent":
        return extent;
      case "ops":
        return this.#ops(Number(parameters.from), Number(parameters.to));
      case "culprits":
        return culprits;
      case "moment":
        return nearest(moments)!.answer;
      case "why":
        return this.#exactly(why, at, `gartrace why ${this.#file} '#${at}'`);
      case "ladders":
        return this.#exactly(ladders, at, `gartrace xlate ADDRESS@${at} ${this.#file}`);
      case "partner":
        return { at: nearest(beside)?.other ?? 0 };
      case "rows":
        return this.#rows(Number(parameters.from), Number(parameters.to));
      case "partners":
        return this.#partners(Number(parameters.from), Number(parameters.to));
      case "filtered":
        return this.#filtered(parameters);
      case "place":
        return { at: this.#place(parameters) };
      case "mark":
        return { at: this.#mark(at, Number(parameters.from), Number(parameters.to)) };
      case "position":
        return this.#position(parameters);
      default:
        throw new Refusal(
          `This report does not hold that; ask the trace: gartrace serve ${this.#file}`,
        );
    }
  }

  #exactly<T>(list: readonly { at: number; answer: T }[], at: number, command: string): T {
    const found = list.find((one) => one.at === at);
    if (found === undefined)
      throw new Refusal(`Of #${at} this report does not hold it: ${command}`);
    return found.answer;
  }

  #ops(from: number, to: number) {
    const { ops, more } = this.#packed.ops;
    const within = ops.filter(({ first, last }) => last >= from && first <= to);
    const isPast = more && to > ops.at(-1)!.last;
    return { ops: within.slice(0, OPS), more: isPast || within.length > OPS };
  }

  #index(seq: number): number {
    const { rows } = this.#packed;
    let [low, high] = [0, rows.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (rows[middle]!.seq < seq) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #rows(from: number, to: number) {
    const last = Math.min(to, this.#packed.extent.count);
    const rows = Array.from({ length: Math.max(0, last - from + 1) }, (_, i): Row => {
      const row = this.#packed.rows[this.#index(from + i)];
      return row?.seq === from + i ? row : leftOut(from + i, this.#file);
    });
    return { rows, from, to };
  }

  #partners(from: number, to: number) {
    const { rows, partners } = this.#packed;
    return {
      partners: Array.from({ length: to - from + 1 }, (_, i) => {
        const index = this.#index(from + i);
        return rows[index]?.seq === from + i ? (partners[index] ?? -1) : -1;
      }),
    };
  }

  #filtered(parameters: Parameters) {
    const { count } = this.#packed.extent;
    const start = Number(parameters.from);
    const isNext = parameters.direction === "next";
    const parted = new Set(this.#parted(parameters.trace as Side));
    const rows = this.#packed.rows.filter(
      (row) =>
        (isNext ? row.seq >= start : row.seq <= start) &&
        passes(row, parameters) &&
        (parameters.found !== "divergences" || parted.has(row.seq)),
    );
    return { rows, from: isNext ? start : 1, to: isNext ? count : start };
  }

  #place({ what, direction, at, trace }: Parameters): number | null {
    const { wrong, ops } = this.#packed;
    const lists: { readonly [what: string]: readonly number[] } = {
      wrong,
      op: ops.ops.map(({ first }) => first),
      divergence: this.#parted(trace as Side),
    };
    const list = lists[String(what)];
    if (list === undefined)
      throw new Refusal(
        `This report does not hold the past of a thing: gartrace history ${this.#file} THING`,
      );
    const seqs = list.filter((seq) => (direction === "next" ? seq > Number(at) : seq < Number(at)));
    if (seqs.length === 0) return null;
    return seqs.reduce((one, other) =>
      direction === "next" ? Math.min(one, other) : Math.max(one, other),
    );
  }

  #mark(at: number, from: number, to: number): number | null {
    const { wrong, rows } = this.#packed;
    const faults = rows.filter(({ kind }) => kind === "fault.raised").map(({ seq }) => seq);
    const near = [...wrong, ...faults].filter((seq) => seq >= from && seq <= to);
    if (near.length === 0) return null;
    return near.reduce((one, other) => (Math.abs(other - at) < Math.abs(one - at) ? other : one));
  }

  #parted(side: Side): number[] {
    return this.#report.divergences?.list.flatMap((one) => one[side]?.seq ?? []) ?? [];
  }

  #position({ position, thing }: Parameters) {
    const { count } = this.#packed.extent;
    const text = String(position ?? "");
    const [, number, percent, op] =
      /^(?:#?(\d{1,12})|(\d{1,3}(?:\.\d+)?)%|op:(\d{1,9}))$/.exec(text) ?? [];
    const began = this.#packed.ops.ops.find((one) => String(one.op) === op)?.first;
    const at =
      text === "end"
        ? count
        : number !== undefined
          ? Number(number)
          : percent !== undefined
            ? Math.round((count * Number(percent)) / 100)
            : began;
    if (position != null && (at === undefined || at > count))
      throw new Refusal(
        `'${text.slice(0, 40)}' is no position here; write #437, 63%, end or op:14, up to #${count}`,
      );
    return { at: position == null ? null : at, ...(thing == null ? {} : { thing: String(thing) }) };
  }
}

/** An event that the report does not hold. */
const leftOut = (seq: number, file: string): Row => ({
  ...{ seq, op: -1, kind: "", actor: "", place: null, verdict: null, wrong: false, check: null },
  ...{ root: null, thing: null },
  says: `not in this report: gartrace events ${file} --from ${seq} --to ${seq}`,
});

/** What a filter for one root cause begins with. */
const ROOT = "root:";

function passes(row: Row, { kind, actor, op, verdict, thing, text, found }: Parameters): boolean {
  const is = (asked: Parameters[string], value: string | null) =>
    asked == null || asked === "" || asked === value;
  const words = `${row.kind} ${row.actor} ${row.place ?? ""} ${row.says}`.toLowerCase();
  return (
    is(kind, row.kind) &&
    is(actor, row.actor) &&
    is(op, String(row.op)) &&
    is(thing, row.thing) &&
    is(verdict, row.verdict) &&
    (found !== "findings" || row.wrong) &&
    (!String(found ?? "").startsWith(ROOT) || row.root === String(found).slice(ROOT.length)) &&
    (text == null || words.includes(String(text).toLowerCase()))
  );
}
