// records.ts - messages as records of fields: `journalctl -o json`, json-seq, json-pretty, export and verbose, and `dmesg --json`.
//
// The first two have a record a line, the others a field a line.

import { z } from "zod";
import { type Head, Heads, type Level, levelOf } from "./head.ts";

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
const transported = entry.required({ _TRANSPORT: true });

type Entry = z.output<typeof entry>;

/** What stands in front of each record: of `-o json-seq` (RFC 7464), of `-o json-sse`. */
const INTRODUCE = ["\x1e", "data: "] as const;

/** A line of `journalctl -o json` or `-o json-seq`; null for any other. */
function journalHead(text: string): Head | null {
  const mark = INTRODUCE.find((one) => text.startsWith(one));
  const line = mark === undefined ? text : text.slice(mark.length);
  if (!line.startsWith("{") || !line.includes('"MESSAGE"')) return null;
  const { data } = entry.safeParse(jsonIn(line));
  return data === undefined ? null : headOf(data);
}

function headOf(data: Entry): Head {
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

/** What stands in front of a message, or who says it in a record, in any form that logs have. */
export class AnyHead {
  readonly #heads = new Heads();
  readonly #pretty = new PrettyJournal();
  readonly #export = new JournalExport();
  readonly #verbose = new VerboseJournal();
  readonly #json = new DmesgJson();

  /** A message; "part" for a line that is part of one; null where nothing tells who says it. */
  read(line: string): Head | "part" | null {
    return (
      this.#export.read(line) ??
      this.#verbose.read(line) ??
      this.#heads.read(line) ??
      journalHead(line) ??
      this.#pretty.read(line) ??
      this.#json.read(line)
    );
  }
}

/** Records that jq made one line of: a list of a journal's entries, what `dmesg --json` has, or a message of it. */
const COMPACT =
  /^(?:\[\{"(?:[A-Z_]{1,64}|pri|fac)":|\{"dmesg":\[\{|\{"(?:pri|fac|time|caller|msg)":.*"msg":)/;

/** Such a line as the lines that it was made of; any other alone. */
export function spreadOut(line: string): readonly string[] {
  if (!COMPACT.test(line)) return [line];
  const records = jsonIn(line);
  return records === undefined ? [line] : JSON.stringify(records, null, 1).split("\n");
}

/** Whether a line is one of a record, whatever is around it. */
export const isOfRecord = (line: string): boolean =>
  COMPACT.test(line) ||
  journalHead(line) !== null ||
  CURSOR.test(line) ||
  VERBOSE.test(line) ||
  PRETTY.exec(line)?.[1] === "MESSAGE" ||
  (new DmesgJson().read(line) !== null && /"(?:dmesg|pri|msg)":/.test(line));

const PRETTY = /^\s+"([A-Z_][A-Z0-9_]{0,63})" ?: ?(.*?),?$/;
const CLOSES = /^\s*\}/;
/** Characters of a field's value: a longer one is none of a kernel's. */
const LONGEST = 1 << 20;

/** `journalctl -o json-pretty`: a field a line, and a list of bytes over several. */
class PrettyJournal {
  #fields: { [name: string]: unknown } | null = null;
  #list: { readonly name: string; text: string } | null = null;

  read(line: string): Head | "part" | null {
    if (this.#list !== null) return this.#goOn(this.#list, line.trim());
    const [, name, value] = PRETTY.exec(line) ?? [];
    if (name !== undefined && value !== undefined) {
      this.#fields ??= {};
      if (value === "[") this.#list = { name, text: value };
      else this.#fields[name] = jsonIn(value);
      return "part";
    }
    if (this.#fields === null || !CLOSES.test(line)) return null;
    const { data } = entry.safeParse(this.#fields);
    this.#fields = null;
    return data === undefined ? "part" : headOf(data);
  }

  #goOn(list: { readonly name: string; text: string }, line: string): "part" {
    if (list.text.length < LONGEST) list.text += line;
    if (line.startsWith("]")) {
      this.#fields![list.name] = jsonIn(list.text.replace(/,$/, ""));
      this.#list = null;
    }
    return "part";
  }
}

const CURSOR = /^__CURSOR=/;
const FIELD_OF_EXPORT = /^([A-Z_][A-Z0-9_]{0,63})=(.*)$/;
const NAME_ALONE = /^[A-Z_][A-Z0-9_]{0,63}$/;
/** Bytes of the length in front of a field that is no text, the lowest first. */
const LENGTH = 8;

/** A value that can have several lines: those that it has by now, behind its length, which is null until it is known. */
interface LongValue {
  readonly name: string;
  readonly lines: string[];
  characters: number;
  bytes: number;
  length: number | null;
}

/** `journalctl -o export`: NAME=VALUE, or NAME alone and its value behind its length; an empty line ends an entry. */
class JournalExport {
  /** Null outside an entry. */
  #fields: { [name: string]: string } | null = null;
  #value: LongValue | null = null;
  #hasBegun = false;

  read(line: string): Head | "part" | null {
    if (this.#fields === null) {
      if (!CURSOR.test(line)) return this.#hasBegun ? "part" : null;
      this.#hasBegun = true;
      this.#fields = {};
      return "part";
    }
    if (this.#value !== null && this.#isInside(this.#value, line)) return "part";
    const [, name, value] = FIELD_OF_EXPORT.exec(line) ?? [];
    if (name !== undefined && value !== undefined) this.#fields[name] = value;
    else if (NAME_ALONE.test(line))
      this.#value = { name: line, lines: [], characters: 0, bytes: 0, length: null };
    else if (line === "") {
      const { data } = entry.safeParse({ MESSAGE: null, ...this.#fields });
      this.#fields = null;
      if (data !== undefined) return headOf(data);
    }
    return "part";
  }

  /** Takes a line of a value that can have several; false for the first behind it. */
  #isInside(value: LongValue, line: string): boolean {
    const { lines, characters, bytes, length } = value;
    // Of one that is no UTF-8 the length is not known: it ends where a field follows.
    const isOver =
      characters > LENGTH &&
      (length === null ? line === "" || FIELD_OF_EXPORT.test(line) : bytes - LENGTH > length);
    if (isOver) {
      this.#fields![value.name] = lines.join("\n").slice(LENGTH);
      this.#value = null;
      return false;
    }
    if (characters < LONGEST) lines.push(line);
    value.characters += line.length + 1;
    value.bytes += Buffer.byteLength(line) + 1;
    if (characters < LENGTH) value.length = lengthIn(`${lines.join("\n")}\n`);
    return true;
  }
}

/** The number of the first eight bytes; null where they are no ASCII. */
function lengthIn(text: string): number | null {
  let length = 0;
  for (let at = LENGTH - 1; at >= 0; at--) {
    const code = text.charCodeAt(at);
    if (!(code < 128)) return null;
    length = length * 256 + code;
  }
  return length;
}

/** The time of day and the cursor, in which m is the journal's monotonic time. */
const VERBOSE =
  /^[A-Z][a-z]{2} \d{4}-\d\d-\d\d [\d:.]{8,15} \S{1,8} \[s=[0-9a-f]{1,32};i=[0-9a-f]{1,16};b=[0-9a-f]{32};m=([0-9a-f]{1,12});/;
const FIELD_OF_VERBOSE = /^ {4}([A-Z_][A-Z0-9_]{0,63})=(.*)$/;
/** A further line of a field's value. */
const GOES_ON = /^ {5}/;

/** `journalctl -o verbose`: a line with the time, and a field a line behind it. */
class VerboseJournal {
  /** Null outside an entry. */
  #fields: { [name: string]: string } | null = null;
  #isTold = false;

  read(line: string): Head | "part" | null {
    const [, micros] = VERBOSE.exec(line) ?? [];
    if (micros !== undefined) {
      this.#fields = { __MONOTONIC_TIMESTAMP: `${Number.parseInt(micros, 16)}` };
      this.#isTold = false;
      return "part";
    }
    if (this.#fields === null) return null;
    const [, name, value] = FIELD_OF_VERBOSE.exec(line) ?? [];
    if (name === undefined || value === undefined) {
      if (GOES_ON.test(line)) return "part";
      this.#fields = null;
      return null;
    }
    if (this.#isTold) return "part";
    this.#fields[name] = value;
    const { data } = transported.safeParse(this.#fields);
    if (data === undefined) return "part";
    this.#isTold = true;
    return headOf(data);
  }
}

/** `dmesg --json`: the fields of a message gather until its text comes, which is the last of them. */
class DmesgJson {
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
