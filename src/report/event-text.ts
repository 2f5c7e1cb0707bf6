// event-text.ts - one event as a line, and its five addresses side by side with another's.

import pc from "picocolors";
import { addressesOf, isWrong, type Verdict } from "../event/verdict.ts";
import { type Recorded, says } from "../event/vocabulary.ts";

/** "#437 op 5 driver agp_generic_insert_memory: gatt[0x11] <- 0x1010017 [wrong-space]" */
export function eventLine({ seq, op, event }: Recorded, verdict: Verdict | null): string {
  const where = `${event.actor}${event.place == null ? "" : ` ${event.place}`}`;
  const words = `#${seq} ${op < 0 ? "" : `op ${op} `}${pc.dim(`${where}:`)} ${says(event)}`;
  return verdict === null ? words : `${words} ${verdictText(verdict)}`;
}

/** A verdict in brackets; red where hardware would not get there. */
export const verdictText = (verdict: Verdict): string =>
  isWrong(verdict) ? pc.red(`[${verdict}]`) : pc.green(`[${verdict}]`);

const spaces = [
  ["virt", "the kernel's address of the page"],
  ["phys", "what the kernel calls physical"],
  ["machine", "where the page is"],
  ["bus", "the number that hardware was given"],
  ["reached", "where hardware gets to with it"],
] as const;

/**
 * The five addresses of some events, a row each: name, meaning, one column an event. An address that the
 * event does not carry is that of the nearest event it came from.
 */
export function addressRows(events: readonly (Told | null)[]): string[][] {
  return spaces.map(([space, meaning]) => [
    space,
    meaning,
    ...events.map((told) => {
      const tellers = told === null ? [] : [told.recorded, ...told.causes];
      const value = tellers
        .map(({ event }) => addressesOf(event)[space])
        .find((one) => one !== null);
      if (value === undefined) return "-";
      const base = space === "virt" ? told!.virtBase : 0n;
      return `0x${(BigInt(value) + base).toString(16)}`;
    }),
  ]);
}

/** An event with the events that its address came from, nearest first. */
export interface Told {
  readonly recorded: Recorded;
  readonly causes: readonly Recorded[];
  readonly virtBase: bigint;
}
