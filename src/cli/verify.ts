// verify.ts - gartrace verify: replay agrees, digest and judgement hold, and a simulated run runs the same again.

import { isDeepStrictEqual } from "node:util";
import type { Command } from "commander";
import { checks } from "../check/index.ts";
import { toLine } from "../event/line.ts";
import type { Recorded } from "../event/vocabulary.ts";
import type { WrongEvent } from "../judgement/judgement.ts";
import { setupAgain } from "../library/recording.ts";
import { State } from "../machine/state.ts";
import { record } from "../recorder/record.ts";
import { judgeBy } from "../replay/judged.ts";
import { natureOf } from "../replay/replay.ts";
import { type Verification, verify } from "../replay/verify.ts";
import { counted, countOf, inColumns } from "../report/text.ts";
import type { TraceReader } from "../store/read.ts";
import { repair } from "../store/repair.ts";
import { notice, print, printAnswer } from "./output.ts";
import { Progress } from "./progress.ts";
import { reading } from "./reading.ts";

export function addVerify(program: Command): void {
  program
    .command("verify")
    .summary("check a trace against its own replay")
    .description(
      "Checks that replay agrees with every recorded observation, that the digest and the ops' signatures hold, " +
        "that judging it again gives the judgement that it keeps, and that running a simulated trace again gives " +
        "the same events. A torn trace is only replayed.\n" +
        "Exit code 0 all that can be compared agrees, 1 replay differs, 2 the file is damaged, or trouble, " +
        "3 torn: it agrees as far as it goes.",
    )
    .argument("<trace>")
    .option("--json", "print JSON", false)
    .option(
      "--repair",
      "mend first what follows from the events; the file that was there is kept beside it",
      false,
    )
    .action(async (path: string, { json, repair: mend }: { json: boolean; repair: boolean }) => {
      if (mend) notice(`mended ${path}; the file that was there is ${await mended(path)}`);
      await reading([path], async ([trace]) => {
        trace!.forgetPages();
        const found = findings(trace!);
        const code = exitCodeOf(found, trace!.torn);
        if (json) await printAnswer("verify", { holds: code === 0, ...found });
        else await print(verifyText(found));
        process.exitCode = code;
      });
    });
}

const mended = (path: string): Promise<string> =>
  repair(path, { start: (about) => new State(natureOf(about)) });

/** Each part reads the whole trace: ten million events take minutes. */
const PARTS = 7;

function findings(trace: TraceReader): Found {
  const progress = new Progress("verifying", PARTS);
  let done = 0;
  const part = <T>(name: string, find: () => T): T => {
    progress.at(done++, name);
    return find();
  };
  try {
    return {
      file: part("file", () => [...trace.troubles()]),
      ...part("replay", () => verify(trace)),
      digest: part("digest", () =>
        trace.digest === null ? null : trace.recomputeDigest() === trace.digest,
      ),
      signatures: part("ops", () => trace.checkOps()),
      keyframes: part("keyframes", () => trace.checkKeyframes(new State(natureOf(trace.about)))),
      judgement: part("judgement", () => judgedAgain(trace)),
      again: part("run again", () => (trace.torn ? null : runAgain(trace))),
    };
  } finally {
    progress.stop();
  }
}

function exitCodeOf(
  { file, differed, digest, signatures, keyframes, judgement, again }: Found,
  torn: boolean,
): number {
  if (file.length > 0 || digest === false || signatures.wrong !== null) return 2;
  if (typeof keyframes?.wrong === "number" || judgement?.same === false) return 2;
  if (differed > 0 || again?.same === false) return 1;
  return torn ? 3 : 0;
}

/** Judges the trace again and compares with what its file keeps; null where it keeps no judgement. */
function judgedAgain(trace: TraceReader): Again | null {
  const { judged, count } = trace;
  if (judged === null) return null;
  const anew: WrongEvent[] = [];
  const { judgement } = judgeBy(trace, checks, (event) => anew.push(event));
  anew.sort((a, b) => a.seq - b.seq);
  let at = 0;
  for (const kept of judged.wrong(1, count, false)) {
    const { seq, verdict, check, root } = kept;
    const wanted = anew[at++];
    if (
      wanted?.seq !== seq ||
      wanted.verdict !== verdict ||
      wanted.check !== check ||
      wanted.root !== root
    )
      return { same: false, seq: Math.min(seq, wanted?.seq ?? seq) };
  }
  if (at < anew.length) return { same: false, seq: anew[at]!.seq };
  return {
    same: isDeepStrictEqual(judged.judgement, JSON.parse(JSON.stringify(judgement))),
    seq: null,
  };
}

/** What doing something again came to. */
interface Again {
  readonly same: boolean;
  /** The first event that is different; null where none is told. */
  readonly seq: number | null;
}

/** Runs a simulated trace's workload again and compares event by event; null for an imported one. */
function runAgain(trace: TraceReader): Again | null {
  const { about } = trace;
  if (about.source !== "simulated" || about.operations === null) return null;
  const recorded = trace.events()[Symbol.iterator]();
  const lineOf = (one: Recorded): string => toLine(one, about.virtBase);
  let different: number | null = null;
  for (const _ of record(setupAgain(about), (seq, op, event) => {
    const was = recorded.next();
    if (different === null && (was.done || lineOf(was.value) !== lineOf({ seq, op, event })))
      different = seq;
  }));
  const further = recorded.next();
  if (!further.done) different ??= further.value.seq;
  return { same: different === null, seq: different };
}

type Signatures = ReturnType<TraceReader["checkOps"]>;
type Keyframes = ReturnType<TraceReader["checkKeyframes"]>;

interface Found extends Verification {
  /** What is wrong with the file beside its events. */
  readonly file: readonly string[];
  /** Null where the trace is torn and has none. */
  readonly digest: boolean | null;
  readonly signatures: Signatures;
  /** Null where the trace has none. */
  readonly keyframes: Keyframes;
  /** Null where the file keeps none. */
  readonly judgement: Again | null;
  readonly again: Again | null;
}

function verifyText({
  file,
  digest,
  signatures,
  keyframes,
  judgement,
  again,
  ...replay
}: Found): string {
  const rows = [
    ["replay", replayText(replay)],
    ...replay.disagreements.map(({ seq, what, recorded, replayed }) => [
      "",
      `#${seq} ${what}: recorded ${JSON.stringify(recorded)}, replayed ${JSON.stringify(replayed)}`,
    ]),
    ["digest", digestText(digest)],
    ["signatures", signaturesText(signatures)],
    ["keyframes", keyframesText(keyframes)],
    ["judgement", judgementText(judgement)],
    ["run again", againText(again)],
    ["file", file[0] ?? "holds"],
    ...file.slice(1).map((trouble) => ["", trouble]),
  ];
  return inColumns(rows);
}

function replayText({ agreed, differed, unknown }: Verification): string {
  const compared =
    differed === 0
      ? `agrees with ${countOf(agreed, "observation")}`
      : `differs from ${countOf(differed, "observation")} and agrees with ${countOf(agreed, "observation")}`;
  return unknown === 0
    ? compared
    : `${compared}; ${countOf(unknown, "observation")} could not be compared: no event before shows what was there`;
}

function signaturesText({ ops, wrong }: Signatures): string {
  if (wrong !== null) return `op:${wrong} is not as its events say`;
  return ops === 0 ? "none: no op has one" : "hold";
}

function keyframesText(keyframes: Keyframes): string {
  if (keyframes === null) return "none: 'gartrace index' makes them";
  if (keyframes.wrong === null) return `agree, all ${counted(keyframes.agreed)}`;
  return `the one at #${keyframes.wrong} is not what replay gives; 'gartrace index --force' makes it again`;
}

function digestText(digest: boolean | null): string {
  if (digest === null) return "none: the trace is torn";
  return digest ? "holds" : "does not hold: the file was changed after its recording";
}

function judgementText(judgement: Again | null): string {
  if (judgement === null) return "none: the trace was not judged by this version";
  if (judgement.same) return "holds";
  const at = judgement.seq === null ? "" : `, first at #${judgement.seq}`;
  return `is not that of its events${at}: the file was changed after it was judged`;
}

function againText(again: Again | null): string {
  if (again === null) return "not done: only a finished simulated trace can be run again";
  return again.same ? "gives the same events" : `first gives another event at #${again.seq}`;
}
