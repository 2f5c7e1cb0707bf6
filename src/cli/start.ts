// start.ts - where the installed command begins: what asks for nothing but the version loads nothing else.

import { writeSync } from "node:fs";
import { VERSION } from "../version.ts";

const STDOUT = 1;

/** Whether it was said: a reader that is gone, or slow, is for the whole program to deal with. */
function saidVersion(): boolean {
  try {
    return writeSync(STDOUT, `${VERSION}\n`) > 0;
  } catch {
    return false;
  }
}

const isVersionAsked = process.argv[2] === "--version" || process.argv[2] === "-V";
if (!isVersionAsked || !saidVersion()) void import("./program.ts");
