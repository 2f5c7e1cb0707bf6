// compare.ts - the class of a pair of partners: alike, or what differs.
//
// Partners have the same key (fingerprint/match-key.ts). By default their numbers may differ as long as both lead to
// the page that was meant; under `exact` every number must be the same that both traces can know.

import { at, columns } from "../event/field.ts";
import { isAstray, NO_NUMBER, RIGHT, WRONG_SPACE } from "../event/verdict.ts";
import { declarationOf, type Event, kindNames } from "../event/vocabulary.ts";
import { NOBODY } from "../fingerprint/page-owners.ts";
import { FOUND, LEADS, NONE, NOTE, OWNER, PAGE } from "./event-queue.ts";

/** How two events can stand to each other. */
export const classes = [
  "same",
  "same after translation",
  "wrong-space",
  "wrong-frame",
  "wrong",
  "missing",
  "extra",
  "reordered",
] as const;
/** How two events stand to each other: `gartrace explain` has each word. */
export type PairClass = (typeof classes)[number];

/** By kind: the columns of a row that its fields fill. */
const fieldColumns: readonly (readonly number[])[] = kindNames.map((kind) => {
  const storages = Object.values(declarationOf(kind).fields).map((field) => field.in);
  const filled = columns.flatMap((column, i) => (storages.includes(column) ? [i] : []));
  return storages.includes("note") ? [...filled, NOTE] : filled;
});

const { kind: KIND, actor: ACTOR, place: PLACE } = at;

/** Whether the owner of a page in A is that of a page in B. */
export type IsSameOwner = (a: number, b: number) => boolean;

/** Judges pairs of events, each by its values and where they begin. */
export class Judge {
  readonly #isSameOwner: IsSameOwner;
  /** Whether both traces hold all that happened: what only one says is a difference then. */
  readonly #isWhole: boolean;
  /** How many pairs could not be judged by one of the traces. */
  unknown = 0;

  constructor(isSameOwner: IsSameOwner, isWhole: boolean) {
    this.#isSameOwner = isSameOwner;
    this.#isWhole = isWhole;
  }

  /** What the pair is, by where its numbers lead. Hot: once a pair. */
  judge(a: Float64Array, i: number, b: Float64Array, j: number): PairClass {
    const parting = this.parting(a[i + LEADS]!, b[j + LEADS]!);
    if (parting !== null) return parting;
    if (a[i + KIND] !== b[j + KIND]) return "wrong-frame";
    if (!this.#isSamePage(a, i, b, j)) return "wrong-frame";
    for (const column of fieldColumns[a[i + KIND]!]!) {
      const [left, right] = [a[i + column], b[j + column]];
      if (left !== right && left !== NONE && right !== NONE) return "same after translation";
    }
    return "same";
  }

  /** The class of two partners of which one alone is wrong; null where none is, or where one trace does not say. */
  parting(a: number, b: number): "wrong-space" | "wrong-frame" | "wrong" | null {
    if (a === b || (!isAstray(a) && !isAstray(b))) return null;
    if ((a === FOUND && !isAstray(b)) || (b === FOUND && !isAstray(a))) return "wrong";
    if (this.#isKnown(a) && this.#isKnown(b))
      return a === WRONG_SPACE || b === WRONG_SPACE ? "wrong-space" : "wrong-frame";
    this.unknown++;
    return null;
  }

  /** Whether any number or name differs that both could know. */
  differs(a: Float64Array, i: number, b: Float64Array, j: number): boolean {
    if (a[i + KIND] !== b[j + KIND]) return true;
    const isOther = (column: number) => {
      const [left, right] = [a[i + column], b[j + column]];
      return left !== right && (this.#isWhole || (left !== NONE && right !== NONE));
    };
    return isOther(ACTOR) || isOther(PLACE) || fieldColumns[a[i + KIND]!]!.some(isOther);
  }

  /** What a recording does not say is unknown, never different. */
  #isKnown = (leads: number): boolean =>
    leads === RIGHT || isAstray(leads) || (this.#isWhole && leads === NO_NUMBER);

  #isSamePage(a: Float64Array, i: number, b: Float64Array, j: number): boolean {
    const [ownerA, ownerB] = [a[i + OWNER]!, b[j + OWNER]!];
    if (ownerA === NONE || ownerB === NONE) return true;
    if (ownerA === NOBODY || ownerB === NOBODY) return ownerA === ownerB || !this.#isWhole;
    return this.#isSameOwner(ownerA, ownerB) && a[i + PAGE] === b[j + PAGE];
  }
}

/** The fields in which two events differ, where both fill them or `strict` says both could. */
export function differing(a: Event, b: Event, strict: boolean): string[] {
  if (a.kind !== b.kind) return ["kind"];
  const [one, two] = [a, b] as unknown as { [name: string]: unknown }[];
  const names = [...Object.keys(declarationOf(a.kind).fields), "actor", "place"];
  return names.filter((name) => {
    const [left, right] = [one![name], two![name]];
    if (left == null || right == null) return strict && (left ?? null) !== (right ?? null);
    return left !== right;
  });
}
