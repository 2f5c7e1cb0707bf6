// events.ts - gartrace events: the events of a trace, a line each.

import type { Command } from "commander";
import { toJson } from "../event/line.ts";
import { type KindName, kindNames, type Recorded } from "../event/vocabulary.ts";
import { unknownName } from "../fault.ts";
import { isPlaced } from "../judgement/inferred.ts";
import type { WrongEvent } from "../judgement/judgement.ts";
import { judgedOf } from "../replay/judged.ts";
import { momentOf, positions } from "../replay/position.ts";
import { verdictIn } from "../replay/provenance.ts";
import { judgedLine } from "../report/event-text.ts";
import type { TraceReader } from "../store/read.ts";
import { notice, Output } from "./output.ts";
import { reading, sayIfUnjudged } from "./reading.ts";
import { whereOf, whereOption } from "./where.ts";

interface Options {
  readonly from?: string;
  readonly to?: string;
  readonly kind?: readonly KindName[];
  readonly wrong: boolean;
  readonly where?: string;
  readonly json: boolean;
}

export function addEvents(program: Command): void {
  program
    .command("events")
    .summary("print the events of a trace")
    .description(
      "Prints the events of a trace, a line each: number, op, who did it and where in the kernel, what, " +
        `and where a number that hardware was given leads.\nPositions are ${positions}.`,
    )
    .argument("<trace>")
    .option("--from <position>", "start with this event")
    .option("--to <position>", "stop after this event")
    .option("--kind <kinds>", "only these kinds, separated by commas", kinds)
    .addOption(whereOption())
    .option("--wrong", "only events of which something is wrong", false)
    .option("--json", "print lines of JSON", false)
    .action((path: string, options: Options) => {
      const holds = options.where === undefined ? null : whereOf(options.where);
      return reading([path], async ([trace]) => {
        const output = new Output();
        let printed = 0;
        const from = options.from === undefined ? 1 : momentOf(trace!, options.from);
        const to = options.to === undefined ? trace!.count : momentOf(trace!, options.to);
        if (options.wrong) sayIfUnjudged(path, trace!);
        const wanted = options.wrong
          ? wrongEvents(trace!, from, to)
          : judgedEvents(trace!, Math.max(from, 1), to);
        for (const { recorded, wrong } of wanted) {
          if (options.kind !== undefined && !options.kind.includes(recorded.event.kind)) continue;
          if (holds?.(trace!, recorded) === false) continue;
          printed++;
          await output.line(
            options.json
              ? lineOf(trace!, recorded)
              : judgedLine(recorded, verdictIn(trace!, recorded), wrong, trace!.about),
          );
        }
        await output.flush();
        if (printed === 0) notice("gartrace: the trace has no such event");
      });
    });
}

/** The event as a line of JSON, and whether it has its place by inference. */
function lineOf({ about }: TraceReader, recorded: Recorded): string {
  const json = toJson(recorded, about.virtBase);
  return JSON.stringify(
    isPlaced(about, recorded.event) ? { ...json, placed: "by inference" } : json,
  );
}

/** An event, and what is wrong with it. */
interface JudgedEvent {
  readonly recorded: Recorded;
  readonly wrong: WrongEvent | null;
}

function* wrongEvents(trace: TraceReader, from: number, to: number): Generator<JudgedEvent> {
  for (const wrong of judgedOf(trace).wrong(from, to, false))
    yield { recorded: trace.event(wrong.seq)!, wrong };
}

/** All of them; where the file does not say which are wrong, their numbers alone speak. */
function* judgedEvents(trace: TraceReader, from: number, to: number): Generator<JudgedEvent> {
  const wrong = trace.judged?.wrong(from, to, false);
  let next = wrong?.next();
  for (const recorded of trace.events(from, to)) {
    const isNext = next?.done === false && next.value.seq === recorded.seq;
    yield { recorded, wrong: isNext ? next!.value : null };
    if (isNext) next = wrong!.next();
  }
}

function kinds(text: string): KindName[] {
  return text.split(",").map((name) => {
    const kind = kindNames.find((known) => known === name);
    if (kind === undefined) throw unknownName("kind", name, kindNames);
    return kind;
  });
}
