// tables.ts - the tables of the pages that are made of declarations, by the names that the pages call them by.

import { readFileSync } from "node:fs";
import { checks } from "../../src/check/index.ts";
import { verdicts } from "../../src/event/verdict.ts";
import type { Trace } from "../../src/index.ts";
import { meanings } from "../../src/report/event-text.ts";
import { bugTable } from "../../src/scenario/classes.ts";
import { scenarios } from "../../src/scenario/index.ts";
import { jsonSchemaOf } from "../../src/shape/index.ts";
import { fieldTable, kindTable } from "./kinds.ts";

/** A page whose tables are those of today; `trace` has the views that are described. */
export function withTables(page: string, trace: Trace): string {
  const tables: { readonly [name: string]: () => string } = {
    kinds: kindTable,
    fields: fieldTable,
    views: () => viewTable(trace),
    operations: operationTable,
    bugs: () => bugTable(scenarios),
    checks: () =>
      table(
        ["check", "what holds"],
        checks.map(({ name, holds }) => [`\`${name}\``, holds]),
      ),
    verdicts: () =>
      table(
        ["verdict", "says"],
        verdicts.map((name) => [`\`${name}\``, meanings[name]]),
      ),
  };
  return page.replace(
    /^<!-- table: (\S+) -->\n(?:.*?\n)?<!-- end -->$/gms,
    (_, name: string) => `<!-- table: ${name} -->\n${tables[name]!()}\n<!-- end -->`,
  );
}

const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [head, head.map(() => "---"), ...rows]
    .map((cells) => `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`)
    .join("\n");

/** The columns of the public views, each with the comment that its definition has. */
function viewTable(trace: Trace): string {
  const rows = ["events", "wrong", "ops"].flatMap((view) => {
    const [text = ""] = one(trace, `SELECT sql FROM sqlite_master WHERE name = '${view}'`);
    const told = [...text.matchAll(/^ {2}-- (.*)\.\n((?:(?! {2}-- ).*\n?)*)/gm)].flatMap(
      ([, said = "", columns = ""]) =>
        // A comment is about the columns up to the next one.
        Array<string>(Math.max(1, columns.match(/^ {2}\S.*,$/gm)?.length ?? 0)).fill(said),
    );
    const names = one(trace, `SELECT name FROM pragma_table_info('${view}')`);
    if (told.length !== names.length) throw new Error(`${view} has a column without a comment`);
    return names.map((name, i) => [i === 0 ? `\`${view}\`` : "", `\`${name}\``, told[i]!]);
  });
  return table(["view", "column", "what it is"], rows);
}

const one = (trace: Trace, sql: string): string[] =>
  [...trace.query(sql).rows].map(([cell]) => String(cell));

interface Schema {
  readonly const?: unknown;
  readonly default?: unknown;
  readonly enum?: readonly unknown[];
  readonly type?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly multipleOf?: number;
  readonly pattern?: string;
  readonly properties?: { readonly [name: string]: Schema };
  readonly required?: readonly string[];
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly items?: Schema;
  readonly prefixItems?: readonly Schema[];
}

/** Every operation of a workload file: what its declaration's comment says, and its fields by their schema. */
function operationTable(): string {
  const { properties } = jsonSchemaOf("workload") as Schema;
  const operations = properties!.ops!.items!.oneOf!.flatMap((it) => it.oneOf ?? [it]);
  const said = comments();
  const rows = operations.map(({ properties = {}, required = [] }) => {
    const { op, cmd, i: _, ...fields } = properties;
    const name = [op, cmd].flatMap((it) => (it === undefined ? [] : [String(it.const)])).join(" ");
    const told = Object.entries(fields).map(([field, schema]) => {
      const isOptional = !required.includes(field);
      return `\`${field}\`${isOptional ? "?" : ""} ${rangeOf(schema)}`;
    });
    return [`\`${name}\``, said.get(name) ?? "", told.join("; ")];
  });
  return table(["op", "what it is", "fields"], rows);
}

/** What stands above operation("alloc", ...) or ioctl("INFO", ...). */
function comments(): Map<string, string> {
  const files = ["operation", "process-operations", "dma-operations"];
  const text = files.map((name) => readFileSync(`src/workload/${name}.ts`, "utf8")).join("\n");
  const found = text.matchAll(/\/\*\*((?:(?!\*\/).)*)\*\/\s*(operation|ioctl|pointing)\("(\w+)"/gs);
  return new Map(
    [...found].map(([, said = "", how, name]) => [
      how === "operation" ? `${name}` : `ioctl ${name}`,
      said.replace(/\s*\n\s*\* ?/g, " ").trim(),
    ]),
  );
}

function rangeOf(schema: Schema): string {
  const usual = schema.default === undefined ? "" : ` (usually ${JSON.stringify(schema.default)})`;
  return `${kindOf(schema)}${usual}`;
}

const LARGEST = Number.MAX_SAFE_INTEGER;
const shown = (bound: number): string =>
  Math.abs(bound) < 2 ** 16
    ? `${bound}`
    : `${bound < 0 ? "-" : ""}0x${Math.abs(bound).toString(16)}`;

function kindOf({ anyOf, items, prefixItems, ...schema }: Schema): string {
  if (anyOf !== undefined) return anyOf.map(kindOf).join(" or ");
  if (schema.const !== undefined) return `\`${JSON.stringify(schema.const)}\``;
  if (schema.enum !== undefined) return schema.enum.map((it) => `\`"${it}"\``).join(" or ");
  if (prefixItems !== undefined) return `[${prefixItems.map(kindOf).join(", ")}]`;
  if (items !== undefined) return `list of ${kindOf(items)}`;
  if (schema.pattern !== undefined) return `text like \`${schema.pattern}\``;
  if (schema.type !== "integer") return schema.type === "string" ? "text" : `${schema.type}`;
  const { minimum = -LARGEST, maximum = LARGEST, multipleOf } = schema;
  const to = maximum === LARGEST ? "" : shown(maximum);
  return `${shown(minimum)}..${to}${multipleOf === undefined ? "" : `, a multiple of ${multipleOf}`}`;
}
