// one-run.ts - what contradicts that several files are of one run: they are refused by it.

import { isNamedDevice } from "../../../event/device-name.ts";
import { deviceOf } from "../../../event/register.ts";
import { UserError } from "../../../fault.ts";
import type { Buffers } from "../kernel/buffers.ts";
import { placeOf } from "../kernel/command.ts";
import type { Source } from "../source/source.ts";
import { LoggedMachine } from "./logged-machine.ts";
import type { OneKernel } from "./one-kernel.ts";

/** What a kernel says once a boot: its version, what it was told, and the time of day. */
const ONCE =
  /^(Linux version|(?:Kernel c|C)ommand line:|rtc_\S+ \S+: setting system clock to) (.*)/;
/** What only the driver of one kind of IOMMU says (drivers/iommu/intel, amd and arm). */
const DRIVERS: readonly (readonly [RegExp, Model])[] = [
  [/^DMAR: (?:IOMMU enabled|Intel\(R\) Virtualization|\[DMA )/, "VT-d"],
  [/^(?:\S+ \S+: )?AMD-Vi: (?:Found IOMMU|Extended features|Event logged)/, "AMD-Vi"],
  [/^arm-smmu(?:-v3)? \S+: /, "SMMU"],
];
/** How it begins; a log without that line has lost its beginning. */
const FIRST = "Linux version";
/** So many accesses and mappings, of which none meets another, are no chance. */
const ENOUGH = 64;

/** A kind of IOMMU: a machine has one. */
export type Model = "VT-d" | "AMD-Vi" | "SMMU";

interface Statement {
  readonly value: string;
  readonly source: Source;
  readonly line: number;
}

export class OneRun {
  readonly #statements = new Map<string, Statement>();
  readonly #machine = new LoggedMachine();
  /** The release of a trace's kernel, and where it is told. */
  #release: Statement | null = null;
  #lost = false;
  /** The IOMMU as the kernel's log tells it, and as the device's. */
  #driver: (Statement & { readonly value: Model }) | null = null;
  #model: (Statement & { readonly value: Model }) | null = null;
  /** The time of the log's last message, on the trace's clock. */
  #ends = Number.NEGATIVE_INFINITY;
  #accesses = 0;
  #met = 0;

  /** A message of a kernel, the line in hand of its source. */
  said(source: Source, text: string, at: number | null): void {
    if (at !== null && at > this.#ends) this.#ends = at;
    this.#machine.said(text, { source, line: source.line });
    if (this.#driver === null) {
      const [, value] = DRIVERS.find(([pattern]) => pattern.test(text)) ?? [];
      if (value !== undefined) this.#driver = { value, source, line: source.line };
    }
    const [, what, value] = ONCE.exec(text) ?? [];
    if (what === undefined || value === undefined) return;
    const before = this.#statements.get(what);
    if (before === undefined) this.#statements.set(what, { value, source, line: source.line });
    // A log can be cut at the edge of a terminal.
    else if (!before.value.startsWith(value) && !value.startsWith(before.value))
      throw source.refuse(
        `'${what} ${value}', and '${what} ${before.value}' at ${before.source.path}:${before.line}: these are two boots; import each on its own`,
      );
  }

  /** A trace names the release of its kernel, as `uname -r` has it. */
  traced(source: Source, value: string): void {
    const before = this.#release;
    if (before === null) this.#release = { value, source, line: source.line };
    else if (before.value !== value)
      throw source.refuse(
        `its kernel is ${value}, that of ${before.source.path} is ${before.value}: they are of two boots; import each on its own`,
      );
  }

  /** A model of an IOMMU translates. */
  translates(source: Source | null, value: Model): void {
    if (source !== null) this.#model ??= { value, source, line: source.line };
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
    { oneKernel, buffers }: { readonly oneKernel: OneKernel; readonly buffers: Buffers },
    { mapped, isUnrelated, files }: { mapped: number; isUnrelated: boolean; files: string },
  ): void {
    const first = this.#statements.get(FIRST);
    const log = first?.source;
    const release = this.#release;
    if (release !== null && first !== undefined && !isRelease(release.value, first.value))
      throw new UserError(
        `${release.source.path}: its kernel is ${release.value}, and ${log!.path}:${first.line} is of ${first.value.split(" ")[0]}: they are of two boots; import each on its own`,
      );
    const { found } = this.#machine;
    const isWhole = log !== undefined && !this.#lost;
    if (isWhole && found.size > 0)
      for (const [device, { at, origin }] of buffers.devices) {
        if (device === null || isNamedDevice(device) || found.has(device)) continue;
        // One that is plugged in later is told later.
        if (at === null || at > this.#ends) continue;
        throw new UserError(
          `${placeOf(origin)}: a buffer is mapped for ${deviceOf(device)}, and ${log.path}, which tells of each PCI device as it is found, has no such one: they are of two machines; import each on its own`,
        );
      }
    const [model, driver] = [this.#model, this.#driver];
    if (model !== null && driver !== null && model.value !== driver.value)
      throw new UserError(
        `${placeOf(model)}: the machine's IOMMU is ${model.value}, and by ${placeOf(driver)} it is ${driver.value}: they are of two machines; import each on its own`,
      );
    oneKernel.end();
    buffers.spaces.end();
    this.#machine.end(oneKernel, buffers, { log: log?.path ?? "", isWhole, ends: this.#ends });
    if (isUnrelated && this.#met === 0 && this.#accesses >= ENOUGH && mapped >= ENOUGH)
      throw new UserError(
        `${files}: none of ${this.#accesses} addresses that devices accessed was ever among ${mapped} that were mapped, and no relation of the clocks fits the commands of both: they are of two runs; import each on its own`,
      );
  }
}

/** Whether a release is that of "6.12.0 (builder@host) ...", which may be cut. */
const isRelease = (release: string, version: string): boolean => {
  const [word = ""] = version.split(" ");
  return word === release || (word === version && release.startsWith(word));
};
