// line-read.ts - a line of JSON as an event, checked; derived from the vocabulary.

import { z } from "zod";
import { schemaOf } from "./field-schema.ts";
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

/** By kind, each made when the first line of it comes. */
const schemas = new Map<KindName, z.ZodType>();

function schemaOfKind(kind: KindName): z.ZodType {
  let schema = schemas.get(kind);
  if (schema === undefined) {
    const fields = Object.entries(declarationOf(kind).fields).map(([name, field]) => [
      name,
      field.optional ? schemaOf(field).optional() : schemaOf(field),
    ]);
    schema = z.strictObject({ kind: z.literal(kind), ...common, ...Object.fromEntries(fields) });
    schemas.set(kind, schema);
  }
  return schema;
}
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
  // Hot: what is no event of any kind is looked at once more, for the complaint.
  if (!renamed.has(kind)) throw anyKind.safeParse(json).error!;
  const parsed = schemaOfKind(kind).parse(relative(withPresentNames(line!, kind), virtBase));
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
