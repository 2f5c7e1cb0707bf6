// session.ts - what the page is told first: which traces, what was run in each, what it comes to, what went wrong first.

import { hex } from "../address.ts";
import { type SessionAnswer, SHAPES, type TraceAnswer } from "../answer/shapes.ts";
import type { About } from "../event/trace.ts";
import { actors } from "../event/vocabulary.ts";
import { wordOf } from "../replay/judged.ts";
import { judgementLine } from "../report/judgement-text.ts";
import { countOf, titleOf } from "../report/text.ts";
import { withoutColours } from "../report/without-colours.ts";
import { VERSION } from "../version.ts";
import { stepsOf } from "./causes.ts";
import { basename } from "./file-name.ts";
import { mapNames } from "./maps.ts";
import type { OpenTrace, PageTrace } from "./open-trace.ts";
import { visible } from "./visible.ts";

export const sessionAnswer = (
  traces: readonly OpenTrace[],
  report: SessionAnswer["report"] = null,
): SessionAnswer => ({
  shapes: SHAPES,
  version: VERSION,
  traces: traces.map((trace) => trace.use(traceAnswer)),
  report,
});

function traceAnswer(pageTrace: PageTrace): TraceAnswer {
  const { trace, summary, side, path } = pageTrace;
  const { about, count, torn } = trace;
  const { judgement } = trace.judged;
  const { events, first } = judgement.wrong;
  const asked = first === null ? undefined : trace.event(first);
  return {
    side,
    file: visible(basename(path)),
    title: visible(titleOf(about)),
    sentence: visible(sentenceOf(about, count, trace.lastOp + 1, torn)),
    count,
    lastOp: trace.lastOp,
    digest: trace.reader.digest,
    torn,
    virtBase: hex(about.virtBase),
    chipset: about.chipset,
    judgement: {
      word: wordOf(trace),
      line: trace.isJudged ? withoutColours(judgementLine(judgement, trace)) : soFar(events, first),
      events,
      first,
    },
    actors: actors.filter((actor) => summary.actors.size === 0 || summary.actors.has(actor)),
    kinds: [...trace.names.kinds],
    maps: mapNames(pageTrace),
    first: asked === undefined ? null : stepsOf(pageTrace, asked),
  };
}

/** "The workload testgart ran on xen-i386 with legacy hooks and an intel-440bx: 82,084 events in 17 ops." */
function sentenceOf(about: About, count: number, ops: number, torn: boolean): string {
  const size = `${countOf(count, "event")}${ops > 0 ? ` in ${countOf(ops, "op")}` : ""}`;
  const end = torn ? "; its recording has no end (yet)" : "";
  if (about.source === "imported")
    return `A kernel was captured on ${about.platform}, with ${about.hooks} hooks${
      about.origin === null ? "" : `, from ${about.origin}`
    }: ${size}${end}.`;
  const lenient = about.options.lenientIoremap === true ? ", with an ioremap that takes RAM" : "";
  return (
    `The workload ${about.workload} was simulated on ${about.platform} with ${about.hooks} hooks` +
    ` and chipset ${about.chipset}${lenient}: ${size}${end}.`
  );
}

const soFar = (events: number, first: number | null): string =>
  first === null
    ? "nothing wrong as far as it was judged"
    : `wrong: ${countOf(events, "wrong event")} so far, the first #${first}`;
