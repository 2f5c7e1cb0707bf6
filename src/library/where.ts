// where.ts - a condition on events, in the words of a breakpoint.

import { conditionOf } from "../debug/condition.ts";
import type { About } from "../event/trace.ts";
import type { Recorded } from "../event/vocabulary.ts";
import { verdictIn } from "../replay/provenance.ts";

/** A condition on events, such as `kind == gatt.written and verdict == stale`. */
export interface Where {
  /** As it was written. */
  readonly text: string;
  /** @internal */
  readonly holds: (trace: Trace, recorded: Recorded) => boolean;
}

type Trace = { readonly about: About } & Parameters<typeof verdictIn>[0];

/** Reads a condition; a `UserError` says at which character it goes wrong. */
export function whereOf(text: string): Where {
  const { holds } = conditionOf(text);
  return {
    text,
    holds: (trace, recorded) =>
      holds({
        recorded,
        verdict: () => verdictIn(trace, recorded),
        virtBase: trace.about.virtBase,
      }),
  };
}
