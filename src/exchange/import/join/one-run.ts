// one-run.ts - what contradicts that several files are of one run: they are refused by it.

import { isNamedDevice } from "../../../event/device-name.ts";
import { deviceOf } from "../../../event/register.ts";
import { UserError } from "../../../fault.ts";
import type { FirstMapped } from "../kernel/buffers.ts";
import { pciOf } from "../source/numbers.ts";
import type { Source } from "../source/source.ts";

/** What a kernel says once a boot: its version, what it was told, and the time of day. */
const ONCE =
  /^(Linux version|(?:Kernel c|C)ommand line:|rtc_\S+ \S+: setting system clock to) (.*)/;
/** How it begins; a log without that line has lost its beginning. */
const FIRST = "Linux version";
/** A PCI device as the kernel finds it (drivers/pci/probe.c, pci_setup_device). */
const FOUND = /^pci ([0-9a-f]{4,5}:[0-9a-f:.]+): \[[0-9a-f]{4}:[0-9a-f]{4}\] type /;
/** So many accesses and mappings, of which none meets another, are no chance. */
const ENOUGH = 64;

interface Said {
  readonly value: string;
  readonly source: Source;
  readonly line: number;
}

export class OneRun {
  readonly #said = new Map<string, Said>();
  readonly #found = new Set<number>();
  #lost = false;
  /** The time of the log's last message, on the trace's clock. */
  #ends = Number.NEGATIVE_INFINITY;
  #accesses = 0;
  #met = 0;

  /** A message of a kernel, the line in hand of its source. */
  said(source: Source, text: string, at: number | null): void {
    if (at !== null && at > this.#ends) this.#ends = at;
    const [, name] = FOUND.exec(text) ?? [];
    const device = name === undefined ? null : pciOf(name);
    if (device !== null) this.#found.add(device);
    const [, what, value] = ONCE.exec(text) ?? [];
    if (what === undefined || value === undefined) return;
    const before = this.#said.get(what);
    if (before === undefined) this.#said.set(what, { value, source, line: source.line });
    // A log can be cut at the edge of a terminal.
    else if (!before.value.startsWith(value) && !value.startsWith(before.value))
      throw source.refuse(
        `'${what} ${value}', and '${what} ${before.value}' at ${before.source.path}:${before.line}: these are two boots; import each on its own`,
      );
  }

  /** Messages are missing. */
  lost(): void {
    this.#lost = true;
  }

  /** A device accessed an address, which was or had been mapped for it, or never. */
  accessed(wasMapped: boolean): void {
    this.#accesses++;
    if (wasMapped) this.#met++;
  }

  /** Once all is told: throws where the log of one machine lies beside the trace of another. */
  end(
    devices: ReadonlyMap<number | null, FirstMapped>,
    { mapped, isUnrelated, files }: { mapped: number; isUnrelated: boolean; files: string },
  ): void {
    const log = this.#said.get(FIRST)?.source;
    if (log !== undefined && !this.#lost && this.#found.size > 0)
      for (const [device, { at, where }] of devices) {
        if (device === null || isNamedDevice(device) || this.#found.has(device)) continue;
        // One that is plugged in later is told later.
        if (at === null || at > this.#ends) continue;
        throw new UserError(
          `${where}: a buffer is mapped for ${deviceOf(device)}, and ${log.path}, which tells of each PCI device as it is found, has no such one: they are of two machines; import each on its own`,
        );
      }
    if (isUnrelated && this.#met === 0 && this.#accesses >= ENOUGH && mapped >= ENOUGH)
      throw new UserError(
        `${files}: none of ${this.#accesses} addresses that devices accessed was ever among ${mapped} that were mapped, and no relation of the clocks fits the commands of both: they are of two runs; import each on its own`,
      );
  }
}
