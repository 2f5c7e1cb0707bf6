// blame.ts - all that is wrong in a trace by root cause: many events, few causes.

import type { Verdict } from "../event/verdict.ts";
import { type KindName, kindNames } from "../event/vocabulary.ts";
import { judgedOf } from "./judged.ts";
import type { Trace } from "./trace.ts";

/** What some wrong events have in common. */
export interface Culprit {
  /** The call that gave the number, "virt_to_phys in agp_allocate_memory"; else the function; null without any. */
  readonly root: string | null;
  readonly count: number;
  /** The seq of the first. */
  readonly first: number;
  /** How many events of which kind, most first. */
  readonly kinds: readonly { readonly kind: KindName; readonly count: number }[];
  /** What the numbers say, and the checks that found the events, each once. */
  readonly verdicts: readonly Verdict[];
  readonly checks: readonly string[];
}

/** The culprits, most events first; the numbers of events add up to that of the judgement. */
export function blameOf(trace: Trace): Culprit[] {
  const accounts = new Map<string, Account>();
  for (const { seq, verdict, check, root } of judgedOf(trace).wrong(1, trace.count, false)) {
    // What happened outside any function goes by the check that found it.
    const key = root ?? `check ${check}`;
    let account = accounts.get(key);
    if (account === undefined) {
      account = new Account(root, seq);
      accounts.set(key, account);
    }
    account.add(trace.event(seq)!.event.kind, verdict, check);
  }
  return [...accounts.values()]
    .map((account) => account.culprit)
    .sort((a, b) => b.count - a.count || a.first - b.first);
}

class Account {
  readonly #root: string | null;
  readonly #first: number;
  #count = 0;
  readonly #kinds = new Map<KindName, number>();
  readonly #verdicts = new Set<Verdict>();
  readonly #checks = new Set<string>();

  constructor(root: string | null, first: number) {
    this.#root = root;
    this.#first = first;
  }

  add(kind: KindName, verdict: Verdict | null, check: string | null): void {
    this.#count++;
    this.#kinds.set(kind, (this.#kinds.get(kind) ?? 0) + 1);
    if (verdict !== null) this.#verdicts.add(verdict);
    if (check !== null) this.#checks.add(check);
  }

  get culprit(): Culprit {
    return {
      root: this.#root,
      count: this.#count,
      first: this.#first,
      kinds: [...this.#kinds]
        .map(([kind, count]) => ({ kind, count }))
        .sort((a, b) => b.count - a.count || kindNames.indexOf(a.kind) - kindNames.indexOf(b.kind)),
      verdicts: [...this.#verdicts],
      checks: [...this.#checks],
    };
  }
}
