// event-text.ts - one event as a line, and its five addresses side by side with another's.

import { hex } from "../address.ts";
import { columnText } from "../event/address-text.ts";
import type { About } from "../event/trace.ts";
import { addressesOf, isWrong, type Verdict } from "../event/verdict.ts";
import { type Event, eventText, type Recorded } from "../event/vocabulary.ts";
import { isPlaced } from "../judgement/inferred.ts";
import type { WrongEvent } from "../judgement/judgement.ts";
import { knownWrongAt } from "../replay/judged.ts";
import { verdictIn } from "../replay/provenance.ts";
import { natureOf } from "../replay/replay.ts";
import type { Trace } from "../replay/trace.ts";
import { inLine } from "../visible.ts";
import { colours } from "./colours.ts";

/** "#437 op 5 driver agp_generic_insert_memory: gatt[0x11] <- 0x1010017 [wrong-space]" */
export function eventLine(
  { seq, op, event }: Recorded,
  verdict: Verdict | null,
  about: About,
): string {
  const by = `${event.actor}${event.place == null ? "" : ` ${inLine(event.place)}`}`;
  // The words of these two begin with their op anyway.
  const within =
    op < 0 || event.kind === "op.began" || event.kind === "op.ended" ? "" : `op ${op} `;
  const placed = isPlaced(about, event) ? colours.dim(", placed by inference") : "";
  const line = `#${seq} ${within}${colours.dim(`${by}:`)} ${spoken(event, about)}${placed}`;
  return verdict === null ? line : `${line} ${verdictText(verdict)}`;
}

/** The same of an event that was judged: what is wrong with it, where its number is not, is named by the check. */
export function judgedLine(
  recorded: Recorded,
  verdict: Verdict | null,
  wrong: WrongEvent | null,
  about: About,
): string {
  const said = wrong?.verdict ?? verdict;
  const line = eventLine(recorded, wrong === null || isWrong(said) ? said : null, about);
  return wrong === null || isWrong(said) || wrong.check === null
    ? line
    : `${line} ${colours.red(`[${wrong.check}]`)}`;
}

/** The same of an event of a trace, by what is known of it without judging the whole for it. */
export const tracedLine = (trace: Trace, recorded: Recorded): string =>
  judgedLine(recorded, verdictIn(trace, recorded), knownWrongAt(trace, recorded.seq), trace.about);

/** What the event says, with the data sheet's name of the register that it speaks of. */
export function spoken(event: Event, about: About): string {
  const text = inLine(eventText(event, about.virtBase));
  if (event.kind !== "register.written" && event.kind !== "register.read") return text;
  const known = natureOf(about).chipset?.registers.find(({ number }) => number === event.register);
  return known === undefined ? text : `${known.name} ${text}`;
}

/** A verdict in brackets; red where hardware would not get there. */
export const verdictText = (verdict: Verdict): string =>
  isWrong(verdict) ? colours.red(`[${verdict}]`) : colours.green(`[${verdict}]`);

/** What each verdict says of a number handed to hardware. */
export const meanings: { readonly [V in Verdict]: string } = {
  identity: "the number is the page's machine address",
  translated: "another number, and it leads to the page all the same",
  "wrong-space": "the pseudo-physical address was used as if it were the machine address",
  truncated: "the machine address lost its upper bits",
  discontiguous: "the table's base is right, but its pages do not follow each other there",
  stale: "the number was right when it was made",
  "foreign-frame": "the number leads to some other frame",
  unknown: "the trace does not say where the page is, or where the number leads",
  outside: "the number was put into a word that is no entry of the table",
};

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
export function addressRows(events: readonly (EventWithCauses | null)[]): string[][] {
  return spaces.map(([space, meaning]) => [
    space,
    meaning,
    ...events.map((event) => {
      const chain = event === null ? [] : [event.recorded, ...event.causes];
      const value = chain.map(({ event }) => addressesOf(event)[space]).find((one) => one !== null);
      return value === undefined ? "-" : columnText(space, value, event!.virtBase);
    }),
  ]);
}

/** An event with the events that its address came from, nearest first. */
export interface EventWithCauses {
  readonly recorded: Recorded;
  readonly causes: readonly Recorded[];
  readonly virtBase: bigint;
}

/** An event's raw word with what it decodes to; null where it has none or its chipset is not known. */
export function wordText(event: Event, about: About): string | null {
  const chipset = natureOf(about).chipset;
  if (chipset === null) return null;
  switch (event.kind) {
    case "gatt.written":
    case "gatt.read": {
      const page = chipset.entry.decode(event.word);
      if (page === null) return `${hex(event.word)}: no page`;
      const beside = event.word - (chipset.entry.encode(page) ?? event.word);
      return `${hex(event.word)}: page ${hex(page)}${beside === 0 ? "" : `, odd bits ${hex(beside)}`}`;
    }
    case "register.written":
    case "register.read": {
      const known = chipset.registers.find(({ number }) => number === event.register);
      const fields = known?.fields.map(({ name, bits: [high, low] }) => {
        const value = Math.floor(event.word / 2 ** low) % 2 ** (high - low + 1);
        return `${name} ${hex(value)}`;
      });
      return [hex(event.word), ...(fields ? [fields.join(", ")] : [])].join(": ");
    }
    default:
      return null;
  }
}
