// query.ts - gartrace query: SQL over a trace, which it can only read.

import type { Command } from "commander";
import { UserError } from "../fault.ts";
import { inColumns, inLine } from "../library/columns.ts";
import type { Cell, QueryAnswer } from "../library/trace.ts";
import { Lines } from "./output.ts";
import { reading } from "./reading.ts";

export function addQuery(program: Command): void {
  program
    .command("query")
    .summary("ask a trace in SQL")
    .description(
      "Runs one statement of SQL that only reads. The view events has names and hexadecimal addresses, the " +
        "table event numbers; 'SELECT sql FROM sqlite_schema' shows both, with what each column means.",
    )
    .argument("<trace>")
    .argument("<sql>", 'such as "SELECT kind, count(*) FROM events GROUP BY kind"')
    .option("--json", "print each row as a line of JSON", false)
    .action((path: string, sql: string, { json }: { json: boolean }) =>
      reading([path], async ([trace]) => {
        const lines = new Lines();
        const answer = trace!.query(sql);
        for (const line of json ? jsonLines(answer) : tableLines(answer)) await lines.line(line);
        await lines.flush();
      }),
    );
}

function* jsonLines({ columns, rows }: QueryAnswer): Generator<string> {
  const names = namesApart(columns);
  for (const row of rows)
    yield JSON.stringify(Object.fromEntries(names.map((name, i) => [name, plain(row[i]!)])));
}

/** The names of the columns; one that is there already gets a number, as SQLite itself numbers them: seq, seq:1. */
function namesApart(columns: readonly string[]): string[] {
  const taken = new Set(columns);
  const seen = new Set<string>();
  return columns.map((name) => {
    let own = name;
    for (let n = 1; seen.has(own) || (own !== name && taken.has(own)); n++) own = `${name}:${n}`;
    seen.add(own);
    return own;
  });
}

/** Rows aligned with each other: the widths of an answer without end cannot be known. */
const ALIGNED = 1000;
/** Characters of one value, and of a block of rows, at most. */
const [LONGEST, MOST] = [2 ** 24, 2 ** 26];

function* tableLines({ columns, rows }: QueryAnswer): Generator<string> {
  let block: string[][] = [];
  let widest = 0;
  let heading: readonly string[] | undefined = columns.map(inLine);
  const print = () => {
    const text = inColumns(block, heading);
    [block, heading, widest] = [[], undefined, 0];
    return text;
  };
  for (const row of rows) {
    const cells = row.map((cell) => inLine(`${plain(cell) ?? ""}`));
    widest = Math.max(widest, ...cells.map(({ length }) => length));
    block.push(cells);
    if (block.length === ALIGNED || widest * block.length > MOST) yield print();
  }
  if (block.length > 0 || heading !== undefined) yield print();
}

const tooLong = ({ length }: Uint8Array | string): UserError =>
  new UserError(
    `SQL: a value is ${length} long, too long to be printed; take a part of it by substr()`,
  );

/** A number past what JSON holds exactly is its digits, bytes are hexadecimal. */
function plain(cell: Cell): string | number | null {
  if (cell !== null && typeof cell === "object" && cell.length > LONGEST / 2) throw tooLong(cell);
  if (typeof cell === "string" && cell.length > LONGEST) throw tooLong(cell);
  if (cell instanceof Uint8Array) return `0x${Buffer.from(cell).toString("hex")}`;
  // JSON has no word for what is past the largest number.
  if (typeof cell === "number" && !Number.isFinite(cell)) return String(cell);
  if (typeof cell !== "bigint") return cell;
  return Number.isSafeInteger(Number(cell)) ? Number(cell) : cell.toString();
}
