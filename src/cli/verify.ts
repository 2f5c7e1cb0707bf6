// verify.ts - gartrace verify: replay agrees, the digest holds, and a simulated run runs the same again.

import type { Command } from "commander";
import { toLine } from "../event/line.ts";
import type { Recorded } from "../event/vocabulary.ts";
import { record } from "../recorder/record.ts";
import { type Verification, verify } from "../replay/verify.ts";
import { countOf, inColumns } from "../report/text.ts";
import type { TraceReader } from "../store/read.ts";
import { print, printJson } from "./output.ts";
import { reading } from "./reading.ts";
import { setupAgain } from "./recording.ts";

export function addVerify(program: Command): void {
  program
    .command("verify")
    .summary("check a trace against its own replay")
    .description(
      "Checks that replay agrees with every recorded observation, that the digest and the ops' signatures hold, and " +
        "that running a simulated trace again gives the same events. A torn trace is only replayed.\n" +
        "Exit code 0 it holds, 1 something does not, 2 trouble.",
    )
    .argument("<trace>")
    .option("--json", "print JSON", false)
    .action((path: string, { json }: { json: boolean }) =>
      reading([path], async ([trace]) => {
        trace!.forgetPages();
        const replay = verify(trace!);
        const digest = trace!.digest === null ? null : trace!.recomputeDigest() === trace!.digest;
        const signatures = trace!.checkSignatures();
        const again = trace!.torn ? null : runAgain(trace!);
        const holds =
          replay.differed === 0 &&
          digest !== false &&
          signatures.wrong === null &&
          (again === null || again.same);
        const found = { ...replay, digest, signatures, again };
        if (json) await printJson({ holds, ...found });
        else await print(verifyText(found));
        if (!holds) process.exitCode = 1;
      }),
    );
}

interface Again {
  readonly same: boolean;
  /** The first event that is different. */
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
  readonly again: Again | null;
}

function verifyText({ digest, signatures, again, ...replay }: Found): string {
  const rows = [
    ["replay", replayText(replay)],
    ...replay.disagreements.map(({ seq, what, recorded, replayed }) => [
      "",
      `#${seq} ${what}: recorded ${JSON.stringify(recorded)}, replayed ${JSON.stringify(replayed)}`,
    ]),
    ["digest", digestText(digest)],
    ["signatures", signaturesText(signatures)],
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

function againText(again: Again | null): string {
  if (again === null) return "not done: only a finished simulated trace can be run again";
  return again.same ? "gives the same events" : `first gives another event at #${again.seq}`;
}
