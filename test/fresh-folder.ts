// fresh-folder.ts - an empty folder for a test's files.

import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** In the folder of all tests, with which it is removed. */
export const freshFolder = (): string => mkdtempSync(join(tmpdir(), "test-"));
