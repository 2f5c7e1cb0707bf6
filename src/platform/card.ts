// card.ts - the accesses to memory of the client's program on the CPU and of the graphics card in the AGP slot.
//
// The client writes a tag into each page that it allocates; after a bind the card reads each bound page through
// the aperture, as the real testgart does with its pattern, and reads that tag or another page's.

import { type Aperture, type Bus, type Machine, type Mfn, mfnOf, offset } from "../address.ts";
import { strangerTag } from "../event/device.ts";
import type { Of } from "../event/vocabulary.ts";
import { cpuTag } from "../machine/cpu-cache.ts";
import { walk } from "../machine/gart.ts";
import { translate } from "../machine/iommu.ts";
import type { DeviceAddress, Kernel } from "./kernel.ts";

export class Card {
  readonly #kernel: Kernel;
  #tags = 0;

  constructor(kernel: Kernel) {
    this.#kernel = kernel;
  }

  /** The client fills its new pages through the kernel's mapping: a tag of its own for each. */
  fill(pages: readonly DeviceAddress[]): void {
    for (const { phys } of pages) {
      const at = this.#kernel.machineOf(phys)!;
      this.#kernel.machine.emit({
        kind: "cpu.wrote",
        actor: "cpu",
        place: "client",
        frame: mfnOf(at),
        tag: ++this.#tags,
        virt: this.#kernel.virtOf(phys),
        phys,
        machine: at,
      });
    }
  }

  /** The card reads the pages bound from `first` on, `base` being the aperture's. */
  read(base: Aperture, first: number, pages: readonly DeviceAddress[]): void {
    const size = this.#kernel.sizeOf(0);
    for (const [i, target] of pages.entries())
      this.#read("card", offset(base, (first + i) * size), target);
  }

  /**
   * The card as a PCI master reads by a DMA handle, behind an IOMMU that answers at every address; `target` is the
   * page, null once the handle is freed.
   */
  readByDma(handle: Bus, target: DeviceAddress | null): void {
    const { machine, state, platform } = this.#kernel;
    if (platform.dma.code.name !== "dart") return;
    const reached = translate(state, handle);
    const page = target && { phys: target.phys, machine: this.#kernel.machineOf(target.phys) };
    const access = { actor: "device", cause: target?.seq ?? null, bus: handle, ...page } as const;
    const met = reached && this.#reaching(reached);
    machine.emit({ kind: "device.read", ...access, ...met });
  }

  /** A tag that stands for content which no page had before. */
  newTag(): number {
    return ++this.#tags;
  }

  /** A program writes a page of the aperture with the CPU; the GART translates CPU accesses as well. */
  writeThrough(address: Aperture, tag: number, target: DeviceAddress | null): void {
    const { reached, ...access } = this.#access("cpu", address, target);
    if (reached === null) this.#nowhere(access);
    const there = reached === null ? {} : { reached, frame: mfnOf(reached) };
    this.#kernel.machine.emit({ kind: "device.wrote", ...access, ...there, tag });
  }

  /** A program reads a page of the aperture; returns the tag, null where nothing answers. */
  readThrough(address: Aperture, target: DeviceAddress | null): number | null {
    return this.#read("cpu", address, target);
  }

  /** A program writes a page that is mapped to memory directly, not through the aperture. */
  writeDirectly(address: Machine, tag: number): void {
    this.#kernel.machine.emit({ kind: "cpu.wrote", ...this.#direct(address), tag });
  }

  readDirectly(address: Machine): number | null {
    const direct = this.#direct(address);
    const tag = cpuTag(this.#kernel.state, direct.frame) ?? tagIn(this.#kernel, direct.frame);
    if (tag !== null) this.#kernel.machine.emit({ kind: "cpu.read", ...direct, tag });
    return tag;
  }

  #direct(machine: Machine) {
    return { actor: "cpu", place: "client", frame: mfnOf(machine), machine } as const;
  }

  /** The fields of an access to the aperture: the page that is meant, and the one that the GART leads to. */
  #access(actor: "card" | "cpu", issued: Aperture, target: DeviceAddress | null) {
    const walked = walk(this.#kernel.state, issued);
    const page =
      target === null ? {} : { phys: target.phys, machine: this.#kernel.machineOf(target.phys) };
    const cause = walked?.cause ?? null;
    return { actor, cause, bus: issued, ...page, reached: walked?.reached ?? null } as const;
  }

  #nowhere(access: Omit<Of<"fault.raised">, "kind" | "fault">): void {
    const fault = { kind: "fault.raised", fault: "invalid-entry" } as const;
    this.#kernel.machine.emit({ ...fault, ...access, actor: "chipset" });
  }

  #read(actor: "card" | "cpu", bus: Aperture, target: DeviceAddress | null): number | null {
    const { machine, state } = this.#kernel;
    const walked = walk(state, bus);
    if (walked?.reached != null && target !== null) {
      // Nearly every read, field by field: an object put together of others takes 0.5 us (bench: record).
      const { reached, cause } = walked;
      const { phys } = target;
      const at = this.#kernel.machineOf(phys);
      const { frame, tag } = this.#reaching(reached);
      const kind = "device.read";
      machine.emit({ kind, actor, cause, bus, phys, machine: at, reached, frame, tag });
      return tag;
    }
    const { reached, ...access } = this.#access(actor, bus, target);
    if (reached === null) {
      this.#nowhere(access);
      machine.emit({ kind: "device.read", ...access });
      return null;
    }
    const met = this.#reaching(reached);
    machine.emit({ kind: "device.read", ...access, ...met });
    return met.tag;
  }

  #reaching(reached: Machine) {
    const frame = mfnOf(reached);
    return { reached, frame, tag: tagIn(this.#kernel, frame) };
  }
}

/** The tag in a frame: one that this run wrote, or the one that stands for its owner's data. */
export function tagIn(kernel: Kernel, frame: Mfn): number | null {
  const tag = kernel.state.content.get(frame);
  if (tag !== undefined) return tag;
  if (kernel.owns(frame)) return strangerTag(0);
  const owner = kernel.platform.owner(frame);
  return owner === null ? null : strangerTag(owner);
}
