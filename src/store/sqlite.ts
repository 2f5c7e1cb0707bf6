// sqlite.ts - opens SQLite files; says what to do where the library behind it is not built for this Node.

import { createRequire } from "node:module";
import { resolve } from "node:path";
import Sqlite, { type Database, type Options } from "better-sqlite3";
import { UserError } from "../fault.ts";

export function openSqlite(path: string, options?: Options): Database {
  try {
    return new Sqlite(resolve(path), options);
  } catch (error) {
    throw nativeTrouble(error);
  }
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
