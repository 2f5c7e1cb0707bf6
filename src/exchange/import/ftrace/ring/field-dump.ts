// field-dump.ts - a record field by field, as libtraceevent prints what it cannot follow.

import { type Field, numberOf, type RecordBytes, stretchOf, textAt } from "./fields.ts";

/** "[FAILED TO PARSE] device=0000:00:04.0 addrs=ARRAY[00, 20]": addresses are decimal, words hexadecimal. */
export function dumped(fields: ReadonlyMap<string, Field>, record: RecordBytes): string {
  const parts: string[] = [];
  for (const field of fields.values())
    if (!field.name.startsWith("common_")) parts.push(`${field.name}=${shownOf(field, record)}`);
  return `[FAILED TO PARSE] ${parts.join(" ")}`;
}

function shownOf(field: Field, record: RecordBytes): string {
  if (field.element === 0 && field.dynamic === null) {
    const value = numberOf(field, record) ?? 0;
    return /\*|\blong\b/.test(field.type)
      ? `0x${BigInt.asUintN(64, BigInt(value)).toString(16)}`
      : `${value}`;
  }
  const stretch = stretchOf(field, record);
  if (stretch === null) return "";
  if (/\bchar\b/.test(field.type)) return textAt(record.bytes, stretch);
  const bytes = record.bytes.subarray(stretch.at, stretch.at + stretch.length);
  return `ARRAY[${[...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join(", ")}]`;
}
