// parquet-group.ts - the columns of one row group: rows of a trace go in, encoded columns come out.

import { at, type Column } from "../../event/field.ts";
import { busIn, type Row } from "../../event/row.ts";
import { verdicts } from "../../event/verdict.ts";
import type { TraceReader } from "../../store/read.ts";
import { DistinctFinder } from "./distinct.ts";
import { type Encoded, ParquetColumn, type Plain } from "./parquet-column.ts";
import { elements } from "./parquet-schema.ts";
import { far, signed, unsigned, words } from "./parquet-values.ts";
import { exact, listed, ViewRow, type viewColumns } from "./view-row.ts";

/** Columns whose numbers mostly rise, so that differences are short. */
const rising: readonly string[] = ["seq", "op", "at", "cause"];

type Source = (row: Row, text: string | null) => number | null;

export class RowGroupColumns {
  rows = 0;
  readonly #trace: TraceReader;
  readonly #columns: readonly ParquetColumn[];
  /** Of the group under way: texts and handles have numbers of their own in each. */
  #sources: readonly ViewSource[];

  /** `most`: how many rows there can be. */
  constructor(trace: TraceReader, most: number) {
    this.#trace = trace;
    const finder = new DistinctFinder(most);
    this.#columns = elements.map(
      (element) => new ParquetColumn(element, rising.includes(element.name), finder, most),
    );
    this.#sources = sourcesOf(trace);
  }

  /** Hot: about 0.3 us. */
  add(row: Row, text: string | null): void {
    this.rows++;
    for (let i = 0; i < this.#columns.length; i++)
      this.#columns[i]!.add(this.#sources[i]!.source(row, text));
  }

  /** The columns; the next row begins a new group. */
  end(): readonly Encoded[] {
    const columns = this.#columns.map((column, i) => column.end(this.#sources[i]!.plain));
    this.rows = 0;
    this.#sources = sourcesOf(this.#trace);
    return columns;
  }
}

type ViewColumn = (typeof viewColumns)[number];

interface ViewSource {
  readonly plain: Plain;
  readonly source: Source;
}

/** Texts get numbers as they turn up. */
class Numbered {
  readonly #texts: string[] = [];
  readonly #codes = new Map<string, number>();

  codeOf(text: string): number {
    let code = this.#codes.get(text);
    if (code === undefined) {
      code = this.#texts.push(text) - 1;
      this.#codes.set(text, code);
    }
    return code;
  }
  textOf(code: number): string {
    return this.#texts[code]!;
  }
}

function textColumn(): ViewSource {
  const texts = new Numbered();
  return {
    plain: words((code) => texts.textOf(code)),
    source: (_, text) => (text === null ? null : texts.codeOf(text)),
  };
}

const sourcesOf = (trace: TraceReader): ViewSource[] => {
  const sources = sourcesByName(trace);
  return elements.map(({ name }) => sources[name as ViewColumn]);
};

/** For each column of the view, the number that a row gives and what the number stands for. */
function sourcesByName(trace: TraceReader): { readonly [C in ViewColumn]: ViewSource } {
  const view = new ViewRow(trace);
  const stored =
    (column: Column): Source =>
    (row) => {
      const value = row[at[column]]!;
      return value === null ? null : exact(row, column, value);
    };
  const number = (column: Column) => ({ plain: signed, source: stored(column) });
  const based = (column: Column, base: bigint) => ({
    plain: unsigned(base),
    source: stored(column),
  });
  const address = (column: Column) => based(column, 0n);
  const buses = far();
  const handles = new Numbered();
  const named = (column: "kind" | "actor" | "place", names: readonly string[]) => ({
    plain: words((code) => names[code]!),
    source: (row: Row) => listed(row, column, names),
  });
  return {
    seq: number("seq"),
    op: number("op"),
    kind: named("kind", view.kinds),
    actor: named("actor", view.actors),
    place: named("place", view.places),
    at: number("at"),
    cause: number("cause"),
    what: {
      plain: words((key) => view.what(key)!),
      source: (row) => {
        const key = view.whatKey(row);
        return key === null || view.what(key) === null ? null : key;
      },
    },
    subject: {
      // A handle from 2^48 on is its bus address: these have numbers of their own, below 0.
      plain: words((code) => (code < 0 ? handles.textOf(-code - 1) : view.subjectOf(code, null)!)),
      source: (row) => {
        const code = row[at.subject]!;
        if (code === null || !view.isSubject(code)) return null;
        if (view.isFarHandle(code)) return -1 - handles.codeOf(view.subject(row)!);
        return exact(row, "subject", code);
      },
    },
    virt: based("virt", trace.about.virtBase),
    phys: address("phys"),
    machine: address("machine"),
    bus: {
      plain: buses.plain,
      source: (row) => {
        const bus = busIn(row);
        if (bus === null) return null;
        return typeof bus === "bigint" ? buses.codeOf(bus) : exact(row, "bus", bus);
      },
    },
    reached: address("reached"),
    size: number("size"),
    value: number("value"),
    high: number("high"),
    text: textColumn(),
    verdict: {
      plain: words((code) => verdicts[code]!),
      source: (row) => {
        const verdict = view.verdict(row);
        return verdict === null ? null : verdicts.indexOf(verdict);
      },
    },
  };
}
