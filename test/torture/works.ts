// works.ts - commands that write, and what they work on: what is killed and refused its calls.

import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { gunzipSync } from "node:zlib";
import { changeAndSeal } from "../store/changed.ts";
import { type Answers, answersOf, toldBy } from "./answers.ts";
import { type Ground, oneOf } from "./trial.ts";
import { copyOfTwin } from "./twin.ts";

/** What a command begins with. */
export interface Prepared {
  /** Which one it is, of those that a work can begin with. */
  readonly label: string;
  /** What the trace that is there answers, and what verify tells of it; null where there is none. */
  readonly before: {
    readonly answers: Answers;
    readonly told: string | null;
    /** What it answers when it is mended, where something is to be mended. */
    readonly mended?: Answers;
  } | null;
}

/** A command, and what becomes of what it works on. */
export interface Work {
  readonly words: readonly string[];
  /** Makes what it reads, and what it would replace. */
  readonly prepare: (ground: Ground) => Promise<Prepared>;
  /** The trace that it makes, in place of an older one or not, or that it changes; null for none. */
  readonly trace: { readonly path: string; readonly does: "made" | "replaced" | "changed" } | null;
}

const FORMATS = "traces/formats";
const older = [
  resolve("test/store/first-format.gart.gz"),
  ...readdirSync(FORMATS).map((name) => resolve(FORMATS, name)),
];
const LOG = resolve("traces/captures/linux-6.1.native/ftrace.txt.gz");

const nothing = async (): Promise<Prepared> => ({ label: "", before: null });

const twin = async ({ dice, folder }: Ground): Promise<Prepared> => {
  const { path, answers } = await copyOfTwin(dice, join(folder, "t.gart"));
  return { label: path, before: { answers, told: null } };
};

/** The twin with a view of its own, which verify tells of. */
const stranger = async (ground: Ground): Promise<Prepared> => {
  const { label, before } = await twin(ground);
  const path = join(ground.folder, "t.gart");
  changeAndSeal(path, "CREATE VIEW stranger AS SELECT 1");
  const told = toldBy(path);
  return { label, before: { answers: answersOf(path), told, mended: before!.answers } };
};

const olderBefore = new Map<string, NonNullable<Prepared["before"]>>();
const olderTrace = async ({ dice, folder }: Ground): Promise<Prepared> => {
  const label = oneOf(dice, older);
  const path = join(folder, "t.gart");
  writeFileSync(path, gunzipSync(readFileSync(label)));
  let before = olderBefore.get(label);
  if (before === undefined) {
    before = { answers: answersOf(path), told: toldBy(path) };
    olderBefore.set(label, before);
  }
  return { label, before };
};

const log = async ({ folder }: Ground): Promise<Prepared> => {
  const lines = gunzipSync(readFileSync(LOG)).toString().split("\n");
  writeFileSync(join(folder, "log.txt"), lines.slice(0, 400).join("\n"));
  return { label: "", before: null };
};

const work = (line: string, prepare: Work["prepare"], trace: Work["trace"]): Work => ({
  words: line.split(" "),
  prepare,
  trace,
});
const made = { path: "t.gart", does: "made" } as const;
const replaced = { path: "t.gart", does: "replaced" } as const;
const changed = { path: "t.gart", does: "changed" } as const;

export const works: readonly Work[] = [
  work("record bug:stale-gart-tlb -o t.gart", nothing, made),
  work("record bug:stale-gart-tlb -f -o t.gart", twin, replaced),
  // Long enough for a thread of its own, and for a batch before the end.
  work("record wander --ops 5000 -o t.gart", nothing, made),
  work("import log.txt -o t.gart", log, made),
  work("matrix --platforms native-i386 --hooks gart -w dma --keep .", nothing, {
    path: "native-i386.gart.gart",
    does: "made",
  }),
  work("fork t.gart --at end --set hooks=gart -o f.gart", twin, { path: "f.gart", does: "made" }),
  work("index t.gart", twin, changed),
  work("index t.gart", olderTrace, changed),
  work("mark t.gart #9 words", twin, changed),
  work("mark t.gart #9 words", olderTrace, changed),
  work("verify t.gart --repair", stranger, changed),
  work("export t.gart --format csv -o out", twin, null),
  work("export t.gart --format jsonl -o out", twin, null),
  work("report t.gart -o out", twin, null),
];
