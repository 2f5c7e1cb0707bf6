// check.ts - holds a trace to the invariants of the machine, in one pass; checks of one's own beside those built in.

import type { Check, Checked } from "../check/check.ts";
import { checks as known } from "../check/index.ts";
import { UserError, unknownName } from "../fault.ts";
import { Judge } from "../judgement/judge.ts";
import { type Judgement, type Word, wordUpTo } from "../judgement/judgement.ts";
import { State } from "../machine/state.ts";
import { natureOf } from "../replay/replay.ts";
import { type Steering, Turns } from "./steering.ts";
import { readerOf, type Trace } from "./trace.ts";

/** Which checks are run. */
export interface CheckOptions extends Steering {
  /** These checks alone, by name. */
  readonly only?: readonly string[] | undefined;
  /** All but these. */
  readonly except?: readonly string[] | undefined;
  /** Further checks, made by `defineCheck`. */
  readonly checks?: readonly Check[];
}

/** What checks came to over a trace. */
export interface CheckAnswer {
  /** Whether the trace is right by the checks that were asked for; a torn one is never more than undecided. */
  readonly word: Word;
  /** What that rests on. */
  readonly judgement: Judgement;
  /** What became of each check. */
  readonly checks: readonly Checked[];
}

/** Events between two looks at the clock. */
const STRIDE = 1024;

/**
 * Runs checks over a trace, in one pass; some 3 million events a second with all that are built in. A check of one's own that
 * throws is in `failure`; the others go on. An unknown name is a `UserError`, a raised signal an `AbortedError`.
 */
export async function check(trace: Trace, options: CheckOptions = {}): Promise<CheckAnswer> {
  const chosen = chosenOf(withOwn(options.checks ?? []), options);
  const reader = readerOf(trace);
  reader.forgetPages();
  const state = new State(natureOf(reader.about));
  const judge = new Judge(reader.about, state, { past: reader, checks: chosen });
  const turns = new Turns(options);
  for (const recorded of trace.events()) {
    judge.fold(recorded);
    const { seq } = recorded;
    if (seq % STRIDE === 0 && turns.isDue)
      await turns.take({ done: seq, total: reader.count, events: seq });
  }
  // What an async handler throws comes in the next turn.
  const { count } = reader;
  await turns.take({ done: count, total: count, events: count });
  const { judgement, checked } = judge.end();
  return { word: wordUpTo(judgement, trace.torn), judgement, checks: checked };
}

/** A check of one's own: `watch` is called once for each trace, with what the trace says of itself. A `UserError` where it is none. */
export function defineCheck(own: Check): Check {
  if (!isCheck(own))
    throw new UserError("a check has a name, what holds, and watch(about, report)");
  return own;
}

/** Whether a value is a check: something with `name`, `holds` and `watch`. */
export const isCheck = (value: unknown): value is Check => {
  const { name, holds, watch } = (value ?? {}) as Partial<Check>;
  return typeof name === "string" && typeof holds === "string" && typeof watch === "function";
};

/** The checks built in and a user's own, which have names of their own. */
function withOwn(own: readonly Check[]): readonly Check[] {
  const names = [...known, ...own.map(defineCheck)].map(({ name }) => name);
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined)
    throw new UserError(`there is a check '${twice}' already; give yours another name`);
  return [...known, ...own];
}

function chosenOf(all: readonly Check[], { only, except = [] }: CheckOptions): readonly Check[] {
  const names = all.map(({ name }) => name);
  for (const name of [...(only ?? []), ...except])
    if (!names.includes(name)) throw unknownName("check", name, names);
  return all.filter(
    ({ name }) => (only === undefined || only.includes(name)) && !except.includes(name),
  );
}
