// packed.ts - the package as npm packs it, unpacked as npm would install it: once for all tests of a process.

import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, symlinkSync } from "node:fs";
import { join, resolve } from "node:path";
import { freshFolder } from "../fresh-folder.ts";

export interface Packed {
  /** The tarball. */
  readonly path: string;
  readonly size: number;
  readonly files: readonly { readonly path: string }[];
  /** The node_modules that it is unpacked in. */
  readonly modules: string;
}

let made: Packed | undefined;

export function packed(): Packed {
  made ??= pack(freshFolder());
  return made;
}

function pack(folder: string): Packed {
  const words = ["pack", "--ignore-scripts", "--json", "--pack-destination", folder];
  const [{ filename, ...rest }] = JSON.parse(execFileSync("npm", words, { encoding: "utf8" }));
  const [path, modules] = [join(folder, filename), join(folder, "node_modules")];
  const own = join(modules, "gartrace");
  // test/nodes.sh has them compiled for another Node.
  const installed = resolve(process.env.GARTRACE_INSTALLED ?? "node_modules");
  mkdirSync(own, { recursive: true });
  execFileSync("tar", ["-xzf", path, "-C", own, "--strip-components=1"]);
  // What it depends on, and what a program in TypeScript needs besides.
  const { dependencies } = JSON.parse(readFileSync("package.json", "utf8"));
  for (const name of Object.keys(dependencies))
    symlinkSync(join(installed, name), join(modules, name));
  mkdirSync(join(modules, "@types"));
  symlinkSync(resolve("node_modules/@types/node"), join(modules, "@types/node"));
  return { ...rest, path, modules };
}
