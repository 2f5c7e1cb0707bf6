// run.ts - one run imported from several sources: its machine, the time, the current op, and what all share.

import type { Facts } from "../../event/field.ts";
import type { Event } from "../../event/vocabulary.ts";
import { Machine, type Sink } from "../../machine/machine.ts";
import { Buffers } from "./buffers.ts";
import { CausalOrder } from "./causal-order.ts";
import type { Environment } from "./environment.ts";
import { Frames } from "./frames.ts";
import { IommuEntries } from "./iommu-entries.ts";
import { Mappings } from "./mappings.ts";
import type { Probes } from "./probes.ts";
import { type Command, Requests } from "./requests.ts";
import type { Source } from "./source.ts";

/** The bottom of the kernel half of x86-64, which `virt` columns are relative to, as its upper 32 bits. */
const KERNEL_HALF = 0xffff8000;
export const VIRT_BASE = 0xffff800000000000n;

/** Takes the line that an event comes from, for imports that keep lines. */
export type KeepLine = (
  seq: number,
  line: { readonly path: string; readonly number: number; readonly text: string },
) => void;

export class Run {
  readonly machine: Machine;
  readonly environment: Environment;
  readonly frames: Frames;
  readonly mappings: Mappings;
  readonly requests: Requests;
  readonly device: CausalOrder;
  readonly buffers: Buffers;
  readonly iommu: IommuEntries;
  readonly probes: Probes;
  /** NVMe controller -> its PCI device, learnt from the first buffer that is mapped for a command of it. */
  readonly controllers = new Map<string, number>();
  /** Nanoseconds on the guest's clock; null where the current record has none. */
  at: number | null = null;
  /** The source of the current record, and its text. */
  source: Source | null = null;
  text = "";
  #op = -1;
  #ops = 0;
  readonly #keep: KeepLine | null;

  constructor(survey: Environment, probes: Probes, sink: Sink, keep: KeepLine | null) {
    this.environment = survey;
    this.probes = probes;
    this.machine = new Machine({ physIsMachine: survey.known && !survey.xen, chipset: null }, sink);
    this.#keep = keep;
    this.frames = new Frames(this);
    this.mappings = new Mappings();
    this.requests = new Requests(this);
    this.device = new CausalOrder(this.mappings, survey.network);
    this.buffers = new Buffers(this);
    this.iommu = new IommuEntries(this);
  }

  /** Emits an event and gives its seq: the only way to the machine. */
  emit(event: Event): number {
    const seq = this.machine.emit(event);
    if (this.#keep !== null && this.source !== null) {
      const { path, line } = this.source;
      this.#keep(seq, { path, number: line, text: this.text });
    }
    return seq;
  }

  /** The PCI device of the controller of a command; null where that is not known yet. */
  controllerOf(command: Command): number | null {
    return this.controllers.get(command.key.split(" ")[0]!) ?? null;
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
export function virtOf(digits: string): number | null {
  if (!/^[0-9a-f]{16}$/.test(digits)) return null;
  const upper = Number.parseInt(digits.slice(0, 8), 16) - KERNEL_HALF;
  return upper >= 0 ? upper * 2 ** 32 + Number.parseInt(digits.slice(8), 16) : null;
}
