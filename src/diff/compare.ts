// compare.ts - when two events are partners, and what a pair of partners is.
//
// Partners have the same key: what they say apart from where frames happened to lie. By default numbers
// may differ as long as both lead to the page that was meant; under `exact` every number must be the same
// that both traces can know.

import { raw } from "../address.ts";
import type { About } from "../event/trace.ts";
import { isWrong } from "../event/verdict.ts";
import { declared, type Event } from "../event/vocabulary.ts";
import type { Seen } from "./side.ts";

export const classes = [
  "same",
  "same after translation",
  "wrong-space",
  "wrong-frame",
  "missing",
  "extra",
  "reordered",
] as const;
export type PairClass = (typeof classes)[number];

/** What only the platform does has no partner on another one. */
const PLATFORM = /^(p2m|hypercall|iommu|dma)\.|^call\.entered$/;

/**
 * What a recording of the real driver does not hold: the harness saw the driver, not the hypervisor's
 * single steps, nor the client, nor the hardware.
 */
const isBeyondRecording = (event: Event): boolean =>
  event.kind === "hypercall.made" ||
  event.actor === "cpu" ||
  event.actor === "card" ||
  event.actor === "chipset";

/** Whether an event takes part in the comparison of these two traces. */
export function takesPart(event: Event, exact: boolean, a: About, b: About): boolean {
  if (!exact && PLATFORM.test(event.kind)) return false;
  if (a.source === "imported" || b.source === "imported") return !isBeyondRecording(event);
  return a.options.device === b.options.device || !isOfDevice(event);
}

/** What only a run with client and card holds; the kernel's own faults are in any. */
const isOfDevice = (event: Event): boolean =>
  event.actor === "cpu" ||
  event.actor === "card" ||
  (event.kind === "fault.raised" && event.fault === "invalid-entry");

/** Fields whose values say where frames lie, in any kind; judged by verdict and page instead. */
const PLACES = new Set([
  "virt",
  "phys",
  "machine",
  "bus",
  "reached",
  "frame",
  "allocation",
  "handle",
  "page",
  "tag",
]);
/** Fields of every event that say how it was recorded rather than what happened. */
const APART = new Set(["cause", "at", "actor", "place"]);

/** What partners share. Addresses within a word do not count, its other bits do. */
export function keyOf({ recorded: { event } }: Seen): string {
  if (event.kind === "table.remapped" && event.way !== "iounmap") return `remap ${event.way}`;
  if (event.kind === "fault.raised" && event.text === "ioremap_nocache")
    return "remap ioremap_nocache";
  if (event.kind === "hook.called")
    return event.hook.endsWith("_to_virt") ? "hook from device" : "hook to device";
  let key: string = event.kind;
  for (const name of Object.keys(declared(event.kind).fields)) {
    const value = (event as unknown as { [name: string]: unknown })[name];
    if (value == null || PLACES.has(name)) continue;
    key += ` ${name === "word" ? wordKey(event, value as number) : String(value)}`;
  }
  return key;
}

/** A GATT word, or a register that holds the table's address, by the bits beside the address. */
function wordKey(event: Event, word: number): string {
  const table = event.kind.startsWith("gatt.") || event.kind.startsWith("directory.");
  const bus = "bus" in event ? (event.bus ?? null) : null;
  if (word === 0 || (bus === null && !table)) return `${word}`;
  const beside = bus === null ? word % 4096 : word - (raw(bus) % 2 ** 32);
  // Where the address does not stand in the word as it is, no bits can be told from it.
  return beside >= 0 && beside < 4096 ? `address+${beside}` : "address";
}

/** The fields in which two events of one kind differ, where both fill them or `strict` says both could. */
export function differing(a: Event, b: Event, strict: boolean): string[] {
  if (a.kind !== b.kind) return ["kind"];
  const [one, two] = [a, b] as unknown as { [name: string]: unknown }[];
  const names = [...Object.keys(declared(a.kind).fields), "actor", "place"];
  return names.filter((name) => {
    const [left, right] = [one![name], two![name]];
    if (left == null || right == null) return strict && (left ?? null) !== (right ?? null);
    return left !== right;
  });
}

/** What a pair of partners is, by where their numbers lead. */
export function judge(a: Seen, b: Seen): PairClass {
  const wrong = isWrong(a.verdict) !== isWrong(b.verdict);
  const bad = isWrong(a.verdict) ? a : b;
  if (wrong) return bad.verdict === "wrong-space" ? "wrong-space" : "wrong-frame";
  if (a.recorded.event.kind !== b.recorded.event.kind) return "wrong-frame";
  if (a.page !== null && b.page !== null && a.page !== b.page) return "wrong-frame";
  const numbers = differing(a.recorded.event, b.recorded.event, false).filter(
    (name) => !APART.has(name),
  );
  return numbers.length === 0 ? "same" : "same after translation";
}
