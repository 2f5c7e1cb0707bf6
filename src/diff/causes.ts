// causes.ts - many divergences, few causes: each is put to the account of what it came from.

import { isAstray } from "../event/verdict.ts";
import { kindNames } from "../event/vocabulary.ts";
import type { PairClass } from "./compare.ts";
import type { Side } from "./cursor.ts";
import type { Found, Mark } from "./difference.ts";
import { NONE } from "./event-queue.ts";
import { ROOTLESS } from "./roots.ts";

/** What some divergences have in common. */
export interface Cause {
  /** The hook call that the addresses came from, "virt_to_phys in agp_allocate_memory"; null without any. */
  readonly root: string | null;
  /** The side on which it is wrong, or on which the events stand. */
  readonly side: "a" | "b";
  /** The op that returned something else on each side, where what stands alone may follow from that. */
  readonly after: Returned | null;
  readonly count: number;
  /** How many of which kind and class, most first. */
  readonly kinds: readonly {
    readonly kind: string;
    readonly class: PairClass;
    readonly count: number;
  }[];
  /** The op it begins in. */
  readonly op: number;
}

/** What an op returned on each side. */
export interface Returned {
  readonly op: number;
  readonly name: string;
  readonly a: unknown;
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
  readonly #a: Side;
  readonly #b: Side;
  readonly #accounts = new Map<string, Account>();

  constructor(a: Side, b: Side) {
    this.#a = a;
    this.#b = b;
  }

  /** `after` is the first op up to there that returned something else on each side. */
  add(found: Found, op: number, after: Returned | null): void {
    const { class: name, a, b } = found;
    const rootA = this.#rootOf(this.#a, a);
    const rootB = this.#rootOf(this.#b, b);
    // What leads astray on one side is that side's; what stands alone is the side's that has it.
    if (b !== null && (isAstray(b.leads) || a === null)) this.#put("b", rootB, name, b, op, after);
    else if (a !== null) this.#put("a", rootA, name, a, op, after);
  }

  /** Those with a root first, then by number. */
  get list(): Cause[] {
    return [...this.#accounts.values()]
      .map(({ side, root, after, op, count, kinds }): Cause => {
        const { roots } = side === "a" ? this.#a : this.#b;
        return {
          root: root === ROOTLESS ? null : roots.nameOf(root),
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
  #rootOf(side: Side, mark: Mark | null): number {
    if (mark === null || mark.cause === NONE) return ROOTLESS;
    return isAstray(mark.leads) || kindNames[mark.kind] === "fault.raised"
      ? side.roots.of(mark.cause)
      : ROOTLESS;
  }

  #put(
    side: "a" | "b",
    root: number,
    name: PairClass,
    mark: Mark,
    op: number,
    returned: Returned | null,
  ): void {
    const kind = kindNames[mark.kind]!;
    const isAlone = name === "missing" || name === "extra";
    const after = root === ROOTLESS && isAlone ? returned : null;
    let key = `${side} ${root}`;
    if (root === ROOTLESS) key = `${side} ${name} ${after === null ? mark.kind : "after"}`;
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
