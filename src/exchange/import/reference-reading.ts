// reference-reading.ts - an import of a reference recording under way, and what its lines share.

import { type Bus, offset, type Virt } from "../../address.ts";
import type { Machine } from "../../machine/machine.ts";
import type { Given } from "./reference-given.ts";
import type { FieldsOf, Shape } from "./reference-lines.ts";
import type { Run } from "./reference-run.ts";

export interface Reading extends Omit<Run, "about"> {
  readonly machine: Machine;
  /** The name of the operation under way. */
  operation: string;
  /** Who gave out which number. */
  readonly given: Given;
  /** What ioremap mapped, by its id. */
  readonly mapped: Map<number, { readonly cookie: Virt; readonly pages: number }>;
  /** An error that says where in the recording. */
  refuse(complaint: string): Error;
}

/** For some shapes of lines, how each is said in events. */
export type Readers<S extends Shape> = {
  readonly [One in S]: (reading: Reading, line: FieldsOf<One>) => void;
};

/** The page a number stands for, by who gave it; so many bytes further. */
export function meantBy({ machine, given }: Reading, number: Bus, bytes = 0) {
  const source = given.sourceOf(number);
  if (source === undefined) return {};
  const phys = offset(source.phys, bytes);
  return { cause: source.seq, phys, machine: machine.state.machineOf(phys) };
}

/** The mapping of that id, which a line before must have made. */
export function mappedBy({ mapped, refuse }: Reading, map: number, does: string) {
  const window = mapped.get(map);
  if (window === undefined) throw refuse(`${does} map ${map}, which no line before it makes`);
  return window;
}

/** What a call of the kernel was asked to do, where the recording has no more of it. */
export function entered({ machine }: Reading, text: string, place: string | null = null): void {
  machine.emit({ kind: "call.entered", actor: "kernel", place, text });
}

export function returned(
  { machine }: Reading,
  text: string,
  result: number,
  place: string | null = null,
): void {
  machine.emit({ kind: "call.returned", actor: "kernel", place, text, result });
}
