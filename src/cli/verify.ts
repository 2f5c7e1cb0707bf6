// verify.ts - gartrace verify: replay agrees, digest and judgement hold, and a simulated run runs the same again.

import type { Command } from "commander";
import { type Again, type Found, prove } from "../library/proving.ts";
import { State } from "../machine/state.ts";
import { natureOf } from "../replay/replay.ts";
import type { Verification } from "../replay/verify.ts";
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

function findings(trace: TraceReader): Found {
  const progress = new Progress("verifying", trace.count);
  const began = performance.now();
  try {
    return prove(trace, (events) =>
      progress.at(events, rateText(events, performance.now() - began)),
    );
  } finally {
    progress.stop();
  }
}

const rateText = (events: number, took: number): string =>
  `${counted(Math.round((events / took) * 1000))} events/s`;

function exitCodeOf(
  { file, differed, digest, signatures, keyframes, judgement, again }: Found,
  torn: boolean,
): number {
  if (file.length > 0 || digest === false || signatures.wrong !== null) return 2;
  if (typeof keyframes?.wrong === "number" || judgement?.same === false) return 2;
  if (differed > 0 || again?.same === false) return 1;
  return torn ? 3 : 0;
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

function signaturesText({ ops, wrong }: Found["signatures"]): string {
  if (wrong !== null) return `op:${wrong} is not as its events say`;
  return ops === 0 ? "none: no op has one" : "hold";
}

function keyframesText(keyframes: Found["keyframes"]): string {
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
