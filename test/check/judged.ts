// judged.ts - what a check says of events that are told one by one, a line for each thing that it says.

import { bus, hex, machine, mfn, pfn, phys, virt } from "../../src/address.ts";
import type { Check, Checked } from "../../src/check/check.ts";
import type { About } from "../../src/event/trace.ts";
import type { Event, KindName, Of } from "../../src/event/vocabulary.ts";
import { aboutRun } from "../../src/scenario/setup.ts";
import { setupOf } from "../laws.ts";
import { runCheck } from "./run-check.ts";

export const native: About = aboutRun(setupOf("native-i386 gart smoke"));
export const xen: About = aboutRun(setupOf("xen-i386 gart smoke"));
export const capture = (about: About): About => ({ ...about, source: "imported" });

/** An event by its kind and what it tells. */
export const told = <K extends KindName>(
  kind: K,
  fields: Omit<Of<K>, "kind" | "actor"> & { readonly actor?: Event["actor"] },
): Of<K> => ({ kind, actor: "kernel", ...fields }) as unknown as Of<K>;

/** The addresses of a number that is used: the page's own, the number, and where it leads. */
export const leading = (page: number, number: number, to: number | null, pseudo = page) => ({
  ...{ phys: phys(pseudo), machine: machine(page), bus: bus(number) },
  reached: to === null ? null : machine(to),
});

type Use = Of<"page.allocated">["use"];

/** Pages of the kernel's, from this one on. */
export const allocated = (page: number, use: Use, size = 0x1000): Of<"page.allocated"> =>
  told("page.allocated", {
    ...{ allocation: pfn(page), by: "alloc_page", use, size },
    ...{ virt: virt(page * 0x1000), phys: phys(page * 0x1000), machine: machine(page * 0x1000) },
  });
export const freed = (page: number, use: Use, size = 0x1000): Of<"page.freed"> => ({
  ...allocated(page, use, size),
  ...{ kind: "page.freed", by: "free_page" },
});

/** A device's access by a number. */
export const accessed = (
  kind: "device.read" | "device.wrote",
  { page = null, number, to, ...fields }: Accessed,
): Of<typeof kind> =>
  told(kind, {
    ...{ actor: "device", bus: bus(number), size: 0x1000, tag: 7 },
    ...{ machine: page === null ? null : machine(page), reached: to === null ? null : machine(to) },
    ...{ frame: to === null ? null : mfn(Math.floor(to / 0x1000)) },
    ...fields,
  } as Omit<Of<"device.read">, "kind">);

interface Accessed extends Partial<Of<"device.read">> {
  readonly page?: number | null;
  readonly number: number;
  readonly to: number | null;
}

/** "#3 gatt 0x1: it is wrong [stale]", and what held or was not known. */
export function linesOf({ held, findings, unknown, undecidable, failure }: Checked): string[] {
  if (failure !== null) throw failure.error;
  const found = findings.map(({ seq, subjects, says, verdict }) => {
    const of = subjects.map(({ family, number }) => `${family} ${hex(number)}`);
    return `#${[seq, ...of].join(" ")}: ${says}${verdict === null ? "" : ` [${verdict}]`}`;
  });
  return [
    ...(held > 0 ? [`held ${held}`] : []),
    ...found,
    ...(unknown === null ? [] : [`unknown ${unknown.count} from #${unknown.seq}: ${unknown.why}`]),
    ...(undecidable === null ? [] : [`stopped at #${undecidable.since}: ${undecidable.why}`]),
  ];
}

/** What a check says of these events, of a simulated run unless the trace says otherwise. */
export const judged = (check: Check, events: readonly Event[], about: About = native): string[] =>
  linesOf(
    runCheck(check, {
      about,
      events: events.map((event, i) => ({ seq: i + 1, op: 0, event })),
    }),
  );
