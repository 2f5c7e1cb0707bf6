// disturbed.ts - commands that are killed, or refused a call, at any of the calls that they make below their folder.

import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { TraceReader } from "../../src/store/read.ts";
import { leftBeside } from "../../src/store/recovery.ts";
import { type Answers, answersOf, toldBy } from "./answers.ts";
import { gartrace, type Ran, rudeness } from "./command.ts";
import { preloaded } from "./preload.ts";
import { type Campaign, type Ground, oneOf } from "./trial.ts";
import { type Prepared, type Work, works } from "./works.ts";

/** How calls are disturbed: which of them (preload.c), and what becomes of one. */
interface Manner {
  readonly calls: "c" | "cd" | "r";
  readonly does: "kill" | "eio" | "enospc";
  /** Whether those after it are let through again. */
  readonly isOnce: boolean;
}

/** What a command does when nothing disturbs it. */
interface Undisturbed {
  /** The letter of each call, in order. */
  readonly calls: string;
  /** What it made: the events of a trace, or the file `out`. */
  readonly events: readonly string[] | null;
  readonly out: Buffer | null;
}

/** By what it is and what it begins with. */
const known = new Map<string, Undisturbed>();

async function disturb(ground: Ground, manner: Manner): Promise<string | null> {
  const { dice, folder } = ground;
  const work = oneOf(dice, works);
  const { label, before } = await work.prepare(ground);
  const key = `${works.indexOf(work)} ${label}`;
  let whole = known.get(key);
  if (whole === undefined) {
    const kept = readdirSync(folder).map(
      (name) => [name, readFileSync(join(folder, name))] as const,
    );
    whole = await undisturbed(work, folder);
    known.set(key, whole);
    clear(folder);
    for (const [name, bytes] of kept) writeFileSync(join(folder, name), bytes);
  }
  const count = [...whole.calls].filter((letter) => manner.calls.includes(letter)).length;
  const at = 1 + dice.roll(Math.max(count, 1));
  const ran = await gartrace(work.words, {
    folder,
    env: preloaded(folder, {
      AT: `${at}`,
      CALLS: manner.calls,
      DO: manner.does,
      ...(manner.isOnce ? { ONCE: "1" } : {}),
    }),
  });
  const complaint =
    (manner.does === "kill" ? null : complaintOfRun(work, folder, ran, whole)) ??
    complaintOfTrace(work, folder, { before, whole, isDone: ran.code === 0 });
  const how = `${manner.does}${manner.isOnce ? " once" : ""} at call ${at} of ${count} (${manner.calls})`;
  return complaint && `${complaint} (${work.words.join(" ")}, ${how}, begun with ${label})`;
}

/** A refused command says so in a sentence, leaves nothing behind, and does not take half of an output for one. */
function complaintOfRun(
  { words }: Work,
  folder: string,
  ran: Ran,
  whole: Undisturbed,
): string | null {
  const rude = rudeness(words, ran);
  if (rude !== null) return rude;
  if (![0, 1, 2, 3].includes(ran.code!)) return `exit code ${ran.code}`;
  const out = join(folder, "out");
  if (existsSync(out) && !readFileSync(out).equals(whole.out!))
    return `exit code ${ran.code}, and out is not what it is otherwise`;
  if (ran.code === 2 && existsSync(out)) return "refused, and out is there";
  if (ran.code === 0 && whole.out !== null && !existsSync(out)) return "done, and no out is there";
  const left = readdirSync(folder).filter((name) => /\.(part|repair)$|^\./.test(name));
  return left.length > 0 ? `${left.join(", ")} is left behind` : null;
}

interface Expected {
  readonly before: Prepared["before"];
  readonly whole: Undisturbed;
  /** Whether the command says that it did what was asked. */
  readonly isDone: boolean;
}

/** The trace after it: as before or as after, or the beginning of a new one; and opened in any case. */
function complaintOfTrace({ trace }: Work, folder: string, expected: Expected): string | null {
  if (trace === null) return null;
  const { before, whole, isDone } = expected;
  const path = join(folder, trace.path);
  if (!existsSync(path)) {
    if (trace.does !== "made") return "the trace is gone";
    return isDone ? "done, and no trace is there" : null;
  }
  const complaint =
    trace.does === "changed"
      ? changedComplaint(path, before!)
      : madeComplaint(path, trace.does === "made" ? null : before!.answers, whole.events!);
  if (complaint !== null) return complaint;
  if (leftBeside(path) !== null) return `${leftBeside(path)} stays beside it`;
  return isDone && trace.does !== "changed" ? verifyComplaint(path) : null;
}

type Before = NonNullable<Prepared["before"]>;

/** It answers as before, but for marks and what it says of itself; verify tells what it told, or nothing any more. */
function changedComplaint(path: string, { answers, told, mended }: Before): string | null {
  const after = answersOf(path);
  for (const [question, was] of answers) {
    if (["marks", "info", "about"].includes(question)) continue;
    const is = after.get(question);
    if (is !== was && is !== mended?.get(question))
      return `${question} is answered otherwise: ${is?.slice(0, 200)}`;
  }
  const now = toldBy(path);
  return now === null || now === told ? null : `verify says ${now.slice(0, 200)}`;
}

/** A beginning of what it would have been, or the older one. */
function madeComplaint(
  path: string,
  older: Answers | null,
  whole: readonly string[],
): string | null {
  if (older !== null && answersOf(path).get("events") === older.get("events")) return null;
  const { events, refusal } = eventsIn(path);
  // Of a file that was made a moment before, nobody has seen an event.
  if (refusal !== null)
    return older === null && /is empty, not a trace|not a trace$/.test(refusal) ? null : refusal;
  const other = events.findIndex((event, i) => event !== whole[i]);
  if (other >= 0) return `event #${other + 1} is not what it is otherwise`;
  if (older !== null && events.length < whole.length)
    return "neither the old trace nor the new one";
  return null;
}

function verifyComplaint(path: string): string | null {
  const told = toldBy(path);
  return told === null ? null : `verify says ${told.slice(0, 200)}`;
}

function eventsIn(path: string): { events: string[]; refusal: string | null } {
  try {
    const trace = TraceReader.open(path);
    try {
      return { events: [...trace.events()].map((one) => JSON.stringify(one)), refusal: null };
    } finally {
      trace.close();
    }
  } catch (error) {
    return { events: [], refusal: (error as Error).message };
  }
}

async function undisturbed(work: Work, folder: string): Promise<Undisturbed> {
  const count = join(tmpdir(), `calls-${process.pid}`);
  rmSync(count, { force: true });
  const ran = await gartrace(work.words, {
    folder,
    env: preloaded(folder, { COUNT: count, CALLS: "cdr" }),
  });
  if (ran.code === 2) throw new Error(`${work.words.join(" ")} cannot begin: ${ran.text}`);
  const calls = readFileSync(count, "latin1");
  rmSync(count);
  const out = join(folder, "out");
  const made = work.trace === null || work.trace.does === "changed" ? null : work.trace.path;
  return {
    calls,
    events: made === null ? null : eventsIn(join(folder, made)).events,
    out: existsSync(out) ? readFileSync(out) : null,
  };
}

function clear(folder: string): void {
  for (const name of readdirSync(folder)) rmSync(join(folder, name), { recursive: true });
}

export const kills: Campaign = {
  tries: "commands killed at a change",
  owed: 1000,
  needsPreload: true,
  run: (ground) => disturb(ground, { calls: "cd", does: "kill", isOnce: true }),
};
export const refusals: Campaign = {
  tries: "commands refused a change or a read (EIO, ENOSPC)",
  owed: 500,
  needsPreload: true,
  run: (ground) => {
    const calls = ground.dice.roll(3) === 0 ? "r" : "c";
    const does = calls === "r" ? "eio" : oneOf(ground.dice, ["eio", "enospc"] as const);
    return disturb(ground, { calls, does, isOnce: ground.dice.roll(2) === 0 });
  },
};
