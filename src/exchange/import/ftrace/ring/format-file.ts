// format-file.ts - an event's `format` file of tracefs: its id, where its fields are, and how it is printed.

import { type Field, sizeOfType } from "./fields.ts";
import { type Printer, printerOf } from "./print-format.ts";

export interface EventFormat extends Printer {
  readonly name: string;
  readonly id: number;
  readonly fields: ReadonlyMap<string, Field>;
}

const FIELD = /^\s*field:(.*?)\s*;\s*offset:(\d+);\s*size:(\d+);\s*(?:signed:(\d+);)?/;
const NAME = /^(.*?)(\w+)\s*((?:\[[^\]]*\]\s*)*)$/;

/** The event that a format file describes; null where it describes none. */
export function eventOf(text: string, word: number): EventFormat | null {
  const name = /^name:\s*(\S+)/m.exec(text)?.[1];
  const id = /^ID:\s*(\d+)/m.exec(text)?.[1];
  if (name === undefined || id === undefined) return null;
  const fields = new Map<string, Field>();
  const from = text.indexOf("print fmt:");
  for (const line of (from < 0 ? text : text.slice(0, from)).split("\n")) {
    const field = fieldOf(line, word);
    if (field !== null) fields.set(field.name, field);
  }
  const print = from < 0 ? "" : text.slice(from + "print fmt:".length).trim();
  // A recording of all events has the formats of hundreds that nobody asks for.
  let made: Printer | null = null;
  const printer = () => {
    made ??= printerOf(print, fields, word);
    return made;
  };
  return {
    name,
    id: Number(id),
    fields,
    print: (record) => printer().print(record),
    words: (record) => printer().words(record),
  };
}

function fieldOf(line: string, word: number): Field | null {
  const [, declared, at, size, signed] = FIELD.exec(line) ?? [];
  if (declared === undefined) return null;
  const dynamic = /^__(?:data_)?(loc|rel_loc)\b|^__rel_(loc)\b/.test(declared);
  const isRelative = declared.startsWith("__rel_loc");
  // "__data_loc char[] device": the brackets stand at the type.
  const plain = declared.replace(/^__(?:data|rel)_loc\s+/, "");
  const [, type = "", name, brackets = ""] = NAME.exec(plain) ?? [];
  if (name === undefined) return null;
  const isArray = brackets !== "" || /\[/.test(type);
  const base = type.replace(/\[.*$/, "").trim();
  return {
    name,
    type: base,
    at: Number(at),
    size: Number(size),
    isSigned: signed === "1",
    dynamic: dynamic ? (isRelative ? "rel" : "loc") : null,
    element: isArray ? elementOf(base, brackets, Number(size), word) : 0,
  };
}

function elementOf(type: string, brackets: string, size: number, word: number): number {
  const [, count] = /^\[(\d+)\]/.exec(brackets) ?? [];
  if (count !== undefined && Number(count) > 0 && size % Number(count) === 0)
    return size / Number(count);
  return sizeOfType(type, word) ?? 1;
}
