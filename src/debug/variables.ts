// variables.ts - a state as the variables of a debug adapter: scopes, ranges folded, what is long in pages.

import type { DebugProtocol } from "@vscode/debugprotocol";
import type { Recorded } from "../event/vocabulary.ts";
import type { State } from "../machine/state.ts";
import {
  type GattPart,
  gattParts,
  hex,
  iommuRuns,
  p2mRuns,
  type Run,
  registers,
  span,
  type VerdictAt,
} from "../report/state-parts.ts";
import { verdictsOf } from "../report/state-text.ts";
import { fieldsOf } from "./evaluate.ts";
import type { Session } from "./session.ts";

/** A variable, with what opens under it. */
export interface Shown {
  readonly name: string;
  readonly value: string;
  readonly under?: Shelf;
  readonly memory?: string;
}

/** Variables that are counted before they are made: a client asks for some of them at a time. */
export interface Shelf {
  readonly count: number;
  readonly some: (start: number, count: number) => Shown[];
}

const shelf = (shown: readonly Shown[]): Shelf => ({
  count: shown.length,
  some: (start, count) => shown.slice(start, start + count),
});

/** The scopes of a frame by name; each is made when it is opened. */
export function scopesOf(session: Session, frame: Recorded | undefined, partner: Partner): Scopes {
  const { travel, trace } = session;
  const verdictAt = verdictsOf(trace);
  let kept: State | null = null;
  const state = () => {
    kept ??= travel.stateAt(session.moment);
    return kept;
  };
  return {
    Event: () => shelf(frame === undefined ? [] : eventShown(session, frame)),
    GATT: () =>
      shelf(gattParts(state(), verdictAt).map((part) => gattShown(verdictAt, state(), part))),
    P2M: () =>
      state().nature.physIsMachine
        ? shelf([{ name: "p2m", value: "none: physical addresses are machine addresses" }])
        : shelf(p2mRuns(state()).map((run) => runShown("p2m", run))),
    IOMMU: () => shelf(iommuRuns(state()).map((run) => runShown("iommu", run))),
    Registers: () => shelf(registersShown(state())),
    ...(partner === null ? {} : { Other: () => shelf(partner()) }),
  };
}

export type Scopes = { readonly [name: string]: () => Shelf };
type Partner = (() => Shown[]) | null;

export const eventShown = (
  session: Pick<Session, "travel" | "trace">,
  recorded: Recorded,
): Shown[] =>
  fieldsOf(session, recorded).map(([name, value]) => ({
    name,
    value,
    ...(name === "machine" || name === "reached" ? { memory: value } : {}),
  }));

function gattShown(verdictAt: VerdictAt, state: State, part: GattPart): Shown {
  const { first, count, says, word, verdict } = part;
  const value = [
    says,
    ...(says === "empty" ? [] : [`${count > 1 ? "first entry " : ""}${hex(word)}`]),
    ...(verdict === null ? [] : [`[${verdict}]`]),
  ].join(", ");
  const name = `gatt[${span(first, count)}]`;
  if (count === 1) return { name, value };
  const entry = (index: number): Shown => {
    const [one] = gattParts(state, verdictAt, index, index);
    return gattShown(verdictAt, state, one!);
  };
  return { name, value, under: numbered(first, count, entry) };
}

function runShown(family: "p2m" | "iommu", { first, length, frame }: Run): Shown {
  const name = `${family}[${span(first, length)}]`;
  const value = `-> frame ${span(frame, length)}`;
  const memory = `${hex(frame)}000`;
  if (length === 1) return { name, value, memory };
  const page = (number: number): Shown =>
    runShown(family, { first: number, length: 1, frame: frame + number - first });
  return { name, value, memory, under: numbered(first, length, page) };
}

const numbered = (first: number, length: number, make: (number: number) => Shown): Shelf => ({
  count: length,
  some: (start, count) =>
    Array.from({ length: Math.max(0, Math.min(count, length - start)) }, (_, i) =>
      make(first + start + i),
    ),
});

const registersShown = (state: State): Shown[] =>
  registers(state).map(({ register, value, fields }) => {
    const under = Object.entries(fields).map(([name, field]) => ({ name, value: field }));
    return {
      name: `reg:${register}`,
      value,
      ...(under.length === 0 ? {} : { under: shelf(under) }),
    };
  });

/** Variables by the numbers that a client knows them by; forgotten at every move. */
export class Numbers {
  #shelves: Shelf[] = [];

  forget(): void {
    this.#shelves = [];
  }

  /** The number of a shelf; 0 for none. */
  of(shelf: Shelf | undefined): number {
    return shelf === undefined ? 0 : this.#shelves.push(shelf);
  }

  /** Some of what is on a shelf, as the protocol wants it. */
  variables(number: number, start: number, count: number): DebugProtocol.Variable[] {
    const found = this.#shelves[number - 1];
    if (found === undefined) return [];
    return found
      .some(start, count > 0 ? count : found.count)
      .map(({ name, value, under, memory }) => ({
        name,
        value,
        variablesReference: this.of(under),
        ...(under === undefined ? {} : { indexedVariables: under.count }),
        ...(memory === undefined ? {} : { memoryReference: memory }),
        evaluateName: name,
      }));
  }
}
