// causes.ts - counts divergences by their cause: the hook call that their addresses came from.

import { isAstray } from "../event/verdict.ts";
import { kindNames } from "../event/vocabulary.ts";
import { SOURCELESS } from "../judgement/sources.ts";
import type { PairClass } from "./compare.ts";
import type { Cursor } from "./cursor.ts";
import type { Difference, Mark } from "./difference.ts";
import { NONE } from "./event-queue.ts";

/** What some divergences have in common. */
export interface Cause {
  /** The hook call that the addresses came from, "virt_to_phys in agp_allocate_memory"; null without any. */
  readonly root: string | null;
  /** The trace in which the number is wrong, or which has the events. */
  readonly side: "a" | "b";
  /** The op that returned something else in each trace; events without a partner may follow from that. */
  readonly after: Returned | null;
  /** Divergences. */
  readonly count: number;
  /** How many of which kind and class, most first. */
  readonly kinds: readonly {
    readonly kind: string;
    readonly class: PairClass;
    readonly count: number;
  }[];
  /** The number of the op it begins in. */
  readonly op: number;
}

/** What an op returned in each trace. */
export interface Returned {
  /** The op's number. */
  readonly op: number;
  /** The op's name. */
  readonly name: string;
  /** As its result has it: an errno below 0, a name, a number. */
  readonly a: unknown;
  /** The same in the second trace. */
  readonly b: unknown;
}

interface Account {
  readonly after: Returned | null;
  readonly side: "a" | "b";
  readonly root: number;
  readonly op: number;
  count: number;
  readonly kinds: Map<string, number>;
}

const isRooted = ({ root }: Cause): number => (root === null ? 0 : 1);

export class Causes {
  readonly #a: Cursor;
  readonly #b: Cursor;
  readonly #accounts = new Map<string, Account>();

  constructor(a: Cursor, b: Cursor) {
    this.#a = a;
    this.#b = b;
  }

  /** `after` is the first op up to there that returned something else in each trace. */
  add(difference: Difference, op: number, after: Returned | null): void {
    const { class: name, a, b } = difference;
    const rootA = this.#rootOf(this.#a, a);
    const rootB = this.#rootOf(this.#b, b);
    // A number that leads astray counts for its trace, an event without a partner for the trace that has it.
    if (b !== null && (isAstray(b.leads) || a === null))
      this.#addToCause("b", rootB, name, b, op, after);
    else if (a !== null) this.#addToCause("a", rootA, name, a, op, after);
  }

  /** Those with a root first, then by number. */
  get list(): Cause[] {
    return [...this.#accounts.values()]
      .map(({ side, root, after, op, count, kinds }): Cause => {
        const { sources } = side === "a" ? this.#a : this.#b;
        return {
          root: root === SOURCELESS ? null : sources.nameOf(root),
          side,
          after,
          count,
          op,
          kinds: [...kinds]
            .map(([words, count]) => {
              const [kind, name] = words.split("/") as [string, PairClass];
              return { kind, class: name, count };
            })
            .sort((one, two) => two.count - one.count),
        };
      })
      .sort((one, two) => isRooted(two) - isRooted(one) || two.count - one.count);
  }

  /** The hook call that led an event astray, or that the device's fault goes back to. */
  #rootOf(cursor: Cursor, mark: Mark | null): number {
    if (mark === null || mark.cause === NONE) return SOURCELESS;
    return isAstray(mark.leads) || kindNames[mark.kind] === "fault.raised"
      ? cursor.sources.of(mark.cause)
      : SOURCELESS;
  }

  #addToCause(
    side: "a" | "b",
    root: number,
    name: PairClass,
    mark: Mark,
    op: number,
    returned: Returned | null,
  ): void {
    const kind = kindNames[mark.kind]!;
    const isAlone = name === "missing" || name === "extra";
    const after = root === SOURCELESS && isAlone ? returned : null;
    let key = `${side} ${root}`;
    if (root === SOURCELESS) key = `${side} ${name} ${after === null ? mark.kind : "after"}`;
    let account = this.#accounts.get(key);
    if (account === undefined) {
      account = { after, side, root, op, count: 0, kinds: new Map() };
      this.#accounts.set(key, account);
    }
    account.count++;
    const words = `${kind}/${name}`;
    account.kinds.set(words, (account.kinds.get(words) ?? 0) + 1);
  }
}
