// line.ts - an event as a line of JSON, and back; derived from the vocabulary.
//
// Addresses and raw words are hexadecimal strings; what is not known is left out.

import { z } from "zod";
import { columnText } from "./address-text.ts";
import { presentArguments } from "./op.ts";
import {
  actors,
  declarationOf,
  type Event,
  type KindName,
  kindNames,
  type Recorded,
} from "./vocabulary.ts";

const common = {
  seq: z.number().int().positive(),
  op: z.number().int().nonnegative().optional(),
  actor: z.enum(actors),
  place: z.string().optional(),
  cause: z.number().int().positive().optional(),
  at: z.number().int().optional(),
  /** Says that the event has its place by inference; the trace's option `placed` tells as much. */
  placed: z.literal("by inference").optional(),
};

const schemas = new Map<string, z.ZodType>(
  kindNames.map((kind) => {
    const fields = Object.entries(declarationOf(kind).fields).map(([name, field]) => [
      name,
      field.optional ? field.schema.optional() : field.schema,
    ]);
    return [
      kind,
      z.strictObject({ kind: z.literal(kind), ...common, ...Object.fromEntries(fields) }),
    ];
  }),
);
const anyKind = z.looseObject({ kind: z.enum(kindNames as [KindName, ...KindName[]]) });

/** For each kind, the fields that older lines have under another name: that name and the present one. */
const renamed = new Map<string, readonly (readonly [former: string, name: string])[]>(
  kindNames.map((kind) => {
    const fields = Object.entries(declarationOf(kind).fields);
    return [
      kind,
      fields.flatMap(([name, { formerly }]) => (formerly === null ? [] : [[formerly, name]])),
    ];
  }),
);

const header = ["kind", "actor", "place", "cause", "at"];

/** A field as a line has it. */
interface LinePart {
  readonly name: string;
  /** What stands before its value. */
  readonly key: string;
  /** The column of an address or raw word; null for what is written as it is. */
  readonly hexOf: string | null;
  /** Whether its values are names of a list, in which nothing needs an escape. */
  readonly isName: boolean;
}

/** By kind: what a line says beside seq and op, in the order of its kind's declaration. */
const lineParts = new Map<string, readonly LinePart[]>(
  kindNames.map((kind) => {
    const { fields } = declarationOf(kind);
    const names = [...header, ...Object.keys(fields)].filter((name) => name !== "op");
    return [
      kind,
      names.map((name) => ({
        name,
        key: `,${JSON.stringify(name)}:`,
        hexOf: fields[name]?.hex ? fields[name].in : null,
        isName: name === "kind" || name === "actor" || (fields[name]?.names ?? null) !== null,
      })),
    ];
  }),
);

/**
 * The event as a line of JSON; `virtBase` is that of its trace. Hot: once an event of an export (bench: formats);
 * to make an object and have it turned into text costs twice as much.
 */
export function toLine({ seq, op, event }: Recorded, virtBase: bigint): string {
  let line = op >= 0 ? `{"seq":${seq},"op":${op}` : `{"seq":${seq}`;
  const values = event as unknown as { readonly [name: string]: unknown };
  for (const { name, key, hexOf, isName } of lineParts.get(event.kind)!) {
    const value = values[name];
    if (value == null) continue;
    if (hexOf !== null) line += `${key}"${columnText(hexOf, value as number, virtBase)}"`;
    else if (isName) line += `${key}"${value}"`;
    else line += key + (typeof value === "number" ? value : JSON.stringify(value));
  }
  return `${line}}`;
}

/** The same as plain JSON values. */
export const toJson = (recorded: Recorded, virtBase: bigint): { [name: string]: unknown } =>
  JSON.parse(toLine(recorded, virtBase));

/** The names that a line of a kind can have; those of every kind where there is none of that name. */
export const lineNames = (kind: unknown): readonly string[] => [
  ...["kind", ...Object.keys(common)],
  ...(kindNames.some((name) => name === kind)
    ? Object.keys(declarationOf(kind as KindName).fields)
    : []),
];

/** Checks a line's JSON and gives its event; throws a ZodError that names the bad field. */
export function fromJson(json: unknown, virtBase: bigint): Recorded {
  const line = json as { readonly [name: string]: unknown } | null;
  const kind = line?.kind as KindName;
  const schema = schemas.get(kind);
  // Hot: what is no event of any kind is looked at once more, for the complaint.
  if (schema === undefined) throw anyKind.safeParse(json).error!;
  const parsed = schema.parse(relative(withPresentNames(line!, kind), virtBase));
  const {
    seq,
    op,
    placed: _,
    ...event
  } = parsed as {
    seq: number;
    op?: number;
    placed?: string;
  } & Event;
  const subjectOfOp = kind === "op.began" || kind === "op.ended" ? { op } : {};
  const present =
    event.kind === "op.began"
      ? { arguments: presentArguments(event.name, event.arguments) }
      : undefined;
  return { seq, op: op ?? -1, event: { ...event, ...present, ...subjectOfOp } as Event };
}

/** The line with each field under its present name. */
function withPresentNames(
  line: { readonly [name: string]: unknown },
  kind: KindName,
): { readonly [name: string]: unknown } {
  let present = line;
  for (const [former, name] of renamed.get(kind)!)
    if (former in present && !(name in present)) {
      const { [former]: value, ...rest } = present;
      present = { ...rest, [name]: value };
    }
  return present;
}

/** The line with its virt relative to the base, as events have it; below the base its field is refused. */
function relative(line: { readonly [name: string]: unknown }, virtBase: bigint): unknown {
  const { virt } = line;
  if (virtBase === 0n || typeof virt !== "string" || !/^0x[0-9a-f]+$/.test(virt)) return line;
  return { ...line, virt: `0x${(BigInt(virt) - virtBase).toString(16)}` };
}
