// matrix.ts - a process of its own that records the whole matrix and says how long it took and what memory.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runMatrix, usual } from "../../src/cli/matrix.ts";

const folder = mkdtempSync(join(tmpdir(), "gartrace-bench-"));
const start = performance.now();
await runMatrix({ ...usual, workload: "testgart", seed: 0 }, folder);
const seconds = (performance.now() - start) / 1000;
rmSync(folder, { recursive: true });
// Kilobytes, as getrusage gives them.
const { maxRSS } = process.resourceUsage();
process.stdout.write(`${JSON.stringify({ seconds, megabytes: maxRSS / 1024 })}\n`);
