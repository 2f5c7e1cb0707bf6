// records.ts - messages in JSON: `journalctl -o json` has one a line, `dmesg --json` a field a line.

import { z } from "zod";
import { type Head, type Level, levelOf } from "./head.ts";

const FIELD = /^\s*"(fac|pri|time|caller|msg)": *(.*?),?$/;
const BRACKETS = /^\s*[{}[\],]+\s*$|^\s*"dmesg": *\[$/;

/** Fields of systemd.journal-fields(7). Text that is no UTF-8 is a list of its bytes. */
const entry = z.object({
  MESSAGE: z.union([z.string(), z.array(z.number()), z.null()]),
  PRIORITY: z.string().optional(),
  _TRANSPORT: z.string().optional(),
  _SOURCE_MONOTONIC_TIMESTAMP: z.string().optional(),
  __MONOTONIC_TIMESTAMP: z.string().optional(),
});

/** A line of `journalctl -o json`; null for any other. */
export function journalHead(line: string): Head | null {
  if (!line.startsWith("{") || !line.includes('"MESSAGE"')) return null;
  const { data } = entry.safeParse(jsonIn(line));
  if (data === undefined) return null;
  const { MESSAGE: message, PRIORITY: priority } = data;
  // The kernel's own time, where the journal has kept it.
  const micros = data._SOURCE_MONOTONIC_TIMESTAMP ?? data.__MONOTONIC_TIMESTAMP;
  return {
    speaker: data._TRANSPORT === "kernel" ? "kernel" : "program",
    at: micros === undefined ? null : Number(micros) * 1e3,
    level: priority === undefined ? "default" : levelOf(Number(priority)),
    caller: null,
    text: Array.isArray(message) ? Buffer.from(message).toString("latin1") : (message ?? ""),
  };
}

/** `dmesg --json`: the fields of a message gather until its text comes, which is the last of them. */
export class DmesgJson {
  #level: Level = "default";
  #isProgram = false;
  #at: number | null = null;
  #caller: string | null = null;

  /** A message; "part" for a line that is part of one; null for a line of another form. */
  read(line: string): Head | "part" | null {
    const [, name, value] = FIELD.exec(line) ?? [];
    if (name === undefined) return BRACKETS.test(line) ? "part" : null;
    switch (name) {
      case "fac":
        this.#isProgram = value !== '"kern"' && value !== "0";
        return "part";
      case "pri":
        // Decoded with -x, else a number that has the facility in its upper bits.
        this.#isProgram ||= Number(value) >= 8;
        if (Number.isFinite(Number(value))) this.#level = levelOf(Number(value));
        return "part";
      case "time":
        this.#at = Number.isFinite(Number(value)) ? Math.round(Number(value) * 1e9) : null;
        return "part";
      case "caller":
        this.#caller = stringOf(value!).trim();
        return "part";
      default:
        return this.#message(stringOf(value!));
    }
  }

  #message(text: string): Head {
    const speaker = this.#isProgram ? "program" : "kernel";
    const head: Head = { speaker, at: this.#at, level: this.#level, caller: this.#caller, text };
    this.#isProgram = false;
    this.#level = "default";
    this.#at = null;
    this.#caller = null;
    return head;
  }
}

const stringOf = (value: string): string => String(jsonIn(value) ?? value);

/** Undefined for what is no JSON. */
function jsonIn(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
