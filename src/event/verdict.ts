// verdict.ts - what an event's addresses say: does the number lead where it was meant to?
//
// The one home of the rule. `leadsTo` decides by the event alone; fingerprints, comparisons and the search for
// wrong events read its codes. `verdictOf` refines them by the event that the address came from. The view
// `events` has the rule in SQL, in its migration; test/store/verdict.test.ts holds all of them to each other,
// for every arrangement of addresses.

import { at } from "./field.ts";
import type { Use } from "./kind.ts";
import type { Cells } from "./row.ts";
import { accesses, declarationOf, type Event, kindNames } from "./vocabulary.ts";

/** All verdicts, in the order of their codes. */
export const verdicts = [
  "identity", // the number is the machine address
  "translated", // another number, and it leads there all the same
  "wrong-space", // the pseudo-physical address was used as if it were the machine address
  "truncated", // the machine address lost its upper bits
  "discontiguous", // the table's base is right, but its pages do not follow each other there
  "stale", // the number was right when it was made
  "foreign-frame", // it leads to some other frame
  "unknown", // the trace does not say where the page is, or where the number leads
  "outside", // the number was put into a word that is no entry of the table
] as const;
/** What an event's addresses say: where the number leads. `gartrace explain` has each word. */
export type Verdict = (typeof verdicts)[number];

/** What the rule reads of an event; null where nothing is known. */
export interface Addresses {
  readonly kind: string;
  readonly virt: number | null;
  readonly phys: number | null;
  readonly machine: number | null;
  readonly bus: number | null;
  readonly reached: number | null;
}

/** The address columns of an event, null where it has none. */
export function addressesOf(event: Event): Addresses {
  const { virt, phys, machine, bus, reached } = event as {
    readonly [column in keyof Addresses]?: unknown;
  };
  const number = (value: unknown) => (value == null ? null : (value as number));
  return {
    kind: event.kind,
    virt: number(virt),
    phys: number(phys),
    machine: number(machine),
    bus: number(bus),
    reached: number(reached),
  };
}

/** Whether hardware would not get to the page that was meant. */
export const isWrong = (verdict: Verdict | null): boolean =>
  verdict !== null && verdict !== "identity" && verdict !== "translated" && verdict !== "unknown";

/** Where the number of an event leads: the rule by the event alone. The codes stand in fingerprints. */
export const NO_NUMBER = 0; // hardware was handed none
export const UNKNOWN = 1; // the trace does not say where the page is
export const RIGHT = 2; // to the page that was meant
export const WRONG_SPACE = 3; // to the pseudo-physical address, used as if it were the machine address
export const OTHER_FRAME = 4; // to another frame
export const NOWHERE = 5; // a device's access reached no memory

/** Whether a number leads to another page than the one that was meant, or to none. */
export const isAstray = (leads: number): boolean => leads >= WRONG_SPACE;

/** Whether a number was used and the trace does not show that it leads to its page. */
export const isUnproven = (leads: number): boolean => leads !== NO_NUMBER && leads !== RIGHT;

/** Only an access of a device has an answer where nothing was reached: other events make no use of the number. */
export const isAccess = (kind: string): boolean => (accesses as readonly string[]).includes(kind);

export function leadsTo(
  access: boolean,
  phys: number | null,
  machine: number | null,
  bus: number | null,
  reached: number | null,
): number {
  if (bus === null || (reached === null && !access)) return NO_NUMBER;
  if (machine === null) return UNKNOWN;
  if (reached === null) return NOWHERE;
  if (reached === machine) return RIGHT;
  return reached === phys ? WRONG_SPACE : OTHER_FRAME;
}

const { phys: PHYS, machine: MACHINE, bus: BUS, reached: REACHED } = at;

/** The same of a row; `filled` has a bit for each column that it fills. Hot: once an event while recording. */
export function rowLeadsTo(row: Cells, start: number, filled: number, access: boolean): number {
  if ((filled & (1 << BUS)) === 0) return NO_NUMBER;
  const phys = (filled & (1 << PHYS)) === 0 ? null : row[start + PHYS]!;
  const machine = (filled & (1 << MACHINE)) === 0 ? null : row[start + MACHINE]!;
  const reached = (filled & (1 << REACHED)) === 0 ? null : row[start + REACHED]!;
  return leadsTo(access, phys, machine, row[start + BUS]!, reached);
}

const uses = new Map<string, Use>(kindNames.map((kind) => [kind, declarationOf(kind).use]));

/** Which use of a number an event of this kind tells of. */
export const useOf = (kind: string): Use => uses.get(kind) ?? "none";

/** Where the number of a use leads; NO_NUMBER for what is no use. */
export function useLeadsTo(
  use: Use,
  phys: number | null,
  machine: number | null,
  bus: number | null,
  reached: number | null,
): number {
  if (use === "none") return NO_NUMBER;
  if (use === "remapped" && phys === null && machine === null) return NO_NUMBER;
  if (use !== "returned") return leadsTo(use === "access", phys, machine, bus, reached);
  if (bus === null) return NO_NUMBER;
  if (machine === null) return UNKNOWN;
  if (bus === machine) return RIGHT;
  if (bus === phys) return WRONG_SPACE;
  // A bus that sees memory at an offset, as alpha's PCI does: the number alone does not tell.
  return isCut(machine, bus) ? OTHER_FRAME : UNKNOWN;
}

const PAGE = (1 << PHYS) | (1 << MACHINE);

/** The same of a row. Hot: once an event while recording. */
export function rowUseLeadsTo(row: Cells, start: number, filled: number, use: Use): number {
  if (use === "none" || (filled & (1 << BUS)) === 0) return NO_NUMBER;
  if (use === "remapped" && (filled & PAGE) === 0) return NO_NUMBER;
  if (use !== "returned") return rowLeadsTo(row, start, filled, use === "access");
  const phys = (filled & (1 << PHYS)) === 0 ? null : row[start + PHYS]!;
  const machine = (filled & (1 << MACHINE)) === 0 ? null : row[start + MACHINE]!;
  return useLeadsTo(use, phys, machine, row[start + BUS]!, null);
}

/** `isUnproven` of a use in SQL, over the columns of `event`; `kinds` are the trace's, by their codes. */
export function unprovenSql(kinds: readonly string[]): string {
  const of = (use: Use): string =>
    kinds.flatMap((kind, code) => (useOf(kind) === use ? [code] : [])).join(", ");
  return (
    `bus IS NOT NULL AND kind NOT IN (${of("none")}) ` +
    `AND NOT (kind IN (${of("remapped")}) AND phys IS NULL AND machine IS NULL) AND iif(kind IN (${of("returned")}), ` +
    "machine IS NULL OR bus IS NOT machine, (machine IS NULL OR reached IS NOT machine) " +
    `AND (reached IS NOT NULL OR kind IN (${of("access")})))`
  );
}

/** The verdict of an event, given the event that its address came from; null for what is no use of a number. */
export function verdictOf(event: Addresses, cause: Addresses | null): Verdict | null {
  const { kind, phys, machine, bus } = event;
  const use = useOf(kind);
  const leads = useLeadsTo(use, phys, machine, bus, event.reached);
  const reached = use === "returned" ? bus : event.reached;
  if (leads === NO_NUMBER) return null;
  if (leads === UNKNOWN) return "unknown";
  if (leads === RIGHT) return bus === machine ? "identity" : "translated";
  if (leads === WRONG_SPACE) return "wrong-space";
  if (isCut(machine, reached)) return "truncated";
  if (cause?.kind === "register.written" || cause?.kind === "gatt.written") {
    if (cause.reached === null || cause.reached === cause.machine)
      return cause.kind === "gatt.written" ? "stale" : "discontiguous";
    if (leads === NOWHERE) return mistakeOf(cause);
  }
  return leads === NOWHERE ? "unknown" : "foreign-frame";
}

/**
 * The verdict of a use whose number leads to the page that was meant; null where all of the rule has to be asked. Hot:
 * nearly every use while recording, at the price of a few comparisons (bench: record).
 */
export function rightVerdict(use: Use, event: Event | Addresses): "identity" | "translated" | null {
  const { machine, bus, reached } = event as { readonly [column in keyof Addresses]?: unknown };
  if (use === "none" || bus == null || machine == null) return null;
  if (use === "returned") return bus === machine ? "identity" : null;
  if (reached !== machine) return null;
  return bus === machine ? "identity" : "translated";
}

/**
 * The same where the event that its address came from has yet to be looked up by its seq: that is done only where the
 * answer depends on it.
 */
export function verdictBy(
  event: Addresses,
  cause: number | null | undefined,
  addressesAt: (seq: number) => Addresses | null,
): Verdict | null {
  const alone = verdictOf(event, null);
  // Where the page is not known, nothing tells what its number was mistaken for.
  if (cause == null || event.machine === null) return alone;
  if (alone !== "unknown" && alone !== "foreign-frame") return alone;
  return verdictOf(event, addressesAt(cause));
}

/** What the written address was mistaken for, where it does not lead to its page. */
function mistakeOf({ phys, machine, reached }: Addresses): Verdict {
  if (reached === phys) return "wrong-space";
  return isCut(machine, reached) ? "truncated" : "foreign-frame";
}

/** The narrowest PCI devices drive 30 address lines (Broadcom's 4400, drivers/net/b44.c). */
const NARROWEST = 2 ** 30;

/** Whether an address without its upper bits, from 30 on, is the other. */
function isCut(whole: number | null, cut: number | null): boolean {
  for (let lines = NARROWEST; lines <= (whole ?? 0); lines *= 2)
    if (whole! % lines === cut) return true;
  return false;
}
