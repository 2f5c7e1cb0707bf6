// logged.ts - what becomes of the lines of a log: its faults, and what stands beside them.

import { hex } from "../../../../src/address.ts";
import { deviceOf } from "../../../../src/event/register.ts";
import type { Of } from "../../../../src/event/vocabulary.ts";
import { importedText } from "../captured.ts";

export interface Logged {
  /** "0000:07:00.0 0x2c441000" of each, "?" for what is not told; and what kind it is where no IOMMU raised it. */
  readonly faults: readonly string[];
  readonly events: readonly (Of<"fault.raised"> | Of<"message.logged">)[];
  readonly lost: number;
  readonly skipped: number;
}

export async function logged(...lines: readonly string[]): Promise<Logged> {
  const { events, sources } = await importedText({ "dmesg.txt": `${lines.join("\n")}\n` });
  const counts = sources.flatMap((source) => source.counts);
  const all = events.map(({ event }) => event) as Logged["events"];
  return {
    faults: all.flatMap((event) => (event.kind === "fault.raised" ? [spoken(event)] : [])),
    events: all,
    lost: counts.reduce((sum, { lost }) => sum + lost, 0),
    skipped: counts.reduce((sum, { skipped }) => sum + skipped, 0),
  };
}

function spoken({ fault, device, bus }: Of<"fault.raised">): string {
  if (fault === "oops") return fault;
  const where = `${device == null ? "?" : deviceOf(device)} ${bus == null ? "?" : hex(bus)}`;
  return fault === "iommu" ? where : `${fault} ${where}`;
}

/** Lines of one message after the other, by the kernel's clock. */
export const timed = (...texts: readonly string[]): string[] =>
  texts.map((text, i) => `[   12.${String(100_000 + i).padStart(6, "0")}] ${text}`);
