// preload.ts - the library that refuses or ends a command at one of its calls: compiled, and told what to do.

import { execFileSync } from "node:child_process";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

interface Variables {
  readonly [name: string]: string;
}

const libraryIn = (place: string): string => join(place, "preload.so");

/** What the library is told: its variables without TORTURE_. It was compiled into `place`. */
export const preloaded = (folder: string, told: Variables, place = tmpdir()): Variables => ({
  LD_PRELOAD: libraryIn(place),
  TORTURE_IN: folder,
  ...Object.fromEntries(Object.entries(told).map(([name, value]) => [`TORTURE_${name}`, value])),
});

/** Compiles the library into a folder; false where there is no compiler. */
export function compilePreload(place = tmpdir()): boolean {
  try {
    execFileSync(
      "cc",
      [
        "-shared",
        "-fPIC",
        "-O2",
        "-o",
        libraryIn(place),
        resolve("test/torture/preload.c"),
        "-ldl",
      ],
      { stdio: "pipe" },
    );
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return false;
    throw error;
  }
}
