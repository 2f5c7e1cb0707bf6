// alike.ts - whether a part of a trace comes to what the whole comes to there: the state at its beginning, and what is wrong in it.

import { Judge } from "../../../judgement/judge.ts";
import type { WrongEvent } from "../../../judgement/judgement.ts";
import { State } from "../../../machine/state.ts";
import { natureOf } from "../../../replay/replay.ts";
import type { TraceReader } from "../../../store/read.ts";
import { Part, type Stretch } from "./part.ts";

/** The part with as little of the past as it is judged alike with. */
export function partOf(trace: TraceReader, stretch: Stretch): Part {
  const whole = Part.whole(trace, stretch);
  const part = Part.standing(trace, stretch);
  if (part.start === whole.start) return whole;
  const [wanted, found] = [foldedTo(whole), foldedTo(part)];
  return wanted.state === found.state && wanted.wrong === found.wrong ? part : whole;
}

/** The state at the beginning of a part, and what is wrong in it, as texts without the numbers of events. */
function foldedTo(part: Part): { readonly state: string; readonly wrong: string } {
  const state = new State(natureOf(part.about));
  const found: WrongEvent[] = [];
  const judge = new Judge(part.about, state, { past: part, wrong: (event) => found.push(event) });
  let atStart = part.start === 0 ? fingerprint(state) : "";
  for (const recorded of part.events()) {
    judge.fold(recorded);
    if (recorded.seq === part.start) atStart = fingerprint(state);
  }
  judge.end();
  const wrong = found
    .filter(({ seq }) => seq > part.start)
    .map(({ seq, verdict, check, root }) => [seq - part.start, verdict, check, root]);
  return { state: atStart, wrong: JSON.stringify(wrong.sort(bySeq)) };
}

const bySeq = ([a]: unknown[], [b]: unknown[]): number => (a as number) - (b as number);

/** Tables of numbers of events, which are others in a part. */
const ofSeqs = /^(written|allocated|gap)$|\.seq$/;

/** All of a state but the numbers of events; links of DMA mappings are numbered as they came, so these go by what they are. */
function fingerprint(state: State): string {
  const lines: string[] = [`op ${state.op}`];
  for (const [name, table] of state.tables)
    if (!ofSeqs.test(name) && !name.startsWith("dma."))
      lines.push(`${name} ${[...table.entries()].join(" ")}`);
  const mapped = [...state.dma].map(({ handle, device, bytes }) => `${handle} ${device} ${bytes}`);
  return [...lines, ...mapped.sort()].join("\n");
}
