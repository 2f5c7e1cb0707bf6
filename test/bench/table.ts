// table.ts - what a table of the benchmarks is, and how it looks.

import { counted, inColumns } from "../../src/report/text.ts";

/** Something measured, against what it is budgeted to be. */
export interface Table {
  readonly name: string;
  /** Events, operations or lines of its longer run; 0 where it has none. */
  readonly length: number;
  /** Measures in a folder of its own, which is empty. */
  measure(folder: string, length: number): Measured | Promise<Measured>;
}
export interface Measured {
  readonly title: string;
  /** The last one is the budget. */
  readonly heading: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

export const textOf = ({ title, heading, rows }: Measured): string =>
  `${title}\n${inColumns(rows, heading)}\n`;

/** The shorter run that a longer one is held against. */
export const FEW = 100_000;

/** "138 MB", of kilobytes. */
export const megabytes = (kilobytes: number): string =>
  `${counted(Math.round(kilobytes / 1024))} MB`;

/** "1.29 (138 MB : 107 MB)": the peak of a longer run against that of a shorter one, in kilobytes. */
export const peaks = (many: number, few: number): string =>
  `${(many / few).toFixed(2)} (${megabytes(many)} : ${megabytes(few)})`;

/** "770,000 events/s" */
export const rateOf = (count: number, seconds: number, noun = "events"): string =>
  `${counted(Math.round(count / seconds))} ${noun}/s`;
