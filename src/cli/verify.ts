// verify.ts - gartrace verify: replay agrees, digest and judgement hold, and a simulated run runs the same again.

import { isDeepStrictEqual } from "node:util";
import type { Command } from "commander";
import { checks } from "../check/index.ts";
import { toLine } from "../event/line.ts";
import type { Recorded } from "../event/vocabulary.ts";
import type { WrongEvent } from "../judgement/judgement.ts";
import { setupAgain } from "../library/recording.ts";
import { record } from "../recorder/record.ts";
import { judgeBy } from "../replay/judged.ts";
import { type Verification, verify } from "../replay/verify.ts";
import { countOf, inColumns } from "../report/text.ts";
import type { TraceReader } from "../store/read.ts";
import { print, printAnswer } from "./output.ts";
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
    .action((path: string, { json }: { json: boolean }) =>
      reading([path], async ([trace]) => {
        trace!.forgetPages();
        const replay = verify(trace!);
        const digest = trace!.digest === null ? null : trace!.recomputeDigest() === trace!.digest;
        const signatures = trace!.checkSignatures();
        const judgement = judgedAgain(trace!);
        const again = trace!.torn ? null : runAgain(trace!);
        const found = { ...replay, digest, signatures, judgement, again };
        const code = exitCodeOf(found, trace!.torn);
        if (json) await printAnswer("verify", { holds: code === 0, ...found });
        else await print(verifyText(found));
        process.exitCode = code;
      }),
    );
}

function exitCodeOf(
  { differed, digest, signatures, judgement, again }: Found,
  torn: boolean,
): number {
  if (digest === false || signatures.wrong !== null || judgement?.same === false) return 2;
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

type Signatures = ReturnType<TraceReader["checkSignatures"]>;

interface Found extends Verification {
  /** Null where the trace is torn and has none. */
  readonly digest: boolean | null;
  readonly signatures: Signatures;
  /** Null where the file keeps none. */
  readonly judgement: Again | null;
  readonly again: Again | null;
}

function verifyText({ digest, signatures, judgement, again, ...replay }: Found): string {
  const rows = [
    ["replay", replayText(replay)],
    ...replay.disagreements.map(({ seq, what, recorded, replayed }) => [
      "",
      `#${seq} ${what}: recorded ${JSON.stringify(recorded)}, replayed ${JSON.stringify(replayed)}`,
    ]),
    ["digest", digestText(digest)],
    ["signatures", signaturesText(signatures)],
    ["judgement", judgementText(judgement)],
    ["run again", againText(again)],
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
  if (wrong !== null) return `op:${wrong} has not that of its events`;
  return ops === 0 ? "none: no op has one" : "hold";
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
