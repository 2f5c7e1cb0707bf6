// kinds.ts - the tables of the kinds of events and of their fields, for the page that lists them.

import { resolve } from "node:path";
import { type FieldTold, kindsTold } from "../../package/kinds.ts";
import type { Field } from "../../src/event/field.ts";
import { declarationOf, type KindName } from "../../src/event/vocabulary.ts";

/** Once for both: the compiler is asked. */
let told: ReturnType<typeof kindsTold> | undefined;
const kinds = () => {
  told ??= kindsTold(resolve("."));
  return told;
};

/** One row a kind: its subject, what it says, and its fields. */
export function kindTable(): string {
  const rows = kinds().map(({ name, says }) => {
    const fields = Object.entries(declarationOf(name as KindName).fields);
    const told = fields.map(([field, it]) => `\`${field}\`${it.optional ? "?" : ""} ${typeOf(it)}`);
    const subject = fields.find(([, { family }]) => family !== null)?.[1].family;
    return `| \`${name}\` | ${subject ?? "-"} | ${says.replace(/\.$/, "")} | ${told.join("; ")} |`;
  });
  return ["| kind | subject | says | fields |", "|---|---|---|---|", ...rows].join("\n");
}

/** One row for each thing that a field of a name says, and the kinds in which it does; none of them where most do. */
export function fieldTable(): string {
  const said = new Map<string, Map<string, string[]>>();
  for (const { name: kind, fields } of kinds())
    for (const { name, says } of fields as readonly FieldTold[]) {
      const meanings = said.get(name) ?? new Map<string, string[]>();
      said.set(name, meanings.set(says, [...(meanings.get(says) ?? []), `\`${kind}\``]));
    }
  const rows = [...said]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([name, meanings]) => {
      const byCount = [...meanings].toSorted(([, a], [, b]) => b.length - a.length);
      const isUsual = (at: number) => at === 0 && byCount[0]![1].length > 8;
      return byCount.map(
        ([says, kinds], at) =>
          `| \`${name}\` | ${says.replace(/\.$/, "")} | ${isUsual(at) ? "" : kinds.join(" ")} |`,
      );
    });
  return ["| field | says | in |", "|---|---|---|", ...rows].join("\n");
}

const spaces = ["virt", "phys", "machine", "bus", "reached"];

function typeOf({ in: storage, hex, names, family }: Field): string {
  if (names !== null) return names.map((one) => `\`"${one}"\``).join(" ");
  if (family !== null) return hex ? "hex, names the subject" : "number, names the subject";
  if (spaces.includes(storage)) return `hex, ${storage}`;
  if (hex) return "hex";
  if (storage === "size") return "number";
  if (storage.startsWith("op.")) return storage === "op.name" ? "text" : "object";
  return storage === "note" ? "text" : "number";
}
