// walk.ts - one trace of the walk: asks every command and the plain reading, and says where they disagree.

import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { UserError } from "../../src/fault.ts";
import { wordOf } from "../../src/replay/judged.ts";
import { TraceReader } from "../../src/store/read.ts";
import { type Answer, areAlike, asked, plainly } from "./answers.ts";
import { printed } from "./printed.ts";
import { type Walked, walkedAll } from "./walked.ts";

/** What came of one trace. */
export interface Row {
  readonly name: string;
  readonly group: Walked["group"];
  readonly events: number;
  readonly word: string;
  readonly wrong: Answer;
  /** Why the plain reading cannot tell; null where it can. */
  readonly untold: string | null;
  /** A line each. */
  readonly disagreements: readonly string[];
}

export interface WalkOptions {
  /** Where traces are made; those that disagree stay there. */
  readonly folder: string;
  /** Whether the command itself is called as well. */
  readonly prints: boolean;
  readonly keeps?: boolean;
}

export function walkedNamed(name: string): Walked {
  const found = walkedAll.find((one) => one.name === name);
  if (found === undefined) throw new UserError(`no trace of the walk is called '${name}'`);
  return found;
}

export async function walk(walked: Walked, options: WalkOptions): Promise<Row> {
  mkdirSync(options.folder, { recursive: true });
  const path = pathOf(walked, options);
  await walked.make(path);
  const trace = TraceReader.open(path);
  let row: Row;
  try {
    row = await lookAt(walked, trace, path, options);
  } finally {
    trace.close();
  }
  if (row.disagreements.length === 0 && options.keeps !== true) rmSync(path);
  return row;
}

export const pathOf = ({ name }: Walked, { folder }: WalkOptions): string =>
  join(folder, `${name.replaceAll(/[ :]/g, "-")}.gart`);

async function lookAt(
  walked: Walked,
  trace: TraceReader,
  path: string,
  options: WalkOptions,
): Promise<Row> {
  const answers: [string, Answer][] = [];
  for (const [command, ask] of Object.entries(asked))
    answers.push([command, await ask(trace, path)]);
  const [[, wrong]] = answers as [[string, Answer]];
  const word = wordOf(trace);
  const reading = plainly(trace);
  const disagreements = [
    ...different(answers),
    ...(await comparing(walked, trace, wrong, options)),
  ];
  if (reading.says !== "cannot tell" && reading.says !== word) {
    const first = Math.min(...reading.wrong.keys());
    const why = Number.isFinite(first) ? `, #${first}: ${reading.wrong.get(first)}` : "";
    disagreements.push(`judged ${word}; a plain reading says ${reading.says}${why}`);
  }
  if (options.prints) disagreements.push(...(await printed(path, word, wrong)));
  return {
    ...{ name: walked.name, group: walked.group, events: trace.count, word, wrong },
    ...{ untold: reading.says === "cannot tell" ? reading.why : null, disagreements },
  };
}

/** Every answer that is not the first one's. */
function different(answers: readonly (readonly [string, Answer])[]): string[] {
  const text = ({ events, first }: Answer): string =>
    first === null ? `${events}` : `${events} from #${first}`;
  const [[name, wanted], ...others] = answers as [[string, Answer], ...[string, Answer][]];
  return others
    .filter(([, answer]) => text(answer) !== text(wanted))
    .map(([other, answer]) => `${name}: ${text(wanted)}; ${other}: ${text(answer)}`);
}

/** A trace is like itself; a bug is unlike the same run without it. */
async function comparing(
  { fixed }: Walked,
  trace: TraceReader,
  wrong: Answer,
  options: WalkOptions,
): Promise<string[]> {
  const said = areAlike(trace, trace) ? [] : ["diff: it is not like itself"];
  if (fixed === null) return said;
  if (wrong.events === 0) said.push("the bug is there, and nothing is wrong");
  const without = walkedNamed(fixed);
  const path = `${pathOf(without, options)}-beside`;
  await without.make(path);
  const other = TraceReader.open(path);
  try {
    if (areAlike(trace, other)) said.push(`diff: it is like ${fixed}`);
    if (wordOf(other) === "wrong") said.push(`${fixed} is judged wrong`);
  } finally {
    other.close();
    rmSync(path);
  }
  return said;
}
