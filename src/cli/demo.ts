// demo.ts - gartrace demo: the mail of 17 March 2005, run, and its answer on one screen.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Command } from "commander";
import pc from "picocolors";
import { type Comparison, compare, isAlike } from "../diff/diff.ts";
import { tagName } from "../event/device.ts";
import type { Recorded } from "../event/vocabulary.ts";
import { addressTable, toldOf } from "../report/diff-text.ts";
import { counted, countOf } from "../report/text.ts";
import { TraceReader } from "../store/read.ts";
import { notice, print } from "./output.ts";
import { recordTo, setupOf } from "./recording.ts";
import { workloadOf } from "./workload-file.ts";

export function addDemo(program: Command): void {
  program
    .command("demo")
    .summary("run the mail of 17 March 2005 and show its answer")
    .action(async () => {
      const folder = mkdtempSync(join(tmpdir(), "gartrace-"));
      const open: TraceReader[] = [];
      try {
        const run = async (platform: string, hooks: string, lenientIoremap = false) => {
          const path = join(folder, `${platform}.${hooks}${lenientIoremap ? ".lenient" : ""}.gart`);
          notice(
            `recording testgart on ${platform} with the ${hooks} hooks${lenientIoremap ? ", lenient" : ""}`,
          );
          const workload = workloadOf("testgart");
          const wanted = {
            platform,
            hooks,
            workload,
            lenientIoremap,
            chipset: "intel-440bx",
            seed: 0,
            device: true,
          };
          await recordTo(path, setupOf(wanted), false);
          const trace = TraceReader.open(path);
          open.push(trace);
          return trace;
        };
        const native = await run("native-i386", "legacy");
        const refused = await run("xen-i386", "legacy");
        const lenient = await run("xen-i386", "legacy", true);
        const nativeGart = await run("native-i386", "gart");
        const gart = await run("xen-i386", "gart");
        await print(
          [...legacyText(native, refused, lenient), ...gartText(nativeGart, gart)].join("\n"),
        );
      } finally {
        for (const trace of open) trace.close();
        rmSync(folder, { recursive: true });
      }
    });
}

function legacyText(native: TraceReader, refused: TraceReader, lenient: TraceReader): string[] {
  const atInit = compare(native, refused, false).first!;
  const fault = atInit.b!.recorded.event as { machine?: unknown };
  const everywhere = compare(native, lenient, false);
  const first = everywhere.first!;
  const [before, after] = [
    everywhere.firstDevice!.a!.recorded,
    everywhere.firstDevice!.b!.recorded,
  ];
  return [
    "",
    pc.bold(
      "agpgart asks virt_to_phys() for an address and gives it to the chipset (legacy hooks)",
    ),
    `  native   ${outcome(native)}`,
    `  Xen      ${outcome(refused)}`,
    `           #${atInit.b!.recorded.seq}: ioremap was asked for ${at(atInit.b!.recorded, "bus")}, a pseudo-physical address. Xen takes`,
    `           machine addresses: there lies another domain's page, the table is at ${hexOf(fault.machine)}.`,
    `  lenient  ${outcome(lenient)}`,
    "           (Xen with an ioremap that forgives: every return code is fine, every page is wrong)",
    "",
    `the first event at which bus and machine part: native #${first.a!.recorded.seq}, Xen #${first.b!.recorded.seq}, ${first.b!.recorded.event.place},`,
    `the chipset's table base register, verdict ${pc.red(first.b!.verdict!)}`,
    addressTable([toldOf(native, first.a), toldOf(lenient, first.b)], ["native", "Xen"]),
    `what the card then read at ${at(before, "bus")} in the aperture: ${metText(before)} on native, ${pc.red(metText(after))} on Xen,`,
    `and so on: ${causeText(everywhere)}.`,
    "",
  ];
}

function gartText(native: TraceReader, xen: TraceReader): string[] {
  const comparison = compare(native, xen, false);
  const { counts } = comparison;
  const verdict = isAlike(comparison) ? pc.green(pc.bold("alike")) : pc.red(pc.bold("different"));
  return [
    pc.bold(
      "the mail's four functions: virt_to_gart, gart_to_virt, alloc_ and free_gatt_pages (gart hooks)",
    ),
    `  native   ${outcome(native)}`,
    `  Xen      ${outcome(xen)}`,
    `  native against Xen: ${verdict} (${counted(counts.same)} events the same, ${counted(counts["same after translation"])} the same page in another frame)`,
  ];
}

/** How a run ended: what init returned, whether any op failed, what the card met. */
function outcome(trace: TraceReader): string {
  const returned = [...trace.ops()]
    .map(({ result }) => result?.ret)
    .filter((ret) => typeof ret === "number");
  const init = returned[0] as number;
  if (init < 0) return `init is refused: ${errno(init)}`;
  const failed = returned.filter((ret) => (ret as number) < 0).length;
  let [reads, right] = [0, 0];
  for (const { event } of trace.events()) {
    if (event.kind !== "device.read") continue;
    reads++;
    if (event.reached != null && event.reached === event.machine) right++;
  }
  const codes = failed === 0 ? "every return code 0" : countOf(failed, "error");
  const text = `${counted(right)} of ${counted(reads)} reads by the card meet the client's page`;
  return `${codes}; ${right === reads ? pc.green(text) : pc.red(text)}`;
}

const errno = (code: number): string => (code === -12 ? "-ENOMEM" : `${code}`);
const hexOf = (value: unknown): string => `0x${Number(value).toString(16)}`;
const at = ({ event }: Recorded, space: "bus"): string =>
  hexOf((event as { bus?: unknown })[space]);

function metText({ event }: Recorded): string {
  if (event.kind !== "device.read") return "nothing";
  return event.reached == null
    ? "nothing, as the table it walks is a stranger's page,"
    : tagName(event.tag);
}

const causeText = ({ roots }: Comparison): string =>
  roots.map(({ root, count }) => `${countOf(count, "event")} with one cause, ${root}`).join("; ");
