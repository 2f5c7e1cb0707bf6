// run.ts - one run imported from several sources: its current op, and what all its sources share.

import { rawExact } from "../../../address.ts";
import type { Facts } from "../../../event/field.ts";
import type { Of } from "../../../event/vocabulary.ts";
import type { Sink } from "../../../machine/machine.ts";
import { Buffers } from "../kernel/buffers.ts";
import type { Command } from "../kernel/command.ts";
import { Emitter, type KeepLine } from "../kernel/emitter.ts";
import type { Environment } from "../kernel/environment.ts";
import { Frames } from "../kernel/frames.ts";
import { IommuEntries } from "../kernel/iommu-entries.ts";
import { Mappings } from "../kernel/mappings.ts";
import { MemoryMap } from "../kernel/memory-map.ts";
import type { Probes } from "../kernel/probes.ts";
import { Requests } from "../kernel/requests.ts";
import { Standing } from "../kernel/standing.ts";
import { nearOf } from "../source/far.ts";
import { hexDigit } from "../source/numbers.ts";
import { CausalOrder } from "./causal-order.ts";
import type { Relation } from "./clocks.ts";
import { Faults } from "./faults.ts";
import type { KernelClock } from "./kernel-clocks.ts";
import { OneKernel } from "./one-kernel.ts";
import { OneRun } from "./one-run.ts";

const UNRELATED: Relation = {
  clocks: null,
  isTried: false,
  isDoubtful: false,
  controllers: new Map(),
  card: null,
};

/** The bottom of the kernel half of x86-64, which `virt` columns are relative to, as its upper 32 bits. */
const KERNEL_HALF = 0xffff8000;
export const VIRT_BASE = 0xffff800000000000n;

export class Run extends Emitter {
  readonly probes: Probes;
  readonly frames: Frames;
  readonly iommu: IommuEntries;
  readonly mappings = new Mappings(() => this.source);
  readonly memoryMap = new MemoryMap();
  readonly standing = new Standing();
  readonly oneRun = new OneRun();
  readonly oneKernel = new OneKernel();
  readonly buffers: Buffers;
  readonly requests: Requests;
  readonly device: CausalOrder;
  readonly faults = new Faults((event) => this.emit(event), {
    memoryAt: ({ bus }) => this.memoryMap.nameOf(BigInt(rawExact(bus!))), // Whether it is a number of memory's is the question.
    mappingOf: (fault) => this.#mappingOf(fault),
  });
  /** NVMe controller -> its PCI device, learnt from the first buffer that is mapped for a command of it. */
  readonly controllers = new Map<string, number>();
  #op = -1;
  #ops = 0;

  /** Nanoseconds that the clock of the kernel's trace is ahead of its log's. */
  readonly logBehind: number;
  /** The network card that the device's log is of, where its buffers tell. */
  readonly card: number | null;

  constructor(
    environment: Environment,
    probes: Probes,
    { sink, keep }: { readonly sink: Sink; readonly keep: KeepLine | null },
    { clocks, isDoubtful, controllers, card }: Relation = UNRELATED,
    log: KernelClock | null = null,
  ) {
    super(environment, sink, keep);
    this.logBehind = log?.ahead ?? 0;
    this.card = card;
    for (const [name, device] of controllers) this.controllers.set(name, device);
    this.probes = probes;
    this.frames = new Frames(this);
    this.iommu = new IommuEntries(this, this.frames);
    this.buffers = new Buffers(this, this.frames, this.iommu, this.mappings);
    this.requests = new Requests(this, this.buffers, this.iommu);
    this.device = new CausalOrder(this.mappings, { clocks, isDoubtful }, environment.network);
  }

  /** The PCI device of the controller of a command; null where that is not known yet. */
  controllerOf(command: Command): number | null {
    return this.controllers.get(command.key.split(" ")[0]!) ?? null;
  }

  /** The mapping of a fault's address, or its end; else the entry of the IOMMU that it went through. */
  #mappingOf({ bus, device = null }: Of<"fault.raised">): number | null {
    const near = nearOf(BigInt(rawExact(bus!))); // It is looked up as any address of a device's.
    if (near === null) return null;
    return this.mappings.tie(device, near, 1).cause ?? this.iommu.entryOf(device, near);
  }

  /** A device uses what the guest gave it behind the end of the guest's trace: of what was there nothing is known. */
  pastEnd(): void {
    if (!this.device.isPast) return;
    this.device.isPast = false;
    this.at = null;
    this.gap(0, "the kernel's trace ends before the device's log");
  }

  /** Events were lost: what was mapped before may have ended, and what is may have been made, unseen. */
  gap(count: number, text: string): void {
    const { at } = this;
    const seq = this.emit({ kind: "events.lost", actor: "kernel", at, count, text });
    this.mappings.lost(seq);
    this.iommu.lost(seq);
  }

  /** A marker of the workload: the op before it is over. */
  beginOp(name: string, args: Facts): void {
    this.endOp();
    this.#op = this.#ops++;
    this.emit({
      kind: "op.began",
      actor: "workload",
      at: this.at,
      op: this.#op,
      name,
      arguments: args,
    });
  }

  endOp(): void {
    if (this.#op < 0) return;
    this.emit({ kind: "op.ended", actor: "workload", at: this.at, op: this.#op, result: {} });
    this.#op = -1;
  }
}

/** A kernel address of 16 hexadecimal digits relative to VIRT_BASE; null for one below the kernel half. */
export const virtOf = (digits: string): number | null =>
  digits.length === 16 ? virtAt(digits, 0) : null;

/** The same of the 16 characters from one on. */
export function virtAt(text: string, from: number): number | null {
  const upper = halfAt(text, from) - KERNEL_HALF;
  const lower = halfAt(text, from + 8);
  return upper >= 0 && lower >= 0 ? upper * 2 ** 32 + lower : null;
}

/** The number of eight hexadecimal digits; -1 for other characters. */
function halfAt(text: string, from: number): number {
  let value = 0;
  for (let at = from; at < from + 8; at++) {
    const digit = hexDigit(text.charCodeAt(at));
    if (digit < 0) return -1;
    value = value * 16 + digit;
  }
  return value;
}
