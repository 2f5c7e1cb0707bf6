// temporary.ts - one folder for the files of all tests, removed when they have run.

import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const folder = mkdtempSync(join(tmpdir(), "gartrace-test-"));
// Some tests look at files as a user without root's rights.
chmodSync(folder, 0o755);

/** Workers are started after this and inherit where temporary files go. */
export function setup(): void {
  process.env.TMPDIR = folder;
}

export function teardown(): void {
  rmSync(folder, { recursive: true, force: true });
}
