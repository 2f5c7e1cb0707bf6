// verdict.ts - what an event's addresses say: does the number lead where it was meant to?
//
// One rule in two languages: `verdictOf` for this program, `verdictSql` for the view `events`.
// A test holds them to each other over whole traces.

import type { Event } from "./vocabulary.ts";

export const verdicts = [
  "identity", // the number is the machine address
  "translated", // another number, and it leads there all the same
  "wrong-space", // the pseudo-physical address was used as if it were the machine address
  "truncated", // the machine address lost its upper bits
  "discontiguous", // the table's base is right, but its pages do not follow each other there
  "stale", // the number was right when it was made
  "foreign-frame", // it leads to some other frame
  "unknown", // the trace does not say where the page is, or where the number leads
] as const;
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
  verdict !== null && !["identity", "translated", "unknown"].includes(verdict);

/** The verdict of an event, given the event that its address came from; null where no number was used. */
export function verdictOf(event: Addresses, cause: Addresses | null): Verdict | null {
  const { kind, machine, bus, reached } = event;
  const device = kind === "device.read" || kind === "device.wrote";
  if (bus === null || (reached === null && !device)) return null;
  if (machine === null) return "unknown";
  if (reached === machine) return bus === machine ? "identity" : "translated";
  if (reached !== null) {
    const direct = directly(event);
    if (direct !== "foreign-frame") return direct;
  }
  if (cause?.kind === "register.written" || cause?.kind === "gatt.written") {
    const right = cause.reached === null || cause.reached === cause.machine;
    if (right) return cause.kind === "gatt.written" ? "stale" : "discontiguous";
    if (reached === null) return directly(cause);
  }
  return reached === null ? "unknown" : "foreign-frame";
}

/** What `reached` alone says, where it is not `machine`. */
function directly({ phys, machine, reached }: Addresses): Verdict {
  if (reached === phys) return "wrong-space";
  return isCut(machine, reached) ? "truncated" : "foreign-frame";
}

/** The narrowest PCI devices drive 30 address lines (Broadcom's 4400, drivers/net/b44.c). */
const NARROWEST = 2 ** 30;

/** Whether an address without its upper bits, from 30 on, is the other. */
function isCut(whole: number | null, cut: number | null): boolean {
  if (whole === null || cut === null || whole <= cut) return false;
  const lost = whole - cut;
  let lowest = NARROWEST;
  if (lost % lowest !== 0) return false;
  while (lost % (lowest * 2) === 0) lowest *= 2;
  return cut < lowest;
}

/** x & -x is the lowest bit of x. */
const isCutSql = (e: string) =>
  `${e}.machine > ${e}.reached AND (${e}.machine - ${e}.reached) % ${NARROWEST} = 0 AND ` +
  `${e}.reached < ((${e}.machine - ${e}.reached) & (${e}.reached - ${e}.machine))`;

const directlySql = (e: string) =>
  `CASE WHEN ${e}.reached = ${e}.phys THEN 'wrong-space' ` +
  `WHEN ${isCutSql(e)} THEN 'truncated' ELSE 'foreign-frame' END`;

/**
 * The same rule as an SQL expression over `e` (an event), `k` (its kind's row in `kind`).
 * The event that the address came from is looked up only where the answer depends on it.
 */
export const verdictSql = `CASE
  WHEN e.bus IS NULL OR (e.reached IS NULL AND k.name NOT IN ('device.read', 'device.wrote')) THEN NULL
  WHEN e.machine IS NULL THEN 'unknown'
  WHEN e.reached = e.machine THEN CASE WHEN e.bus = e.machine THEN 'identity' ELSE 'translated' END
  WHEN e.reached IS NOT NULL AND ${directlySql("e")} <> 'foreign-frame' THEN ${directlySql("e")}
  ELSE coalesce((
    SELECT CASE
      WHEN c.reached IS NULL OR c.reached = c.machine
        THEN CASE ck.name WHEN 'gatt.written' THEN 'stale' ELSE 'discontiguous' END
      WHEN e.reached IS NULL THEN ${directlySql("c")} END
    FROM event c JOIN kind ck ON ck.code = c.kind
    WHERE c.seq = e.cause AND ck.name IN ('register.written', 'gatt.written')
  ), CASE WHEN e.reached IS NULL THEN 'unknown' ELSE 'foreign-frame' END)
END`;
