// kind.ts - how one kind of event is declared: its traits, its fields and its text.
//
// No trait has a default: a kind that lacks one does not compile. What the program must know of a kind
// beyond its name is derived from here.

import type { Field, FieldValues } from "./field.ts";

type Fields = { readonly [name: string]: Field };

/** What a kind of event does to the state. */
export const effects = [
  "changes", // that of its subject, whose latest event it is from then on
  "changes-many", // that of many subjects, none of which is its own: a flush, a table filled, a gap in the recording
  "reveals", // that of its subject, where nothing was known of it before
  "observes", // nothing of its subject; a device's access leaves the translation that it used in a TLB
  "fact", // nothing
] as const;
export type Effect = (typeof effects)[number];

/** Which use of a number an event tells of. */
export type Use = "none" | "handed" | "remapped" | "access" | "returned";

export interface Traits {
  readonly effect: Effect;
  /**
   * Whose doing it is. A driver for one chipset has registers, flushes and messages of its own; what only the
   * platform does has no counterpart on another one.
   */
  readonly doneBy: "workload" | "driver" | "chipset-driver" | "platform" | "cpu" | "device" | "any";
  /**
   * Which use of a number it tells of, to be judged: one `handed` to hardware or to the kernel, or back by it; one
   * `remapped` for the CPU, which can be a device's registers and mean no page; the
   * `access` of a device that issues it; the number `returned` by a hook. `none`: nothing of it is right or wrong,
   * such as a register that is read.
   */
  readonly use: Use;
  /** How far it matters: in its op alone, or also where later events take their pages and addresses from it. */
  readonly scope: "op" | "trace";
  /** Whether captures of two kernels are compared by it, although their steps and pages differ. */
  readonly inCaptures: boolean;
}

export interface Kind<F extends Fields = Fields, E extends Effect = Effect> extends Traits {
  readonly effect: E;
  readonly fields: F;
  /** One line for people, without seq, actor and function. */
  readonly text: (event: FieldValues<F>) => string;
}

/** Declares a kind. */
export const kind = <const F extends Fields, const E extends Effect>(
  traits: Traits & { readonly effect: E },
  fields: F,
  text: (event: FieldValues<F>) => string,
): Kind<F, E> => ({ ...traits, fields, text });
