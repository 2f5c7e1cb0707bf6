// output-file.test.ts - which file a path names, and whether something may be written in its place.

import { existsSync, linkSync, mkdirSync, renameSync, symlinkSync, writeFileSync } from "node:fs";
import { basename, dirname, join, relative } from "node:path";
import { describe, expect, test } from "vitest";
import { UserError } from "../../src/fault.ts";
import {
  assertReplaceable,
  assertSameFile,
  identityOf,
  isSameFile,
  removeFile,
  replacedSince,
  unusedName,
} from "../../src/store/output-file.ts";
import { freshPath } from "./sample.ts";

function written(name?: string): string {
  const path = freshPath(name);
  writeFileSync(path, "a letter");
  return path;
}

describe("a file", () => {
  test("is the same by every path that leads to it, and by none that leads elsewhere", () => {
    const path = written();
    const [linked, pointed] = [freshPath(), freshPath()];
    linkSync(path, linked);
    symlinkSync(path, pointed);
    for (const other of [
      path,
      relative(".", path),
      linked,
      pointed,
      join(dirname(path), ".", basename(path)),
    ])
      expect(isSameFile(path, other), other).toBe(true);
    expect(isSameFile(path, written())).toBe(false);
    expect(isSameFile(path, freshPath())).toBe(false);
  });

  test("that is not there is the same as itself alone", () => {
    const path = freshPath();
    expect(isSameFile(path, path)).toBe(true);
    expect(isSameFile(path, freshPath())).toBe(false);
    expect(identityOf(path)).toBeNull();
  });

  test("is told as replaced once its path names another one or none", () => {
    const path = written();
    const file = identityOf(path);
    expect(replacedSince(path, file)).toBeNull();
    assertSameFile(path, file);
    const lost = `${path} was removed or replaced while it was written: what was recorded is lost`;
    renameSync(path, `${path}.old`);
    expect(replacedSince(path, file)?.message).toBe(lost);
    writeFileSync(path, "another");
    expect(replacedSince(path, file)?.message).toBe(lost);
    expect(() => assertSameFile(path, file)).toThrow(new UserError(lost));
  });
});

describe("what may be written over", () => {
  test("is nothing, or a file where that was asked for", () => {
    expect(assertReplaceable(freshPath(), false)).toBe(false);
    expect(assertReplaceable(freshPath(), true)).toBe(false);
    expect(assertReplaceable(written(), true)).toBe(true);
    const pointed = freshPath();
    symlinkSync(written(), pointed);
    expect(assertReplaceable(pointed, true)).toBe(true);
  });

  test.each<readonly [string, () => string, boolean, string]>([
    ["a file, unless that is asked for", written, false, "exists; use --force to overwrite it"],
    ["a folder", () => dirname(freshPath()), true, "is a folder; name a file in it"],
    ["a device", () => "/dev/null", true, "is a pipe or a device, and only a file is replaced"],
    [
      "a link that leads nowhere",
      () => {
        const path = freshPath();
        symlinkSync(freshPath(), path);
        return path;
      },
      true,
      "is a symbolic link that leads nowhere; remove it or name another file",
    ],
    [
      "a link to a folder",
      () => {
        const path = freshPath();
        mkdirSync(`${path}.d`);
        symlinkSync(`${path}.d`, path);
        return path;
      },
      true,
      "is a folder; name a file in it",
    ],
  ])("is not %s", (_, make, force, says) => {
    const path = make();
    expect(() => assertReplaceable(path, force)).toThrow(UserError);
    expect(() => assertReplaceable(path, force)).toThrow(`${path} ${says}`);
  });

  test("is nothing in a folder that is not there", () => {
    const path = join(freshPath(), "run.gart");
    expect(() => assertReplaceable(path, true)).toThrow(
      `cannot write ${path}: no folder ${dirname(path)}`,
    );
  });
});

test("a path that the system cannot follow is told, with why", () => {
  const says = "cannot write /dev/null/run.gart: ENOTDIR";
  expect(() => assertReplaceable("/dev/null/run.gart", true)).toThrow(says);
  const long = join(dirname(freshPath()), "x".repeat(300));
  expect(() => assertReplaceable(long, false)).toThrow(UserError);
  expect(() => assertReplaceable(long, false)).toThrow(`cannot write ${long}: ENAMETOOLONG`);
});

test("a name for what takes a file's place is beside it, and another one each time", () => {
  const path = freshPath();
  const names = Array.from({ length: 20 }, () => unusedName(path, "repair"));
  expect(new Set(names).size).toBe(20);
  for (const name of names) expect(name).toMatch(/run\.gart\.\d+-[0-9a-f]{8}\.repair$/);
  expect(dirname(names[0]!)).toBe(dirname(path));
});

test("a trace is removed with what belongs to it, and nothing else is", () => {
  const path = written();
  const beside = ["-wal", "-shm", "-journal"].map((ending) => path + ending);
  for (const name of [...beside, `${path}.note`]) writeFileSync(name, "");
  removeFile(path);
  expect([path, ...beside].filter((name) => existsSync(name))).toEqual([]);
  expect(existsSync(`${path}.note`)).toBe(true);
  removeFile(path);
});
