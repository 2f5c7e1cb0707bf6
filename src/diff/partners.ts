// partners.ts - which op of B an op of A stands beside, kept as the few places where the distance changes.

import { opOfOwner, ownerInOp } from "../machine/owners.ts";

export class Partners {
  /** From this op of A on, its partner in B is so much further; `null` where it has none. */
  readonly #steps: { readonly from: number; readonly shift: number | null }[] = [];

  /** Whether every op so far stands beside the op of the same number. */
  get isPlain(): boolean {
    return this.#steps.length === 0;
  }

  /** Ops come in A's order; `b` is null for an op without a partner. */
  add(a: number, b: number | null): void {
    const shift = b === null ? null : b - a;
    const last = this.#steps.at(-1);
    if (last === undefined ? shift !== 0 : last.shift !== shift)
      this.#steps.push({ from: a, shift });
  }

  /** Whether an allocation of A is that of B. */
  isSameOwner = (a: number, b: number): boolean => {
    if (this.isPlain) return a === b;
    const op = opOfOwner(a);
    const step = this.#steps.findLast(({ from }) => from <= op);
    if (step === undefined) return a === b;
    return step.shift !== null && ownerInOp(a, op + step.shift) === b;
  };
}
