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

/**
 * The event as plain JSON values, in the order of its kind's declaration; `virtBase` is that of its trace.
 */
export function toJson(
  { seq, op, event }: Recorded,
  virtBase: bigint,
): { [name: string]: unknown } {
  const json: { [name: string]: unknown } = { seq };
  if (op >= 0) json.op = op;
  const { fields } = declarationOf(event.kind);
  const values = event as unknown as { readonly [name: string]: unknown };
  for (const name of [...header, ...Object.keys(fields)]) {
    const value = values[name];
    if (value == null || name === "op") continue;
    const field = fields[name];
    json[name] = field?.hex ? columnText(field.in, value as number, virtBase) : value;
  }
  return json;
}

export const toLine = (recorded: Recorded, virtBase: bigint): string =>
  JSON.stringify(toJson(recorded, virtBase));

/** Checks a line's JSON and gives its event; throws a ZodError that names the bad field. */
export function fromJson(json: unknown, virtBase: bigint): Recorded {
  const line = json as { readonly [name: string]: unknown } | null;
  const kind = line?.kind as KindName;
  const schema = schemas.get(kind);
  // Hot: what is no event of any kind is looked at once more, for the complaint.
  if (schema === undefined) throw anyKind.safeParse(json).error!;
  const { seq, op, ...event } = schema.parse(relative(withPresentNames(line!, kind), virtBase)) as {
    seq: number;
    op?: number;
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
