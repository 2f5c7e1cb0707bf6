// unreadable.test.ts - files that are no trace, or none that can be read: every command says which and why.

import { closeSync, copyFileSync, mkdirSync, openSync, writeFileSync, writeSync } from "node:fs";
import { join } from "node:path";
import Sqlite from "better-sqlite3";
import { beforeAll, describe, expect, test } from "vitest";
import { reading } from "../../src/cli/reading.ts";
import { UserError } from "../../src/fault.ts";
import type { Trace } from "../../src/index.ts";
import { freshFolder } from "../fresh-folder.ts";
import { gartrace } from "./gartrace.ts";

const folder = freshFolder();
beforeAll(async () => {
  await gartrace("record smoke -p xen-i386 -k legacy -o newer.gart", { folder });
  copyFileSync(join(folder, "newer.gart"), join(folder, "holed.gart"));
  zeroRoot(join(folder, "holed.gart"), "event");
  const newer = new Sqlite(join(folder, "newer.gart"));
  newer.pragma("user_version = 99");
  newer.close();
  const other = new Sqlite(join(folder, "other.db"));
  other.exec("CREATE TABLE event(seq)");
  other.close();
  writeFileSync(join(folder, "text.gart"), "first this happened, then that\n");
  writeFileSync(join(folder, "empty.gart"), "");
  mkdirSync(join(folder, "folder"));
});

/** Zeroes the page in which a table begins. */
function zeroRoot(path: string, table: string): void {
  const database = new Sqlite(path);
  const page = Number(database.pragma("page_size", { simple: true }));
  const root = database
    .prepare<[string], number>("SELECT rootpage FROM sqlite_schema WHERE name = ?")
    .pluck()
    .get(table)!;
  database.close();
  const file = openSync(path, "r+");
  writeSync(file, Buffer.alloc(page), 0, page, (root - 1) * page);
  closeSync(file);
}

const complaints: { readonly [file: string]: string } = {
  "text.gart": "text.gart is not a trace: it is no SQLite file",
  "newer.gart":
    "newer.gart was written by gartrace 0.1.0 (format 99); this is gartrace 0.1.0, which reads up to",
  "holed.gart": "cannot read holed.gart (database disk image is malformed): the file is damaged",
  "empty.gart": "empty.gart is empty, not a trace",
  "other.db": "other.db is an SQLite file, but not a trace",
  folder: "folder is a folder, not a trace",
  "none.gart": "no such file: none.gart",
};

describe.concurrent("the command ends with code 2 and one line:", () => {
  test.each([
    ["info text.gart", "text.gart"],
    ["events newer.gart", "newer.gart"],
    ["state empty.gart", "empty.gart"],
    ["verify holed.gart", "holed.gart"],
    ["diff none.gart newer.gart", "none.gart"],
  ])("%s", async (line, file) => {
    const { code, stdout, stderr } = await gartrace(line, { folder });
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toContain(`gartrace: ${complaints[file]}`);
    expect(stderr.trimEnd().split("\n")).toHaveLength(1);
  });
});

// Every command that reads goes through this door.
test.each(Object.entries(complaints))("%s is not read", async (file, complaint) => {
  const everything = async ([trace]: readonly Trace[]) => {
    for (const _ of trace!.events());
  };
  const path = join(folder, file);
  await expect(reading([path], everything)).rejects.toThrow(UserError);
  await expect(reading([path], everything)).rejects.toThrow(complaint.replace(file, path));
});
