// compare-one.ts - a process of its own that compares two traces and says what time and memory it took.

import { isAlike } from "../../src/diff/comparison.ts";
import { compare } from "../../src/diff/diff.ts";
import { TraceReader } from "../../src/store/read.ts";

const [a, b, how] = process.argv.slice(2) as [string, string, string];
const traces = [TraceReader.open(a), TraceReader.open(b)] as const;
for (const trace of traces) trace.forgetPages();
const since = performance.now();
const comparison = compare(...traces, { readAll: how === "read" });
const diff = (performance.now() - since) / 1000;
const events = traces[0].count + traces[1].count;
for (const trace of traces) trace.close();
// Kilobytes, as getrusage gives them.
const memory = process.resourceUsage().maxRSS;
process.stdout.write(JSON.stringify({ events, alike: isAlike(comparison), diff, memory }));
