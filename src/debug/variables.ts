// variables.ts - a state as the variables of a debug adapter: scopes, ranges folded, what is long in pages.

import type { DebugProtocol } from "@vscode/debugprotocol";
import { gattIndex, raw } from "../address.ts";
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
  verdictsOf,
} from "../report/state-text.ts";
import { fieldsOf } from "./evaluate.ts";
import type { Session } from "./session.ts";

/** A variable, with what opens under it. */
export interface Variable {
  readonly name: string;
  readonly value: string;
  readonly under?: Variables;
  readonly memory?: string;
}

/** Variables that are counted before they are made: a client asks for some of them at a time. */
export interface Variables {
  readonly count: number;
  readonly some: (start: number, count: number) => Variable[];
}

const listOf = (shown: readonly Variable[]): Variables => ({
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
    Event: () => listOf(frame === undefined ? [] : eventVariables(session, frame)),
    GATT: () =>
      listOf(gattParts(state(), verdictAt).map((part) => gattVariable(verdictAt, state(), part))),
    P2M: () =>
      state().nature.physIsMachine
        ? listOf([{ name: "p2m", value: "none: physical addresses are machine addresses" }])
        : listOf(p2mRuns(state()).map((run) => runVariable("p2m", run))),
    IOMMU: () => listOf(iommuRuns(state()).map((run) => runVariable("iommu", run))),
    Registers: () => listOf(registerVariables(state())),
    ...(partner === null ? {} : { Other: () => listOf(partner()) }),
  };
}

export type Scopes = { readonly [name: string]: () => Variables };
type Partner = (() => Variable[]) | null;

export const eventVariables = (
  session: Pick<Session, "travel" | "trace">,
  recorded: Recorded,
): Variable[] =>
  fieldsOf(session, recorded).map(([name, value]) => ({
    name,
    value,
    ...(name === "machine" || name === "reached" ? { memory: value } : {}),
  }));

function gattVariable(verdictAt: VerdictAt, state: State, part: GattPart): Variable {
  const { first, count, says, word, verdict } = part;
  const value = [
    says,
    ...(says === "empty" ? [] : [`${count > 1 ? "first entry " : ""}${hex(word)}`]),
    ...(verdict === null ? [] : [`[${verdict}]`]),
  ].join(", ");
  const name = `gatt[${span(first, count)}]`;
  if (count === 1) return { name, value };
  const entry = (number: number): Variable => {
    const index = gattIndex(number);
    const [one] = gattParts(state, verdictAt, index, index);
    return gattVariable(verdictAt, state, one!);
  };
  // Children are numbered, whichever table they are of.
  return { name, value, under: numbered(raw(first), count, entry) };
}

function runVariable(family: "p2m" | "iommu", { first, length, frame }: Run): Variable {
  const name = `${family}[${span(first, length)}]`;
  const value = `-> frame ${span(frame, length)}`;
  const memory = `${hex(frame)}000`;
  if (length === 1) return { name, value, memory };
  const page = (number: number): Variable =>
    runVariable(family, { first: number, length: 1, frame: frame + number - first });
  return { name, value, memory, under: numbered(first, length, page) };
}

const numbered = (
  first: number,
  length: number,
  make: (number: number) => Variable,
): Variables => ({
  count: length,
  some: (start, count) =>
    Array.from({ length: Math.max(0, Math.min(count, length - start)) }, (_, i) =>
      make(first + start + i),
    ),
});

const registerVariables = (state: State): Variable[] =>
  registers(state).map(({ register, value, fields }) => {
    const under = Object.entries(fields).map(([name, field]) => ({ name, value: field }));
    return {
      name: `reg:${register}`,
      value,
      ...(under.length === 0 ? {} : { under: listOf(under) }),
    };
  });

/** Variables by the numbers that a client knows them by; forgotten at every move. */
export class Numbers {
  #lists: Variables[] = [];

  forget(): void {
    this.#lists = [];
  }

  /** The number of a list; 0 for none. */
  of(list: Variables | undefined): number {
    return list === undefined ? 0 : this.#lists.push(list);
  }

  /** Some variables of a list, in the form of the protocol. */
  variables(number: number, start: number, count: number): DebugProtocol.Variable[] {
    const found = this.#lists[number - 1];
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
