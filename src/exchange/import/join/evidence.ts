// evidence.ts - whether a relation of two clocks is borne out: what the device did was done to what was there then.
//
// A relation can fit what was joined wrong, for buffers and names of commands come again. Most of what a device
// does is done to a buffer or a command that is there for a small part of a run: where the relation is another, hardly
// any of it falls into that part.

import { PAGE_SIZE } from "../../../address.ts";
import { type Clocks, type Done, isSame, lies, type Span } from "./spans.ts";

/** What the device did at a time of its own, in microseconds, and all that it can have done it to. */
export interface Deed {
  readonly at: number;
  readonly to: readonly Span[];
}

/** The first and the last moment that the guest's side shows, in microseconds. */
export interface Window {
  readonly from: number;
  readonly to: number;
}

/** What the device did that a relation is held against, at most, of commands and of packets of either way. */
const MOST_DEEDS = 2048;
/** Pages of a packet's buffer. */
const MOST_PAGES = 16;
/** What is there for a larger part of the window than this is there by chance. */
const SMALL = 1 / 16;
/** So many deeds say something. */
const ENOUGH = 16;

/** The part of the deeds that fit; null where too few of them say anything. */
export function partThatFits(
  { deviceTime, within }: Clocks,
  deeds: readonly Deed[],
  window: Window,
): number | null {
  const timeOf = (guest: number) => deviceTime(guest * 1e3);
  const [first, last] = [timeOf(window.from), timeOf(window.to)];
  let [fit, all] = [0, 0];
  for (const deed of deeds) {
    const { at, to: spans } = deed;
    if (at < first || at > last || !isTelling(deed, window)) continue;
    all++;
    const allows = (span: Span) =>
      timeOf(span.begin) - within <= at && at <= timeOf(endIn(span, window)) + within;
    if (spans.some(allows)) fit++;
  }
  return all < ENOUGH ? null : fit / all;
}

/**
 * Microseconds by which a deed is beyond all that it can have been done to, at most: so much the clocks of a guest's
 * CPUs are apart, and no line fits them all. What is as far from them as `another` was done to something else.
 */
export function furthestMiss(
  { deviceTime, within }: Clocks,
  deeds: readonly Deed[],
  window: Window,
  another: number,
): number {
  const timeOf = (guest: number) => deviceTime(guest * 1e3);
  let furthest = 0;
  for (const { at, to } of deeds) {
    const least = to.reduce((best, span) => {
      const [begin, end] = [timeOf(span.begin), timeOf(endIn(span, window))];
      return Math.min(best, Math.max(begin - at, at - end) - within);
    }, another);
    if (least < another) furthest = Math.max(furthest, least);
  }
  return furthest;
}

/** The end of a span; that of the window where it has none. */
export const endIn = ({ end }: Span, { to }: Window): number => (Number.isNaN(end) ? to : end);

/** Whether what a deed can have been done to is there for a small part of the window. */
export function isTelling({ to: spans }: Deed, window: Window): boolean {
  const there = spans.reduce((sum, span) => sum + endIn(span, window) - span.begin, 0);
  return spans.length > 0 && there <= SMALL * (window.to - window.from);
}

/** Commands that the device fetched, or was done with, by name, with all of the guest's that each can be. */
export function commandsOf(
  fetched: ReadonlyMap<string, readonly Done[]>,
  given: ReadonlyMap<string, readonly Span[]>,
  moment: "begin" | "end" = "begin",
): Deed[] {
  return [...fetched].flatMap(([name, all]) =>
    some(all, fetched.size)
      .filter((done) => !Number.isNaN(done[moment]))
      .map((done) => ({
        at: done[moment],
        to: (given.get(name) ?? []).filter((span) => isSame(span.address, done.address)),
      })),
  );
}

/** Packets that a card touched, with all the buffers that can have been theirs. */
export function packetsOf(touched: readonly Done[], mapped: readonly Span[]): Deed[] {
  const pages = new Map<number, Span[]>();
  for (const span of mapped)
    for (const page of pagesOf(span)) {
      const there = pages.get(page);
      if (there === undefined) pages.set(page, [span]);
      else there.push(span);
    }
  return some(touched, 1).map(({ address, begin }) => ({
    at: begin,
    to: (pages.get(pageOf(address)) ?? []).filter((span) => lies(address, span)),
  }));
}

const pageOf = (address: number): number => Math.floor(address / PAGE_SIZE);

/** The pages of a buffer; a large one is no packet's. */
function pagesOf({ address, size }: Span): readonly number[] {
  const [first, last] = [pageOf(address), pageOf(address + Math.max(size, 1) - 1)];
  return last - first < MOST_PAGES
    ? Array.from({ length: last - first + 1 }, (_, i) => first + i)
    : [];
}

/** Evenly chosen ones of a list, as many as are enough of so many lists together. */
function some<T>(list: readonly T[], lists: number): readonly T[] {
  const step = Math.max(Math.ceil((list.length * lists) / MOST_DEEDS), 1);
  return list.filter((_, i) => i % step === 0);
}
