// sqlite.ts - opens SQLite files; says what to do where the library behind it is not built for this Node.

import { createRequire } from "node:module";
import { resolve } from "node:path";
import Sqlite, { type Database, type Options } from "better-sqlite3";
import { UserError } from "../fault.ts";

const installed = createRequire(import.meta.url);
const COMPILED = "better-sqlite3/build/Release/better_sqlite3.node";
let compiled: object | undefined;

/**
 * The compiled part of better-sqlite3, told by its path: the package itself would look for it in a dozen places. It is
 * an instance of our own, for the errors of one are of a class that the first to open a file with it brings along, and
 * that can be a program's own better-sqlite3.
 */
function compiledPart(): object {
  if (compiled === undefined) {
    const module = { exports: {} };
    process.dlopen(module, installed.resolve(COMPILED));
    compiled = module.exports;
  }
  return compiled;
}

/** Opens a file, whatever its name: SQLite gives some a meaning, such as ":memory:". */
export const openSqlite = (path: string, options?: Options): Database =>
  opened(resolve(path), options);

/** A database in memory. */
export const memorySqlite = (): Database => opened(":memory:");

function opened(path: string, options?: Options): Database {
  try {
    const database = new Sqlite(path, {
      ...options,
      // It takes the part itself as well as its path, which its types do not tell.
      nativeBinding: compiledPart() as unknown as string,
    });
    if (abortsOnCollection) keepAll(database, (made) => references.push(made));
    return database;
  } catch (error) {
    throw nativeTrouble(error);
  }
}

/** Since 24.19 the destructor of node::ObjectWrap asks for the environment, which is not there during a collection. */
const [major, minor] = process.versions.node.split(".").map(Number) as [number, number];
const abortsOnCollection = major > 24 || (major === 24 && minor >= 19);
const references: object[] = [];

interface Native {
  prepare(...words: unknown[]): { iterate?(...words: unknown[]): object };
}

/**
 * Keeps what better-sqlite3 12 makes in native code from being collected, which would abort the process: the
 * database, its statements (those of its own as well), and their iterators. They are few and small.
 */
export function keepAll(database: Database, keep: (made: object) => void): void {
  const native = Object.getOwnPropertySymbols(database)
    .map((symbol) => (database as unknown as { [symbol: symbol]: Native })[symbol]!)
    .find((own) => typeof own?.prepare === "function");
  if (native === undefined) return;
  keep(database);
  keep(native);
  const prepare = native.prepare.bind(native);
  native.prepare = (...words) => {
    const statement = prepare(...words);
    keep(statement);
    const iterate = statement.iterate?.bind(statement);
    if (iterate !== undefined)
      statement.iterate = (...words) => {
        const iterator = iterate(...words);
        keep(iterator);
        return iterator;
      };
    return statement;
  };
}

/** better-sqlite3 holds compiled code, which fits one ABI of Node. */
export function nativeTrouble(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  const { code } = error as NodeJS.ErrnoException;
  const isForeign = code === "ERR_DLOPEN_FAILED";
  if (!isForeign && code !== "MODULE_NOT_FOUND") return error;
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
  const [folder] = installed
    .resolve("better-sqlite3")
    .split(/[/\\]node_modules[/\\]better-sqlite3[/\\]/);
  return folder!;
}
