// memory.ts - a process of its own that records so many events and says what memory it took at most.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { recordTo, setupOf } from "../../src/cli/recording.ts";
import { churn, machine } from "./churn.ts";

const events = Number(process.argv[2]);
const folder = mkdtempSync(join(tmpdir(), "gartrace-bench-"));
await recordTo(
  join(folder, "memory.gart"),
  setupOf({ ...machine, workload: churn(events) }),
  false,
);
rmSync(folder, { recursive: true });
// Kilobytes, as getrusage gives them.
process.stdout.write(`${process.resourceUsage().maxRSS}\n`);
