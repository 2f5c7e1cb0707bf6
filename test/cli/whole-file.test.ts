// whole-file.test.ts - a file that a command writes is there whole or not at all, and replaces files alone.

import { once } from "node:events";
import {
  existsSync,
  lstatSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { beforeEach, expect, test } from "vitest";
import { writeWhole } from "../../src/library/whole-file.ts";
import { freshFolder } from "../fresh-folder.ts";

let folder: string;
let path: string;
beforeEach(() => {
  folder = freshFolder();
  path = join(folder, "out.csv");
});

test("it has no name until its last piece is written, and nothing is beside it then", async () => {
  function* pieces() {
    yield "a";
    expect(existsSync(path)).toBe(false);
    yield Buffer.from("b");
  }
  await writeWhole(path, pieces(), false);
  expect(readFileSync(path, "utf8")).toBe("ab");
  expect(readdirSync(folder)).toEqual(["out.csv"]);
});

test("one whose making fails leaves nothing, and what was there before stays", async () => {
  function* failing() {
    yield "a";
    throw new Error("the trace is damaged");
  }
  await expect(writeWhole(path, failing(), false)).rejects.toThrow("the trace is damaged");
  expect(readdirSync(folder)).toEqual([]);
  writeFileSync(path, "mine");
  await expect(writeWhole(path, failing(), true)).rejects.toThrow("the trace is damaged");
  expect(readFileSync(path, "utf8")).toBe("mine");
  expect(readdirSync(folder)).toEqual(["out.csv"]);
});

test("a file that is there is replaced only by force, also where somebody makes it meanwhile", async () => {
  function* slow() {
    yield "a";
    writeFileSync(path, "theirs");
  }
  await expect(writeWhole(path, slow(), false)).rejects.toThrow(
    `${path} exists; use --force to overwrite it`,
  );
  expect(readFileSync(path, "utf8")).toBe("theirs");
  await writeWhole(path, ["b"], true);
  expect(readFileSync(path, "utf8")).toBe("b");
  expect(readdirSync(folder)).toEqual(["out.csv"]);
});

test("a link stays a link to the file that is replaced", async () => {
  const kept = join(folder, "kept");
  writeFileSync(kept, "old");
  symlinkSync("kept", path);
  await writeWhole(path, ["new"], true);
  expect(lstatSync(path).isSymbolicLink()).toBe(true);
  expect(readFileSync(kept, "utf8")).toBe("new");
});

test("sockets, folders, links to nowhere and places in no folder are refused in a sentence", async () => {
  const socket = createServer().listen(path);
  await once(socket, "listening");
  const nowhere = join(folder, "nowhere");
  symlinkSync("gone", nowhere);
  const refused: readonly [string, string][] = [
    [path, "is a pipe or a device, and only a file is replaced"],
    [folder, "is a folder; name a file in it"],
    [nowhere, "is a symbolic link that leads nowhere"],
    [join(folder, "no", "x"), "no folder"],
  ];
  for (const [to, says] of refused) await expect(writeWhole(to, ["x"], true)).rejects.toThrow(says);
  expect(readdirSync(folder).sort()).toEqual(["nowhere", "out.csv"]);
  socket.close();
});
