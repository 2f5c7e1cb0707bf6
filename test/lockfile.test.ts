// lockfile.test.ts - `npm ci` installs on Linux, macOS and Windows: the lockfile has the packages of all of them.

import { readFileSync } from "node:fs";
import { expect, test } from "vitest";

interface Locked {
  readonly optionalDependencies?: { readonly [name: string]: string };
  readonly os?: readonly string[];
}

const { packages } = JSON.parse(readFileSync("package-lock.json", "utf8")) as {
  readonly packages: { readonly [path: string]: Locked };
};

test("every optional package that another names is in the lockfile", () => {
  const named = Object.values(packages).flatMap(({ optionalDependencies = {} }) =>
    Object.keys(optionalDependencies),
  );
  expect(named.length).toBeGreaterThan(20);
  const has = (name: string) =>
    Object.keys(packages).some((path) => path.endsWith(`node_modules/${name}`));
  expect(named.filter((name) => !has(name))).toEqual([]);
});

test.each(["linux", "darwin", "win32"])("there are packages for %s alone", (os) => {
  const own = Object.values(packages).filter((one) => one.os?.includes(os));
  expect(own.length).toBeGreaterThan(0);
});
