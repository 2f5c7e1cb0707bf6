// sqlite.ts - opens SQLite files; says what to do where the library behind it is not built for this Node.

import { createRequire } from "node:module";
import { resolve } from "node:path";
import Sqlite, { type Database, type Options } from "better-sqlite3";
import { UserError } from "../fault.ts";

export function openSqlite(path: string, options?: Options): Database {
  try {
    const database = new Sqlite(resolve(path), options);
    if (abortsOnCollection) keepAll(database);
    return database;
  } catch (error) {
    throw nativeTrouble(error);
  }
}

/** Since 24.19 the destructor of node::ObjectWrap asks for the environment, which is not there during a collection. */
const [major, minor] = process.versions.node.split(".").map(Number) as [number, number];
const abortsOnCollection = major > 24 || (major === 24 && minor >= 19);
const kept: object[] = [];

interface Native {
  prepare(...words: unknown[]): { iterate?(...words: unknown[]): object };
}

/**
 * Keeps what better-sqlite3 12 makes in native code from being collected, which would abort the process: the
 * database, its statements (those of its own as well), and their iterators. They are few and small.
 */
function keepAll(database: Database): void {
  const native = Object.getOwnPropertySymbols(database)
    .map((symbol) => (database as unknown as { [symbol: symbol]: Native })[symbol]!)
    .find((own) => typeof own?.prepare === "function");
  if (native === undefined) return;
  kept.push(database, native);
  const prepare = native.prepare.bind(native);
  native.prepare = (...words) => {
    const statement = prepare(...words);
    kept.push(statement);
    const iterate = statement.iterate?.bind(statement);
    if (iterate !== undefined)
      statement.iterate = (...words) => {
        const iterator = iterate(...words);
        kept.push(iterator);
        return iterator;
      };
    return statement;
  };
}

/** better-sqlite3 holds compiled code, which fits one ABI of Node. */
function nativeTrouble(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  const { code } = error as NodeJS.ErrnoException;
  const isForeign = code === "ERR_DLOPEN_FAILED";
  if (!isForeign && !error.message.startsWith("Could not locate the bindings file")) return error;
  const what = isForeign ? "built for another Node than this one" : "not built";
  return new UserError(
    `better-sqlite3 is ${what} (${process.version}, ABI ${process.versions.modules}): run ` +
      `'npm rebuild better-sqlite3' in ${installedIn()}; where there is no prebuilt one, that takes a C++ ` +
      "compiler, make and Python",
    "ERR_NATIVE",
    { cause: error },
  );
}

/** The folder whose node_modules has it. */
function installedIn(): string {
  const [folder] = createRequire(import.meta.url)
    .resolve("better-sqlite3")
    .split(/[/\\]node_modules[/\\]better-sqlite3[/\\]/);
  return folder!;
}
