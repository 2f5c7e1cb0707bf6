// where.ts - the filter of commands that print or write events: a condition as at a breakpoint.

import { Option } from "commander";

/** The option of a command that takes such a filter. */
export const whereOption = (): Option =>
  new Option(
    "--where <condition>",
    "only events for which this holds: a condition on kind, op, verdict, at and any other field, as at a breakpoint",
  );
