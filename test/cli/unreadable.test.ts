// unreadable.test.ts - files that are no trace, or none that can be read: every command says which and why.

import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import Sqlite from "better-sqlite3";
import { beforeAll, describe, expect, test } from "vitest";
import { freshFolder, gartrace } from "./gartrace.ts";

const folder = freshFolder();
beforeAll(async () => {
  await gartrace("record smoke -p xen-i386 -k legacy -o newer.gart", { folder });
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

const commands = ["info", "events", "state", "verify", "diff newer.gart"];
const complaints = {
  "text.gart": "text.gart is not a trace: it is no SQLite file",
  "newer.gart": "newer.gart was written by a newer gartrace (format 99, this one reads up to",
};
const others = {
  "empty.gart": "empty.gart is empty, not a trace",
  "other.db": "other.db is an SQLite file, but not a trace",
  folder: "folder is a folder, not a trace",
  "none.gart": "no such file: none.gart",
};

const refuses = async (command: string, file: string, complaint: string): Promise<void> => {
  const { code, stdout, stderr } = await gartrace(`${command} ${file}`, { folder });
  expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
  expect(stderr).toContain(`gartrace: ${complaint}`);
  expect(stderr.trimEnd().split("\n")).toHaveLength(1);
};

describe.concurrent.each(Object.entries(complaints))("%s is refused", (file, complaint) => {
  test.each(commands)("by %s", async (command) => {
    const line = command.startsWith("diff") ? `diff ${file}` : command;
    await refuses(line, file, complaint);
  });
});

describe.concurrent("no command gets past the door of", () => {
  test.each(Object.entries(others))("%s", (file, complaint) => refuses("info", file, complaint));
});

test("a trace with a page of zeroes in it is damaged, not a bug", async () => {
  await gartrace("record smoke -p xen-i386 -k legacy -o holed.gart", { folder });
  const { writeSync, openSync, closeSync } = await import("node:fs");
  const file = openSync(join(folder, "holed.gart"), "r+");
  writeSync(file, Buffer.alloc(65536), 0, 65536, 4096);
  closeSync(file);
  const { code, stderr } = await gartrace("verify holed.gart", { folder });
  expect(code).toBe(2);
  expect(stderr).toMatch(/^gartrace: .*holed.gart.* damaged/);
});
