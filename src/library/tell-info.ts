// tell-info.ts - what a trace is, how much is in it, and whether it is right.

import { hex } from "../address.ts";
import { toJson } from "../event/line.ts";
import type { Verdict } from "../event/verdict.ts";
import type { Judgement } from "../judgement/judgement.ts";
import { judgedOf, wordOf, wrongAt } from "../replay/judged.ts";
import { verdictIn } from "../replay/provenance.ts";
import { captureText } from "../report/capture-text.ts";
import { judgedLine, meanings, verdictText } from "../report/event-text.ts";
import { judgementJson, judgementLine, refusalText } from "../report/judgement-text.ts";
import { counted, countOf, inColumns, indented } from "../report/text.ts";
import type { TraceReader } from "../store/read.ts";
import { inLine } from "../visible.ts";
import { type Output, output } from "./output.ts";
import { readerOf, type Trace } from "./trace.ts";

/** What `gartrace info` prints. */
export function tellInfo(trace: Trace): Output {
  const reader = readerOf(trace);
  const { judgement } = judgedOf(reader);
  return output(
    () => infoText(reader, judgement),
    () => infoJson(reader, judgement),
  );
}

function infoJson(trace: TraceReader, judgement: Judgement): object {
  // What its workload asked for is as long as the trace, and is not told.
  const { platform, hooks, chipset, workload, seed, options, virtBase } = trace.about;
  const { physIsMachine, source, origin, parent } = trace.about;
  const { verdicts, wrong, kinds, capture } = judgement;
  const first = wrong.first === null ? undefined : trace.event(wrong.first);
  return {
    ...{ platform, hooks, chipset, workload, seed, options, physIsMachine, source, origin },
    ...(parent === undefined ? {} : { parent }),
    virtBase: hex(virtBase),
    gartrace: trace.version,
    torn: trace.torn,
    digest: trace.digest,
    ...judgementJson({ ...judgement, word: wordOf(trace) }),
    events: trace.count,
    ops: kinds["op.began"] ?? 0,
    kinds,
    verdicts,
    firstWrong:
      first === undefined ? null : { ...wrongAt(trace, first.seq), event: toJson(first, virtBase) },
    ...capture,
    ...(trace.sources.length === 0
      ? {}
      : {
          sources: trace.sources.map((source) => ({
            ...source,
            lost: source.counts.reduce((sum, { lost }) => sum + lost, 0),
          })),
        }),
  };
}

function infoText(trace: TraceReader, judgement: Judgement): string {
  const { about } = trace;
  const { kinds, verdicts, refusals, capture, wrong } = judgement;
  const options = Object.entries(about.options).map(([name, value]) => `${name}=${value}`);
  const rows = [
    ["platform", about.platform],
    ["hooks", about.hooks],
    ["chipset", about.chipset],
    ["workload", `${about.workload}, ${countOf(kinds["op.began"] ?? 0, "op")}`],
    ["seed", `${about.seed}`],
    ["options", options.join(" ") || "none"],
    ["source", about.origin === null ? about.source : `${about.source}: ${about.origin}`],
    ...(about.parent == null
      ? []
      : [["fork", `of ${about.parent.trace}, after #${about.parent.moment}`]]),
    ["digest", trace.digest ?? "none: the trace is torn"],
  ];
  const kindRows = Object.entries(kinds)
    .sort(([, a], [, b]) => b - a)
    .map(([kind, count]) => [counted(count), kind]);
  const verdictRows = (Object.entries(verdicts) as [Verdict, number][]).map(([verdict, count]) => [
    counted(count),
    verdictText(verdict),
    meanings[verdict],
  ]);
  return [
    judgementLine(judgement, trace),
    ...refusals.first.slice(0, SHOWN).map(refusalText),
    ...(refusals.count > SHOWN
      ? [`and ${countOf(refusals.count - SHOWN, "op")} more that returned an errno`]
      : []),
    "",
    inColumns(rows.map(([what, said]) => [what!, inLine(said!)])),
    "",
    countOf(trace.count, "event"),
    ...(kindRows.length === 0 ? [] : [indented(inColumns(kindRows))]),
    "",
    "numbers that hardware was given, by where they lead",
    indented(verdictRows.length === 0 ? "none" : inColumns(verdictRows)),
    ...(capture === null ? [] : ["", captureText(capture)]),
    ...(wrong.first === null ? [] : ["", `first to go wrong: ${lineAt(trace, wrong.first)}`]),
  ].join("\n");
}

/** Operations that returned an errno and are shown. */
const SHOWN = 3;

function lineAt(trace: TraceReader, seq: number): string {
  const recorded = trace.event(seq)!;
  return judgedLine(recorded, verdictIn(trace, recorded), wrongAt(trace, seq), trace.about);
}
