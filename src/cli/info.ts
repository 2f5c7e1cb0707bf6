// info.ts - gartrace info: what a trace is, how much is in it, and the first event that goes wrong.

import type { Command } from "commander";
import { toJson } from "../event/line.ts";
import { isWrong, type Verdict } from "../event/verdict.ts";
import type { Recorded } from "../event/vocabulary.ts";
import { CaptureCounter, type CaptureCounts } from "../replay/capture-counts.ts";
import { verdictIn } from "../replay/provenance.ts";
import { captureText } from "../report/capture-text.ts";
import { eventLine, meanings, verdictText } from "../report/event-text.ts";
import { counted, countOf, inColumns, indented } from "../report/text.ts";
import type { TraceReader } from "../store/read.ts";
import { print, printJson } from "./output.ts";
import { reading } from "./reading.ts";

export function addInfo(program: Command): void {
  program
    .command("info")
    .summary("say what a trace holds, and which event goes wrong first")
    .argument("<trace>")
    .option("--json", "print JSON", false)
    .action((path: string, { json }: { json: boolean }) =>
      reading([path], async ([trace]) => {
        const tally = tallyOf(trace!);
        await (json ? printJson(infoJson(trace!, tally)) : print(infoText(trace!, tally)));
      }),
    );
}

interface Tally {
  readonly kinds: Map<string, number>;
  readonly verdicts: Map<Verdict, number>;
  readonly firstWrong: { recorded: Recorded; verdict: Verdict } | null;
  readonly capture: CaptureCounts | null;
}

/** One pass over the events. */
function tallyOf(trace: TraceReader): Tally {
  const kinds = new Map<string, number>();
  const verdicts = new Map<Verdict, number>();
  let firstWrong: Tally["firstWrong"] = null;
  const counter = new CaptureCounter(trace);
  for (const recorded of trace.events()) {
    const { event } = recorded;
    counter.see(recorded.seq, event);
    kinds.set(event.kind, (kinds.get(event.kind) ?? 0) + 1);
    const verdict = "bus" in event ? verdictIn(trace, recorded) : null;
    if (verdict === null) continue;
    verdicts.set(verdict, (verdicts.get(verdict) ?? 0) + 1);
    if (isWrong(verdict)) firstWrong ??= { recorded, verdict };
  }
  return { kinds, verdicts, firstWrong, capture: counter.counts };
}

function infoJson(trace: TraceReader, { kinds, verdicts, firstWrong, capture }: Tally): unknown {
  const { virtBase, operations: _, ...about } = trace.about;
  return {
    ...about,
    virtBase: `0x${virtBase.toString(16)}`,
    version: trace.version,
    torn: trace.torn,
    digest: trace.digest,
    events: trace.count,
    ops: kinds.get("op.began") ?? 0,
    kinds: Object.fromEntries(kinds),
    verdicts: Object.fromEntries(verdicts),
    firstWrong: firstWrong && {
      verdict: firstWrong.verdict,
      event: toJson(firstWrong.recorded, virtBase),
    },
    ...capture,
    ...(trace.sources.length === 0 ? {} : { sources: trace.sources }),
  };
}

function infoText(trace: TraceReader, { kinds, verdicts, firstWrong, capture }: Tally): string {
  const { about } = trace;
  const options = Object.entries(about.options).map(([name, value]) => `${name}=${value}`);
  const rows = [
    ["platform", about.platform],
    ["hooks", about.hooks],
    ["chipset", about.chipset],
    ["workload", `${about.workload}, ${countOf(kinds.get("op.began") ?? 0, "op")}`],
    ["seed", `${about.seed}`],
    ["options", options.join(" ") || "none"],
    ["source", about.origin === null ? about.source : `${about.source}: ${about.origin}`],
    ...(about.parent == null
      ? []
      : [["fork", `of ${about.parent.trace}, after #${about.parent.moment}`]]),
    ["digest", trace.digest ?? "none: the trace is torn"],
  ];
  const kindRows = [...kinds]
    .sort(([, a], [, b]) => b - a)
    .map(([kind, count]) => [counted(count), kind]);
  const verdictRows = [...verdicts].map(([verdict, count]) => [
    counted(count),
    verdictText(verdict),
    meanings[verdict],
  ]);
  const misused = Object.keys(capture?.misuses ?? {}).length > 0;
  return [
    inColumns(rows),
    "",
    countOf(trace.count, "event"),
    ...(kindRows.length === 0 ? [] : [indented(inColumns(kindRows))]),
    "",
    "numbers that hardware was given, by where they lead",
    indented(verdictRows.length === 0 ? "none" : inColumns(verdictRows)),
    ...(capture === null ? [] : ["", captureText(capture)]),
    "",
    firstWrong === null
      ? `every number ${misused ? "whose page is known" : "that hardware was given"} leads to the page that was meant`
      : `first to go wrong: ${eventLine(firstWrong.recorded, firstWrong.verdict, about)}`,
  ].join("\n");
}
