// causes.ts - many divergences, few causes: each is put to the account of what it came from.

import { kindNames } from "../event/vocabulary.ts";
import { isAstray, type PairClass } from "./compare.ts";
import type { Found, Mark } from "./found.ts";
import { NONE } from "./lane.ts";
import { ROOTLESS } from "./roots.ts";
import type { Side } from "./side.ts";

/** What some divergences have in common. */
export interface Cause {
  /** The hook call that the addresses came from, "virt_to_phys in agp_allocate_memory"; null without any. */
  readonly root: string | null;
  /** The side on which it is wrong, or on which the events stand. */
  readonly side: "a" | "b";
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

interface Account {
  readonly side: "a" | "b";
  readonly root: number;
  readonly op: number;
  count: number;
  readonly kinds: Map<string, number>;
}

export class Causes {
  readonly #a: Side;
  readonly #b: Side;
  readonly #accounts = new Map<string, Account>();

  constructor(a: Side, b: Side) {
    this.#a = a;
    this.#b = b;
  }

  add(found: Found, op: number): void {
    const { class: name, a, b } = found;
    const rootA = this.#rootOf(this.#a, a);
    const rootB = this.#rootOf(this.#b, b);
    // What leads astray on one side is that side's; what stands alone is the side's that has it.
    if (b !== null && (isAstray(b.leads) || a === null)) this.#put("b", rootB, name, b, op);
    else if (a !== null) this.#put("a", rootA, name, a, op);
  }

  /** Most first. */
  get list(): Cause[] {
    return [...this.#accounts.values()]
      .map(({ side, root, op, count, kinds }): Cause => {
        const { roots } = side === "a" ? this.#a : this.#b;
        return {
          root: root === ROOTLESS ? null : roots.nameOf(root),
          side,
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
      .sort((one, two) => two.count - one.count);
  }

  /** The hook call that led an event astray, or that the device's fault goes back to. */
  #rootOf(side: Side, mark: Mark | null): number {
    if (mark === null || mark.cause === NONE) return ROOTLESS;
    return isAstray(mark.leads) || kindNames[mark.kind] === "fault.raised"
      ? side.roots.of(mark.cause)
      : ROOTLESS;
  }

  #put(side: "a" | "b", root: number, name: PairClass, mark: Mark, op: number): void {
    const kind = kindNames[mark.kind]!;
    const key = root === ROOTLESS ? `${side} ${name} ${mark.kind}` : `${side} ${root}`;
    let account = this.#accounts.get(key);
    if (account === undefined) {
      account = { side, root, op, count: 0, kinds: new Map() };
      this.#accounts.set(key, account);
    }
    account.count++;
    const words = `${kind}/${name}`;
    account.kinds.set(words, (account.kinds.get(words) ?? 0) + 1);
  }
}
