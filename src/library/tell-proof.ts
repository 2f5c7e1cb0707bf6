// tell-proof.ts - what came of holding everything against a trace.

import type { Verification } from "../replay/verify.ts";
import { counted, countOf, inColumns } from "../report/text.ts";
import { type Output, output } from "./output.ts";
import { type Proof, prove, type Repetition } from "./prove.ts";
import { readerOf, type Trace } from "./trace.ts";

/** What `gartrace verify` prints, and the code that it ends with. */
export interface ProofOutput extends Output {
  /** 0 all that can be compared agrees, 1 replay differs, 2 the file is damaged, 3 torn. */
  readonly exitCode: number;
}

/** Holds a trace to its own replay, digest, judgement and run; `hear` is told how many events are done. */
export function tellProof(trace: Trace, hear: (events: number) => void = () => {}): ProofOutput {
  const reader = readerOf(trace);
  reader.forgetPages();
  const found = prove(reader, hear);
  const exitCode = exitCodeOf(found, trace.torn);
  const both = output(
    () => verifyText(found),
    () => ({ holds: exitCode === 0, ...found }),
  );
  return Object.assign(both, { exitCode });
}

function exitCodeOf(
  { file, differed, digest, signatures, keyframes, judgement, again }: Proof,
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
}: Proof): string {
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

function signaturesText({ ops, wrong }: Proof["signatures"]): string {
  if (wrong !== null) return `op:${wrong} is not as its events say`;
  return ops === 0 ? "none: no op has one" : "hold";
}

function keyframesText(keyframes: Proof["keyframes"]): string {
  if (keyframes === null) return "none: 'gartrace index' makes them";
  if (keyframes.wrong === null) return `agree, all ${counted(keyframes.agreed)}`;
  return `the one at #${keyframes.wrong} is not what replay gives; 'gartrace index --force' makes it again`;
}

function digestText(digest: boolean | null): string {
  if (digest === null) return "none: the trace is torn";
  return digest ? "holds" : "does not hold: the file was changed after its recording";
}

function judgementText(judgement: Repetition | null): string {
  if (judgement === null) return "none: the trace was not judged by this version";
  if (judgement.same) return "holds";
  const at = judgement.seq === null ? "" : `, first at #${judgement.seq}`;
  return `is not that of its events${at}: the file was changed after it was judged`;
}

function againText(again: Repetition | null): string {
  if (again === null)
    return "not done: only a finished simulated trace that says what it ran can be run again";
  return again.same ? "gives the same events" : `first gives another event at #${again.seq}`;
}
