// verify.ts - gartrace verify: replay agrees, digest and judgement hold, and a simulated run runs the same again.

import type { Command } from "commander";
import { counted } from "../library/columns.ts";
import { repairTrace } from "../library/index-trace.ts";
import { type ProofOutput, tellProof } from "../library/tell-proof.ts";
import { openTrace, type Trace } from "../library/trace.ts";
import { notice, printOutput } from "./output.ts";
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
      const sound = mend ? await mendTrace(path) : null;
      await reading([path], async ([trace]) => {
        const output = sound ?? proof(trace!);
        await printOutput("verify", output, json);
        process.exitCode = output.exitCode;
      });
    });
}

/** A trace that holds is left as it is, and its proof given; null where it was mended. */
async function mendTrace(path: string): Promise<ProofOutput | null> {
  const sound = soundProof(path);
  notice(
    sound === null
      ? `mended ${path}; the file that was there is ${await repairTrace(path)}`
      : `${path} holds: nothing to mend`,
  );
  return sound;
}

/** What cannot be opened or read through does not hold: `repairTrace` tells why, where it cannot mend it. */
function soundProof(path: string): ProofOutput | null {
  try {
    const trace = openTrace(path);
    try {
      const output = proof(trace);
      return output.exitCode === 0 ? output : null;
    } finally {
      trace.close();
    }
  } catch {
    return null;
  }
}

function proof(trace: Trace): ProofOutput {
  const progress = new Progress("verifying", trace.count);
  const began = performance.now();
  try {
    return tellProof(trace, (events) =>
      progress.at(events, rateText(events, performance.now() - began)),
    );
  } finally {
    progress.stop();
  }
}

const rateText = (events: number, took: number): string =>
  `${counted(Math.round((events / took) * 1000))} events/s`;
