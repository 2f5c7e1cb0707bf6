// ladders.ts - the page that an event is about, through all address spaces, in one trace or in both.

import { hex, linearVirt, type Phys, phys as physAt, virt as virtAt } from "../address.ts";
import type { LaddersAnswer } from "../answer/shapes.ts";
import { wholeVirt } from "../event/address-text.ts";
import { addressesOf } from "../event/verdict.ts";
import type { Recorded } from "../event/vocabulary.ts";
import { ladderIn, ladderOfPage, partingOf, type Step } from "../replay/ladder.ts";
import { linearOffset } from "../replay/linear.ts";
import { causesOf } from "../replay/provenance.ts";
import type { PageTrace } from "./open-trace.ts";
import { visible } from "./visible.ts";

/** A page by the kernel's address, or by the physical one alone, which is all that some captures tell. */
export type PageAddress = { readonly virt: bigint } | { readonly phys: Phys };

/** The page that an event, or what its address came from, is about; null for none. */
export function pageAddress({ trace }: PageTrace, asked: Recorded | undefined): PageAddress | null {
  if (asked === undefined) return null;
  const chain = [asked, ...causesOf(trace, asked)].map(({ event }) => addressesOf(event));
  const { virtBase } = trace.about;
  const phys = chain.find((one) => one.phys !== null)?.phys;
  const linear = linearOffset(trace);
  if (phys != null && linear !== null)
    return { virt: wholeVirt(linearVirt(physAt(phys), linear), virtBase) };
  const virt = chain.find((one) => one.virt !== null)?.virt;
  if (virt != null) return { virt: wholeVirt(virtAt(virt), virtBase) };
  return phys == null ? null : { phys: physAt(phys) };
}

interface LadderQuestion {
  readonly pageTrace: PageTrace;
  readonly at: number;
  readonly page: PageAddress | null;
}

export function laddersAnswer(asked: readonly LadderQuestion[]): LaddersAnswer {
  const found = asked.map(({ pageTrace, at, page }) => ({
    side: pageTrace.side,
    at,
    page: page === null ? null : pageText(page),
    steps: page === null ? [] : stepsAt(pageTrace, at, page).map(shownStep),
  }));
  const whole = found.map(({ steps }) => steps).filter((steps) => steps.length > 0);
  return { ladders: found, parting: whole.length < 2 ? null : partingOf(whole) };
}

const pageText = (page: PageAddress): string =>
  "virt" in page ? hex(page.virt) : `physical ${hex(page.phys)}`;

function stepsAt({ trace, travel }: PageTrace, at: number, page: PageAddress): Step[] {
  const state = travel.stateAt(at);
  return "virt" in page ? ladderIn(trace, state, page.virt) : ladderOfPage(trace, state, page.phys);
}

const shownStep = ({ name, says, leads }: Step): Omit<Step, "found"> => ({
  name,
  says: says === null ? null : visible(says),
  leads,
});
