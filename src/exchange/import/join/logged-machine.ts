// logged-machine.ts - what a kernel's log tells of its machine, against which a trace beside it is held.

import { hex, phys } from "../../../address.ts";
import { isNamedDevice } from "../../../event/device-name.ts";
import { deviceOf } from "../../../event/register.ts";
import { UserError } from "../../../fault.ts";
import type { Buffers } from "../kernel/buffers.ts";
import { placeOf, type SourceLine } from "../kernel/command.ts";
import { pciOf } from "../source/numbers.ts";
import type { OneKernel } from "./one-kernel.ts";

/** A PCI device as the kernel finds it (drivers/pci/probe.c, pci_setup_device). */
const FOUND = /^pci ([0-9a-f]{4,5}:[0-9a-f:.]+): \[[0-9a-f]{4}:[0-9a-f]{4}\] type /;
/** A device of an IOMMU (drivers/iommu/iommu.c). */
const GROUPED = /^(?:\S+ (\S+): Adding to iommu group|iommu: Adding device (\S+) to group) \d+/;
/** The CPUs that there can be (mm/percpu.c, mm/slub.c, kernel/rcu/tree.c). */
const CPUS = /^(?:setup_percpu: .*\bnr_cpu_ids:|SLUB: .*\bCPUs=|rcu: .*\bto nr_cpu_ids=)(\d+)/;
/** Where memory ends (arch/x86/kernel/e820.c, mm/mm_init.c); what is reserved can be anything. */
const MEMORY =
  /^(?:BIOS-e820: \[mem 0x[0-9a-f]+-0x([0-9a-f]+)\] (?!reserved|unusable)|\s*node +\d+: \[mem 0x[0-9a-f]+-0x([0-9a-f]+)\])/;
/** Memory can come later, or be a device's. */
const GROWS =
  /peer-to-peer|hotplug|virtio_mem|hv_balloon|Hyper-V|CEDT|CXL|PNP0C80|Xen|balloon|pmem|\bdax/i;
const BOOTING = /^Booting (?:paravirtualized )?kernel on (.+?)\s*$/;
/** So many records that cannot be are no damage. */
const ENOUGH = 16;

interface Statement<T> {
  readonly value: T;
  readonly origin: SourceLine;
}

export class LoggedMachine {
  readonly found = new Set<number>();
  readonly #grouped = new Set<number>();
  #cpus: Statement<number> | null = null;
  #memory: Statement<bigint> | null = null;
  #grows = false;
  #on: Statement<string> | null = null;

  /** A message of the kernel, at that place. */
  said(text: string, origin: SourceLine): void {
    const [, name] = FOUND.exec(text) ?? [];
    const device = name === undefined ? null : pciOf(name);
    if (device !== null) this.found.add(device);
    const [, one, other] = GROUPED.exec(text) ?? [];
    const member = pciOf(one ?? other ?? "");
    if (member !== null) this.#grouped.add(member);
    const [, cpus] = CPUS.exec(text) ?? [];
    if (cpus !== undefined) this.#cpus ??= { value: Number(cpus), origin };
    const [, end, last] = MEMORY.exec(text) ?? [];
    const memory = end ?? last;
    if (memory !== undefined && memory.length <= 16) {
      const value = BigInt(`0x${memory}`);
      if (this.#memory === null || value > this.#memory.value) this.#memory = { value, origin };
    }
    this.#grows ||= GROWS.test(text);
    const [, on] = BOOTING.exec(text) ?? [];
    if (on !== undefined) this.#on ??= { value: on, origin };
  }

  /** Once all is told: throws where a trace is of another machine. `isWhole`: whether no message is missing. */
  end(kernel: OneKernel, buffers: Buffers, { log, isWhole, ends }: Log): void {
    this.#cpusHold(kernel);
    this.#memoryHolds(buffers);
    this.#bootHolds(kernel, buffers);
    if (!isWhole || this.found.size === 0) return;
    for (const { device, origin, at } of buffers.spaces.behindIommu) {
      if (isNamedDevice(device) || this.#grouped.has(device) || !this.found.has(device)) continue;
      if (at === null || at > ends) continue;
      throw apart(
        `${placeOf(origin)}: an IOMMU leads the handles of ${deviceOf(device)} to memory, and ${log}, which finds that device, adds it to no IOMMU group`,
      );
    }
  }

  #cpusHold(kernel: OneKernel): void {
    if (this.#cpus === null) return;
    const { value, origin } = this.#cpus;
    const found = kernel.cpusFrom(value);
    if (found === null || found.records < ENOUGH) return;
    throw apart(
      `${placeOf(found.origin)}: a record of CPU ${found.cpu}, and ${placeOf(origin)} says that the machine has ${value} CPUs at most`,
    );
  }

  #memoryHolds({ spaces }: Buffers): void {
    const { highest } = spaces;
    if (this.#memory === null || this.#grows || highest === null) return;
    const { value, origin } = this.#memory;
    if (BigInt(highest.address) <= value) return;
    throw apart(
      `${placeOf(highest.origin)}: a buffer at ${hex(phys(highest.address))}:p, and by ${placeOf(origin)} memory ends at 0x${value.toString(16)}`,
    );
  }

  #bootHolds({ xen }: OneKernel, { spaces }: Buffers): void {
    const [own] = spaces.own.filter(({ origin }) => origin.source !== xen?.source);
    if (xen !== null && own !== undefined)
      throw apart(
        `${placeOf(own.origin)}: the handles of ${deviceOf(own.device)} are its buffers' own addresses, and at ${placeOf(xen)} page tables are Xen's, whose frames are others`,
      );
    if (this.#on === null) return;
    const { value, origin } = this.#on;
    if (xen !== null && !/Xen/.test(value))
      throw apart(
        `${placeOf(xen)}: page tables are Xen's, and ${placeOf(origin)} says that the kernel runs on ${value}`,
      );
    if (own !== undefined && /^Xen(?: PV)?$/.test(value))
      throw apart(
        `${placeOf(own.origin)}: the handles of ${deviceOf(own.device)} are its buffers' own addresses, and ${placeOf(origin)} says that the kernel runs on ${value}, whose frames are others`,
      );
  }
}

/** The log as a whole. */
export interface Log {
  readonly log: string;
  readonly isWhole: boolean;
  /** The time of its last message, on the trace's clock. */
  readonly ends: number;
}

const apart = (says: string): UserError =>
  new UserError(`${says}: they are of two machines; import each on its own`);
