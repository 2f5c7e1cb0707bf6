// main.ts - npm run conformance -- judgement [NAME..] [--cut SEED]: the same answer from every command, on every trace.
//
// Walks the traces that are named, or all, or with --cut a part of them that fits CI, the same for the same seed.
// Exit code 0 where all agree, 1 where a trace disagrees: it is kept, with the commands that tell of it; 2 for wrong
// arguments.

import { availableParallelism } from "node:os";
import { Worker } from "node:worker_threads";
import { Dice } from "../../src/dice.ts";
import { UserError } from "../../src/fault.ts";
import { inColumns } from "../../src/report/text.ts";
import { cutOf } from "./cut.ts";
import { pathOf, type Row, walkedNamed } from "./walk.ts";
import { groups, type Walked, walkedAll } from "./walked.ts";
import type { Answered, Step } from "./walker.ts";

/** Traces on which the commands themselves are called: one of so many, and each that is named. */
const PRINTED = 40;
const folder = "dist/judgement";

/** Walks, prints the table, and gives the exit code. */
export async function walkAll(words: readonly string[]): Promise<number> {
  const began = performance.now();
  const { names, cut } = wishOf(words);
  let chosen: readonly Walked[] = names.map(walkedNamed);
  if (cut !== null) chosen = cutOf(walkedAll, cut);
  else if (chosen.length === 0) chosen = walkedAll;
  const order = new Dice(cut ?? 0).shuffled(chosen.length);
  const steps = chosen.map(({ name }, i) => ({
    name,
    prints: names.length > 0 || order[i]! % PRINTED === 0,
  }));
  const answered = await inThreads(steps, names.length > 0);
  return report(answered, (performance.now() - began) / 1000);
}

function wishOf(words: readonly string[]): { names: readonly string[]; cut: number | null } {
  const names = words.filter((word, i) => word !== "--cut" && words[i - 1] !== "--cut");
  const at = words.indexOf("--cut");
  if (at < 0) return { names, cut: null };
  if (!/^\d{1,9}$/.test(words[at + 1] ?? "") || names.length > 0)
    throw new UserError("--cut takes a number, the seed of what is chosen, and no names");
  return { names, cut: Number(words[at + 1]) };
}

async function inThreads(steps: readonly Step[], keeps: boolean): Promise<Answered[]> {
  const answered: Answered[] = [];
  let next = 0;
  const one = async (): Promise<void> => {
    const thread = new Worker(new URL("./walker.js", import.meta.url), {
      workerData: { folder, keeps },
    });
    try {
      for (let step = steps[next++]; step !== undefined; step = steps[next++])
        answered.push(await answerTo(thread, step));
    } finally {
      await thread.terminate();
    }
  };
  await Promise.all(Array.from({ length: Math.min(availableParallelism(), steps.length) }, one));
  return answered;
}

const answerTo = (thread: Worker, step: Step): Promise<Answered> =>
  new Promise((resolve, reject) => {
    thread.once("error", reject);
    thread.once("message", (answered: Answered) => {
      thread.off("error", reject);
      if (process.stderr.isTTY) process.stderr.write(`\r${step.name}\x1b[K`);
      resolve(answered);
    });
    thread.postMessage(step);
  });

function report(answered: readonly Answered[], seconds: number): number {
  const rows = answered.flatMap(({ row }) => (row === null ? [] : [row]));
  const bad = answered.filter(({ row }) => row === null || row.disagreements.length > 0);
  for (const { name, row, trouble } of bad.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const path = pathOf(walkedNamed(name), { folder, prints: false });
    process.stdout.write(
      `${name}: ${trouble ?? row!.disagreements.join("\n  ")}\n` +
        `  npm run conformance -- judgement '${name}'; gartrace info ${path}; gartrace check ${path}\n`,
    );
  }
  process.stdout.write(`${tableOf(rows)}\n${untold(rows)}`);
  const minutes = `${Math.floor(seconds / 60)} min ${Math.floor(seconds % 60)} s`;
  process.stdout.write(`${answered.length - bad.length} of ${answered.length} agree, ${minutes}\n`);
  return bad.length === 0 ? 0 : 1;
}

const heading = ["traces", "", "events", "right", "wrong", "undecided", "wrong events", "disagree"];

function tableOf(rows: readonly Row[]): string {
  const count = (some: readonly Row[], word: string) =>
    `${some.filter((row) => row.word === word).length}`;
  const lines = groups
    .map((group) => rows.filter((row) => row.group === group))
    .filter((some) => some.length > 0)
    .map((some) => [
      some[0]!.group,
      `${some.length}`,
      `${sum(some.map(({ events }) => events))}`,
      ...["right", "wrong", "undecided"].map((word) => count(some, word)),
      `${sum(some.map(({ wrong }) => wrong.events))}`,
      `${some.filter(({ disagreements }) => disagreements.length > 0).length}`,
    ]);
  return inColumns([heading, ...lines]);
}

/** Traces of which the plain reading cannot tell whether they are right, by reason. */
function untold(rows: readonly Row[]): string {
  const reasons = new Map<string, number>();
  for (const { untold } of rows)
    if (untold !== null) reasons.set(untold, (reasons.get(untold) ?? 0) + 1);
  return [...reasons].map(([why, count]) => `no plain reading of ${count}: ${why}\n`).join("");
}

const sum = (numbers: readonly number[]): number => numbers.reduce((all, one) => all + one, 0);
