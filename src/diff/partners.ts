// partners.ts - which op of B an op of A stands beside, kept as the few places where the distance changes.

import { indexOfOwner, opOfOwner } from "../fingerprint/page-owners.ts";

/** From this op on, the partner is so much further; `null` where there is none. */
interface Step {
  readonly from: number;
  readonly shift: number | null;
}

export class Partners {
  readonly #ofA: Step[] = [];
  readonly #ofB: Step[] = [];

  /** Whether every op so far stands beside the op of the same number. */
  get isPlain(): boolean {
    return this.#ofA.length === 0 && this.#ofB.length === 0;
  }

  /** Ops come in the order of each trace; null stands for no partner. */
  add(a: number | null, b: number | null): void {
    if (a !== null) put(this.#ofA, a, b);
    if (b !== null) put(this.#ofB, b, a);
  }

  /**
   * Whether an allocation of A is that of B. Of two whose ops have no partners nobody can tell, and it is
   * taken for granted.
   */
  isSameOwner = (a: number, b: number): boolean => {
    if (this.isPlain) return a === b;
    if (indexOfOwner(a) !== indexOfOwner(b)) return false;
    const [opA, opB] = [opOfOwner(a), opOfOwner(b)];
    const [partnerOfA, partnerOfB] = [partnerOf(this.#ofA, opA), partnerOf(this.#ofB, opB)];
    return partnerOfA === null ? partnerOfB === null : partnerOfA === opB;
  };
}

function put(steps: Step[], op: number, partner: number | null): void {
  const shift = partner === null ? null : partner - op;
  const last = steps.at(-1);
  if (last === undefined ? shift !== 0 : last.shift !== shift) steps.push({ from: op, shift });
}

function partnerOf(steps: readonly Step[], op: number): number | null {
  const step = steps.findLast(({ from }) => from <= op);
  if (step === undefined) return op;
  return step.shift === null ? null : op + step.shift;
}
