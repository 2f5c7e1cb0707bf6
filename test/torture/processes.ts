// processes.ts - commands that are killed, refused their writes, or disturbed by another, at any write.

import { execFileSync } from "node:child_process";
import {
  copyFileSync,
  existsSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { gunzipSync } from "node:zlib";
import { type Answers, answersOf, toldBy } from "./answers.ts";
import { gartrace, rudeness } from "./command.ts";
import { type Campaign, type Ground, oneOf } from "./trial.ts";
import { copyOfTwin } from "./twin.ts";

/** A command, what it works on, and what its output must be when it ends well. */
interface Work {
  readonly words: readonly string[];
  /** Makes what it reads, and what it would replace. */
  readonly prepare: (ground: Ground) => Promise<void>;
  /** The trace that it writes or changes. */
  readonly trace: string | null;
  /** Whether what it changes answers the same before and after. */
  readonly keeps: boolean;
}

const FIRST = resolve("test/store/first-format.gart.gz");
const LOG = resolve("traces/captures/linux-6.1.native/ftrace.txt.gz");

const twin = async ({ dice, folder }: Ground) => {
  await copyOfTwin(dice, join(folder, "t.gart"));
};
const older = async ({ folder }: Ground) => {
  writeFileSync(join(folder, "t.gart"), gunzipSync(readFileSync(FIRST)));
};
const log = async ({ folder }: Ground) => {
  const lines = gunzipSync(readFileSync(LOG)).toString().split("\n");
  writeFileSync(join(folder, "log.txt"), lines.slice(0, 400).join("\n"));
};

const works: readonly Work[] = [
  {
    words: ["record", "bug:stale-gart-tlb", "-o", "t.gart"],
    prepare: async () => {},
    trace: "t.gart",
    keeps: false,
  },
  {
    words: ["record", "bug:stale-gart-tlb", "-f", "-o", "t.gart"],
    prepare: twin,
    trace: "t.gart",
    keeps: false,
  },
  { words: ["import", "log.txt", "-o", "t.gart"], prepare: log, trace: "t.gart", keeps: false },
  { words: ["index", "t.gart"], prepare: twin, trace: "t.gart", keeps: true },
  { words: ["index", "t.gart"], prepare: older, trace: "t.gart", keeps: true },
  { words: ["mark", "t.gart", "#9", "words"], prepare: twin, trace: "t.gart", keeps: true },
  { words: ["mark", "t.gart", "#9", "words"], prepare: older, trace: "t.gart", keeps: true },
  { words: ["verify", "t.gart", "--repair"], prepare: twin, trace: "t.gart", keeps: true },
  {
    words: ["export", "t.gart", "--format", "csv", "-o", "out"],
    prepare: twin,
    trace: null,
    keeps: false,
  },
  {
    words: ["export", "t.gart", "--format", "jsonl", "-o", "out"],
    prepare: twin,
    trace: null,
    keeps: false,
  },
  { words: ["report", "t.gart", "-o", "out"], prepare: twin, trace: null, keeps: false },
];

/** How many writes each of them makes when nothing disturbs it. */
const writes = new Map<Work, Promise<number>>();

const disturbed = (what: "kill" | "eio" | "enospc") => async (ground: Ground) => {
  const { dice, folder } = ground;
  const work = oneOf(dice, works);
  let counting = writes.get(work);
  if (counting === undefined) {
    counting = countWrites(work, ground);
    writes.set(work, counting);
  }
  const whole = await counting;
  for (const name of readdirSync(folder)) rmSync(join(folder, name), { recursive: true });
  await work.prepare(ground);
  const path = join(folder, "t.gart");
  const before = work.keeps ? answersOf(path) : null;
  const at = 1 + dice.roll(whole);
  const ran = await gartrace(work.words, {
    folder,
    env: preloaded(folder, { TORTURE_AT: `${at}`, TORTURE_DO: what }),
  });
  const said = `${work.words.join(" ")}, ${what} at write ${at} of ${whole}`;
  if (what !== "kill") {
    const rude = rudeness(work.words, ran);
    if (rude !== null) return `${rude} (${said})`;
    if (ran.code !== 2 && ran.code !== 0 && ran.code !== 1) return `${said}: exit code ${ran.code}`;
    if (existsSync(join(folder, "out")) && ran.code === 2)
      return `${said}: refused, and out is there`;
    const left = readdirSync(folder).filter(
      (name) => name.endsWith(".part") || name.startsWith("."),
    );
    if (left.length > 0) return `${said}: ${left.join(", ")} is left behind`;
  }
  return work.trace === null ? null : complaintAfter(path, before, said);
};

/** The trace after it: whole or torn or not there, but opened; one that was there answers as before, marks apart. */
function complaintAfter(path: string, before: Answers | null, said: string): string | null {
  if (!existsSync(path)) return before === null ? null : `${said}: the trace is gone`;
  const after = answersOf(path);
  if (before === null) {
    const events = after.get("events")!;
    // Of a file that was made a moment before, nobody has seen an event.
    const isNone = /is empty, not a trace|not a trace$/.test(events);
    return events.startsWith("= ") || isNone ? null : `${said}: ${events}`;
  }
  for (const [question, was] of before)
    if (
      question !== "marks" &&
      question !== "info" &&
      question !== "about" &&
      after.get(question) !== was
    )
      return `${said}: ${question} is answered otherwise: ${after.get(question)?.slice(0, 200)}`;
  const told = toldBy(path);
  return told === null ? null : `${said}: verify says ${told.slice(0, 200)}`;
}

async function countWrites(work: Work, ground: Ground): Promise<number> {
  const { folder } = ground;
  await work.prepare(ground);
  const count = join(tmpdir(), `writes-${process.pid}`);
  rmSync(count, { force: true });
  await gartrace(work.words, { folder, env: preloaded(folder, { TORTURE_COUNT: count }) });
  const all = existsSync(count) ? readFileSync(count).length : 0;
  rmSync(count, { force: true });
  return Math.max(all, 1);
}

export const preloadPath = (): string => join(tmpdir(), "preload.so");

const preloaded = (folder: string, more: NodeJS.ProcessEnv): NodeJS.ProcessEnv => ({
  LD_PRELOAD: preloadPath(),
  TORTURE_IN: folder,
  ...more,
});

/** Compiles the library; false where there is no compiler. */
export function compilePreload(): boolean {
  try {
    execFileSync(
      "cc",
      ["-shared", "-fPIC", "-O2", "-o", preloadPath(), resolve("test/torture/preload.c"), "-ldl"],
      { stdio: "pipe" },
    );
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return false;
    throw error;
  }
}

export const kills: Campaign = {
  tries: "commands killed at a write",
  needsPreload: true,
  run: disturbed("kill"),
};
export const refusals: Campaign = {
  tries: "commands refused a write (EIO, ENOSPC)",
  needsPreload: true,
  run: (ground) => disturbed(oneOf(ground.dice, ["eio", "enospc"] as const))(ground),
};

const beside: readonly (readonly string[])[] = [
  ["mark", "t.gart", "#3", "of one"],
  ["index", "t.gart"],
  ["info", "t.gart"],
  ["verify", "t.gart"],
  ["export", "t.gart", "--format", "jsonl", "-o", "out", "-f"],
  ["record", "bug:stale-gart-tlb", "-o", "t.gart", "-f"],
];

export const pairs: Campaign = {
  tries: "pairs of commands on one file",
  needsPreload: false,
  async run({ dice, folder }) {
    const path = join(folder, "t.gart");
    await copyOfTwin(dice, path);
    copyFileSync(path, join(folder, "kept.gart"));
    const pair = [oneOf(dice, beside), oneOf(dice, beside)] as const;
    const said = pair.map((words) => words.join(" ")).join(" and ");
    const ran = await Promise.all(pair.map((words) => gartrace(words, { folder })));
    for (const [i, one] of ran.entries()) {
      const rude = rudeness(pair[i]!, one);
      if (rude !== null) return `${said}: ${rude}`;
    }
    const told = toldBy(path);
    if (told !== null) return `${said}: verify says ${told.slice(0, 200)}`;
    return null;
  },
};
