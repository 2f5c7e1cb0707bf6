// fork.ts - gartrace fork: runs a simulated trace again, and on from an op with something changed.

import { resolve } from "node:path";
import type { Command } from "commander";
import { toLine } from "../event/line.ts";
import type { Recorded } from "../event/vocabulary.ts";
import { UserError } from "../fault.ts";
import { recordTo, setupAgain } from "../library/recording.ts";
import { momentOf, positions } from "../replay/position.ts";
import { TimeTravel } from "../replay/travel.ts";
import { aboutRun, type Setup } from "../scenario/setup.ts";
import type { TraceReader } from "../store/read.ts";
import { changeAt } from "../workload/change.ts";
import { notice, printAnswer } from "./output.ts";
import { assertOther, reading } from "./reading.ts";
import { recordedText, sayIfApart, writtenJson } from "./record.ts";
import { steered } from "./steered.ts";

interface Options {
  readonly at: string;
  readonly set: readonly string[];
  readonly output: string;
  readonly force: boolean;
  readonly json: boolean;
}

export function addFork(program: Command): void {
  program
    .command("fork")
    .summary("run a simulated trace again, and on from an op with something changed")
    .description(
      "Runs the workload of a simulated trace as it was, up to the op that a position is in, and from the " +
        "beginning of that op on with something changed: hooks=NAME (which functions the driver calls), " +
        "device=yes|no, lenient-ioremap=yes|no. What was done before stays done: a table that the old hooks " +
        "made is not made again.\nThe new trace names its parent and the moment at which it left it.",
    )
    .argument("<trace>")
    .requiredOption("--at <position>", positions)
    .requiredOption("--set <changes>", "what is different, NAME=VALUE[,NAME=VALUE]", collected, [])
    .requiredOption("-o, --output <file>", "the trace to write")
    .option("-f, --force", "overwrite the trace if it exists", false)
    .option("--json", "print what was recorded as JSON", false)
    .action((path: string, { at, set, output, force, json }: Options) =>
      reading([path], async ([trace]) => {
        assertOther(output, path);
        const { setup, parent, first } = forked(path, trace!, momentOf(trace!, at), set);
        const about = { ...aboutRun(setup), parent };
        const see = likeParent(trace!, first);
        const written = await steered("recording", (steering) =>
          recordTo(output, setup, force, { ...steering, fork: { about, see } }),
        );
        sayIfApart(written);
        if (json) await printAnswer("fork", { ...writtenJson(written), parent });
        else notice(`${recordedText(written)}; it leaves ${path} after #${parent.moment}`);
      }),
    );
}

/** Pieces at commas before a name; a mixture of hooks has commas and names of its own. */
function collected(text: string, before: readonly string[]): string[] {
  const names = "hooks|device|lenient-ioremap|platform|chipset|seed|workload";
  return [...before, ...text.split(new RegExp(`,(?=(?:${names})=)`))];
}

interface Forked {
  readonly setup: Setup;
  readonly parent: { readonly trace: string; readonly moment: number };
  /** The first event that can be another one. */
  readonly first: number;
}

function forked(path: string, trace: TraceReader, moment: number, set: readonly string[]): Forked {
  const { about } = trace;
  if (about.source !== "simulated" || about.operations === null)
    throw new UserError(
      `${path} is imported: what ran there cannot be run on here; fork a trace that 'gartrace record' made`,
    );
  const began = { kinds: ["op.began"] } as const;
  const here = trace.event(moment)?.op ?? -1;
  const op = here < 0 ? new TimeTravel(trace).next(began, moment)?.op : here;
  const row = op === undefined ? undefined : trace.op(op);
  if (row === undefined) throw new UserError(`no op is at #${moment} or after it, to run on from`);
  const setup = setupAgain(about);
  const changes = [
    ...(setup.changes ?? []).filter((change) => change.op <= row.op),
    ...set.map((text) => changeAt(row.op, text, setup.platform)),
  ];
  const parent = { trace: trace.digest ?? resolve(path), moment: row.first - 1 };
  return { setup: { ...setup, changes }, parent, first: row.first };
}

/** Compares the run with its parent up to the op where it differs: before that, both must have the same events. */
function likeParent(trace: TraceReader, first: number): (recorded: Recorded) => void {
  const events = trace.events(1, first - 1)[Symbol.iterator]();
  return (recorded) => {
    if (recorded.seq >= first) return;
    const was = events.next();
    if (
      !was.done &&
      toLine(was.value, trace.about.virtBase) === toLine(recorded, trace.about.virtBase)
    )
      return;
    throw new UserError(
      `this gartrace runs the workload otherwise than the one that recorded it, from #${recorded.seq} on; ` +
        "record the trace again and fork that one",
    );
  };
}
