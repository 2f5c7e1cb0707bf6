// demo.ts - gartrace demo: runs what the mail of 17 March 2005 is about, and prints the result on one screen.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Command } from "commander";
import { AbortedError } from "../fault.ts";
import { recordTo, setupOf } from "../library/recording.ts";
import { workloadOf } from "../library/workload-file.ts";
import { demoText } from "../report/demo-text.ts";
import { TraceReader } from "../store/read.ts";
import { runMatrix, usual } from "./matrix.ts";
import { notice, print } from "./output.ts";
import { steered } from "./steered.ts";

export function addDemo(program: Command): void {
  program
    .command("demo")
    .summary("run the mail of 17 March 2005 and show its answer")
    .description(
      "Records the same workload on a bare PC and under Xen, with the driver as it was and with the " +
        "mail's four functions, shows where the addresses part, and ends with every hook set on each " +
        "platform. Leaves no files.",
    )
    .action(async () => {
      const folder = mkdtempSync(join(tmpdir(), "gartrace-"));
      const open: TraceReader[] = [];
      const run = async (platform: string, hooks: string, lenientIoremap = false) => {
        const name = `${platform}.${hooks}${lenientIoremap ? ".lenient" : ""}`;
        notice(`recording testgart: ${name}`);
        const trace = await recorded(join(folder, `${name}.gart`), platform, hooks, lenientIoremap);
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
        notice("recording smoke: every hook set on each platform");
        const cells = await runMatrix({ ...usual, workload: "smoke", seed: 0 }, folder, true);
        await print(demoText(runs, cells));
      } catch (error) {
        // The files that it speaks of are gone.
        throw error instanceof AbortedError ? new AbortedError("interrupted") : error;
      } finally {
        for (const trace of open) trace.close();
        rmSync(folder, { recursive: true });
      }
    });
}

async function recorded(
  path: string,
  platform: string,
  hooks: string,
  lenientIoremap: boolean,
): Promise<TraceReader> {
  const workload = workloadOf("testgart");
  const setup = { chipset: "intel-440bx", seed: 0, device: true, workload };
  const whole = setupOf({ ...setup, platform, hooks, lenientIoremap });
  await steered("recording", (steering) => recordTo(path, whole, false, steering));
  return TraceReader.open(path);
}
