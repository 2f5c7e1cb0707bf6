// ladders.ts - the page that an event is about, through all address spaces, in one trace or in both.

import type { LaddersAnswer } from "../answer/shapes.ts";
import { addressesOf } from "../event/verdict.ts";
import type { Recorded } from "../event/vocabulary.ts";
import { ladder, partingOf, type Step } from "../replay/ladder.ts";
import { linearOffset } from "../replay/linear.ts";
import { causesOf } from "../replay/provenance.ts";
import type { Shown } from "./open-trace.ts";
import { visible } from "./visible.ts";

/** The kernel's address of the page that an event, or what its address came from, is about; null for none. */
export function pageAddress({ trace }: Shown, asked: Recorded | undefined): bigint | null {
  if (asked === undefined) return null;
  const chain = [asked, ...causesOf(trace, asked)].map(({ event }) => addressesOf(event));
  const { virtBase } = trace.about;
  const phys = chain.find((one) => one.phys !== null)?.phys;
  const linear = linearOffset(trace);
  if (phys != null && linear !== null) return virtBase + BigInt(phys + linear);
  const virt = chain.find((one) => one.virt !== null)?.virt;
  return virt == null ? null : virtBase + BigInt(virt);
}

interface Asked {
  readonly shown: Shown;
  readonly at: number;
  readonly virt: bigint | null;
}

export function laddersAnswer(asked: readonly Asked[]): LaddersAnswer {
  const found = asked.map(({ shown, at, virt }) => ({
    side: shown.side,
    at,
    virt: virt === null ? null : `0x${virt.toString(16)}`,
    steps: virt === null ? [] : ladder(shown.trace, at, virt).map(shownStep),
  }));
  const whole = found.map(({ steps }) => steps).filter((steps) => steps.length > 0);
  return { ladders: found, parting: whole.length < 2 ? null : partingOf(whole) };
}

const shownStep = ({ name, says, leads }: Step): Step => ({
  name,
  says: says === null ? null : visible(says),
  leads,
});
