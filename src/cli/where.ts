// where.ts - the filter of commands that print or write events: a condition as at a breakpoint.

import { Option } from "commander";
import { conditionOf } from "../debug/condition.ts";
import type { Wanted } from "../exchange/export/format.ts";
import { verdictIn } from "../replay/provenance.ts";

/** The option of a command that takes such a filter. */
export const whereOption = (): Option =>
  new Option(
    "--where <condition>",
    "only events for which this holds: a condition on kind, op, verdict, at and any other field, as at a breakpoint",
  );

/** Throws a UserError that says at which character the condition goes wrong. */
export function whereOf(text: string): Wanted {
  const { holds } = conditionOf(text);
  return (trace, recorded) =>
    holds({
      recorded,
      verdict: () => verdictIn(trace, recorded),
      virtBase: trace.about.virtBase,
    });
}
