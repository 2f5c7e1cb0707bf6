// op.ts - the workload's operations and the driver calls and messages that structure what they cause.

import { hex } from "../address.ts";
import {
  factsField,
  named,
  numberField,
  opNameField,
  optional,
  subject,
  textField,
} from "./field.ts";
import { kind } from "./kind.ts";

/** Kernel log levels 0 to 7 (include/linux/kernel.h), and that of a printk which names none. */
export const levels = [
  "emerg",
  "alert",
  "crit",
  "err",
  "warning",
  "notice",
  "info",
  "debug",
  "default",
] as const;

/** An operation's arguments by their present names: older traces and workloads call dma_map's direction `way`. */
export const presentArguments = <V>(
  operation: string,
  facts: { readonly [name: string]: V },
): { readonly [name: string]: V } =>
  operation === "dma_map" && "way" in facts && !("direction" in facts)
    ? Object.fromEntries(
        Object.entries(facts).map(([name, value]) => [name === "way" ? "direction" : name, value]),
      )
    : facts;

export const op = {
  /** An operation of the workload begins. */
  "op.began": kind(
    { effect: "changes", doneBy: "workload", scope: "op", use: "none", inCaptures: false },
    {
      /** The operation's number, from 0; names the subject. */
      op: subject("op"),
      /** What is asked for: bind, map_single, or a capture's own words. */
      name: opNameField,
      /** With which arguments, by their names. */
      arguments: factsField("op.arguments"),
    },
    (e) => `op ${e.op} ${e.name} ${factsText(e.arguments)}`.trimEnd(),
  ),
  /** It ends, with what came of it. */
  "op.ended": kind(
    { effect: "changes", doneBy: "workload", scope: "op", use: "none", inCaptures: false },
    {
      /** The operation's number, from 0; names the subject. */
      op: subject("op"),
      /** What came of it, by names: `ret` is 0, a key, or a negative errno. */
      result: factsField("op.result"),
    },
    (e) => `op ${e.op} ended ${factsText(e.result)}`.trimEnd(),
  ),
  /** A function or a request begins that structures the rest. */
  "call.entered": kind(
    { effect: "fact", doneBy: "platform", scope: "op", use: "none", inCaptures: false },
    {
      /** Which function or request, in words. */
      text: optional(textField),
    },
    (e) => `enter ${e.text ?? ""}`.trimEnd(),
  ),
  /** It returns. */
  "call.returned": kind(
    { effect: "fact", doneBy: "chipset-driver", scope: "op", use: "none", inCaptures: false },
    {
      /** What it returns, a negative number being an errno. */
      result: numberField,
      /** Which function or request, in words. */
      text: optional(textField),
    },
    (e) => `${e.text ?? "return"} = ${e.result < 0 || e.text == null ? e.result : hex(e.result)}`,
  ),
  /** A line of the kernel's log. */
  "message.logged": kind(
    { effect: "fact", doneBy: "chipset-driver", scope: "op", use: "none", inCaptures: false },
    {
      /** The log level; `default` where a printk names none. */
      level: named(levels),
      /** What it says, without a line feed. */
      text: textField,
    },
    (e) => `printk ${e.level}: ${e.text}`,
  ),
};

/**
 * Facts as a shell takes them: slot=0 pages=4; long lists by their length, long records by names. The words that a
 * capture's marker has without names are numbered, and stand as they were written.
 */
function factsText(facts: { readonly [name: string]: unknown }): string {
  return Object.entries(facts)
    .map(([name, value]) => (/^\d+$/.test(name) ? short(value) : `${name}=${short(value)}`))
    .join(" ");
}

const SHORT = 60;

function short(value: unknown): string {
  if (typeof value === "string" || typeof value === "number") return String(value);
  const text = JSON.stringify(value);
  if (Array.isArray(value))
    return value.length > 4 || text.length > SHORT ? `[${value.length} values]` : text;
  return text.length > SHORT ? `{${Object.keys(value as object).join(" ")}}` : text;
}
