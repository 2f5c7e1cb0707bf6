// table.ts - what a table of the benchmarks is, how its rows are judged by their budgets, and how it looks.

import { counted, inColumns } from "../../src/report/text.ts";

/** Something measured, against what it is budgeted to be. */
export interface Table {
  readonly name: string;
  /** Events, operations or lines of its longer run; 0 where it has none. */
  readonly length: number;
  /** The same for a table that is to take some seconds. */
  readonly short: number;
  /** Measures in a folder of its own, which is empty. */
  measure(folder: string, length: number): Measured | Promise<Measured>;
}

export interface Measured {
  readonly title: string;
  /** Of the cells; a column with the budgets comes behind them. */
  readonly heading: readonly string[];
  readonly rows: readonly Row[];
}

export interface Row {
  /** The first one says what was measured. */
  readonly cells: readonly string[];
  /** Of one figure or of several in the cells; often there is none. */
  readonly budgets: readonly Budget[];
}

/** A bound that a figure keeps or misses. */
export interface Budget {
  readonly figure: number;
  readonly is: "at least" | "at most";
  readonly bound: number;
  /** False for a stretch: it is printed only. */
  readonly isJudged: boolean;
  /** Figure and bound as they are printed. */
  readonly measured: string;
  readonly text: string;
}

/** How a figure is written. */
type Written = (figure: number) => string;

/** "16.0 ms" as "16 ms". */
const roundly = (text: string): string => text.replace(/\.0+(?!\d)/, "");

export const atLeast = (bound: number, figure: number, written: Written): Budget => ({
  ...{ figure, is: "at least", bound, isJudged: true },
  ...{ measured: written(figure), text: `${roundly(written(bound))} or more` },
});

export const atMost = (bound: number, figure: number, written: Written): Budget => ({
  ...{ figure, is: "at most", bound, isJudged: true },
  ...{ measured: written(figure), text: `${roundly(written(bound))} or less` },
});

/** What would be good to have, and is no fault where it is missed. */
export const stretch = (budget: Budget): Budget => ({
  ...budget,
  isJudged: false,
  text: `${budget.text}, a stretch`,
});

/** Says which figure of its row is meant: "memory 1.30 or less". */
export const named = (name: string, budget: Budget): Budget => ({
  ...budget,
  measured: `${name} ${budget.measured}`,
  text: `${name} ${budget.text}`,
});

/** Whether a figure keeps its bound; one that is no number does not. */
const isKept = ({ figure, is, bound }: Budget): boolean =>
  is === "at least" ? figure >= bound : figure <= bound;

/** A judged budget that was not kept, for people. */
export interface Missed {
  readonly row: string;
  readonly measured: string;
  readonly budget: string;
}

export const missedIn = ({ rows }: Measured): Missed[] =>
  rows.flatMap(({ cells, budgets }) =>
    budgets
      .filter((budget) => budget.isJudged && !isKept(budget))
      .map(({ measured, text }) => ({ row: cells[0]!.trim(), measured, budget: text })),
  );

export const textOf = ({ title, heading, rows }: Measured): string => {
  const lines = rows.map(({ cells, budgets }) => [
    ...cells,
    budgets.length === 0 ? "-" : budgets.map(({ text }) => text).join(", "),
  ]);
  return `${title}\n${inColumns(lines, [...heading, "budget"])}\n`;
};

/** The shorter run that a longer one is held against. */
export const FEW = 100_000;

/** "1.30" */
export const ratio = (of: number): string => of.toFixed(2);

/** The middle one of some rounds by a figure of theirs: the machine has slow spells. */
export const middleOf = <Round>(rounds: readonly Round[], of: (round: Round) => number): Round =>
  rounds.toSorted((a, b) => of(a) - of(b))[Math.floor(rounds.length / 2)]!;

/** "138 MB", of kilobytes. */
export const megabytes = (kilobytes: number): string =>
  `${counted(Math.round(kilobytes / 1024))} MB`;

/** The peak memory of a longer run against that of a shorter one, which may be little more. */
export const steadyMemory = (many: number, few: number): Budget => atMost(1.3, many / few, ratio);

/** "1.29 (138 MB : 107 MB)": the peak of a longer run against that of a shorter one, in kilobytes. */
export const peaks = (many: number, few: number): string =>
  `${ratio(many / few)} (${megabytes(many)} : ${megabytes(few)})`;

/** "770,000 events/s" */
export const rateOf = (count: number, seconds: number, noun = "events"): string =>
  `${counted(Math.round(count / seconds))} ${noun}/s`;
