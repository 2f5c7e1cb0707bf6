// demo.ts - runs what the mail of 17 March 2005 is about, and tells the result on one screen.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { demoText } from "../report/demo-text.ts";
import { TraceReader } from "../store/read.ts";
import { matrix, usualMatrix } from "./matrix.ts";
import { recordTo, setupOf } from "./recording.ts";
import { workloadOf } from "./workload-file.ts";

/** Who ends the demo, and who hears how far it is. */
export interface DemoOptions {
  /** Raised, it ends with an `AbortedError`. */
  readonly signal?: AbortSignal | undefined;
  /** Told what it does next, in words. */
  readonly hear?: ((next: string) => void) | undefined;
}

/** What `gartrace demo` prints; leaves no files. */
export async function demo({ signal, hear = () => {} }: DemoOptions = {}): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), "gartrace-"));
  const open: TraceReader[] = [];
  const run = async (platform: string, hooks: string, lenientIoremap = false) => {
    const name = `${platform}.${hooks}${lenientIoremap ? ".lenient" : ""}`;
    hear(`recording testgart: ${name}`);
    const path = join(folder, `${name}.gart`);
    const setup = {
      chipset: "intel-440bx",
      seed: 0,
      device: true,
      workload: workloadOf("testgart"),
    };
    await recordTo(path, setupOf({ ...setup, platform, hooks, lenientIoremap }), false, { signal });
    const trace = TraceReader.open(path);
    open.push(trace);
    return trace;
  };
  try {
    const runs = {
      native: await run("native-i386", "legacy"),
      refused: await run("xen-i386", "legacy"),
      lenient: await run("xen-i386", "legacy", true),
      nativeGart: await run("native-i386", "gart"),
      xenGart: await run("xen-i386", "gart"),
    };
    hear("recording smoke: every hook set on each platform");
    const options = { ...usualMatrix, workload: "smoke", seed: 0 };
    return demoText(runs, await matrix(options, folder, { force: true, signal }));
  } finally {
    for (const trace of open) trace.close();
    rmSync(folder, { recursive: true });
  }
}
