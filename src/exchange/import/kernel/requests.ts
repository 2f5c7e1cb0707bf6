// requests.ts - requests and commands under way, as the guest's side tells them.

import { UserError } from "../../../fault.ts";
import { wholeOf } from "../source/far.ts";
import type { Buffers } from "./buffers.ts";
import { type Command, type Layer, type Mapping, placeOf, type What } from "./command.ts";
import type { Emitter } from "./emitter.ts";
import type { IommuEntries } from "./iommu-entries.ts";

/** What ATA counts blocks in, whatever the disk's own are. */
export const SECTOR = 512;

interface RequestFacts {
  readonly what: What;
  readonly lba?: number | null;
  readonly blocks?: number | null;
  readonly size?: number | null;
  readonly text?: string | null;
}

export class Requests {
  readonly #emitter: Emitter;
  readonly #buffers: Buffers;
  readonly #iommu: IommuEntries;
  /** By layer and name. */
  readonly #open: { readonly [L in Layer]: Map<string, Command> } = {
    block: new Map(),
    nvme: new Map(),
    ata: new Map(),
  };
  #count = 0;

  constructor(emitter: Emitter, buffers: Buffers, iommu: IommuEntries) {
    this.#emitter = emitter;
    this.#buffers = buffers;
    this.#iommu = iommu;
  }

  issue(layer: Layer, key: string, facts: RequestFacts, place: string): Command {
    const request = ++this.#count;
    const { what, lba = null, blocks = null, size = null, text = null } = facts;
    const seq = this.#emitter.emit({
      kind: "request.issued",
      actor: layer === "block" ? "kernel" : "driver",
      place,
      at: this.#emitter.at,
      request,
      what,
      layer,
      lba,
      size,
      text,
    });
    const before = this.under(layer, key);
    const { origin } = this.#emitter;
    const isOther = before !== null && before.origin.source !== origin.source;
    const command: Command = {
      layer,
      key,
      request,
      seq,
      what,
      lba,
      blocks,
      segments: [],
      settled: false,
      origin,
      instead: isOther && before.lba !== lba ? before : null,
    };
    this.#open[layer].set(key, command);
    return command;
  }

  /** Says where a command's data are, once all of them are mapped; `moved` is how many bytes the device says. */
  mapped(command: Command, segments: Mapping[], moved: number | null): void {
    const { request, what, layer, lba, blocks } = command;
    const bytes = segments.reduce((sum, { size }) => sum + size, 0);
    // An IOMMU maps whole pages: which of their bytes belong to the request is unknown.
    const known = moved ?? (segments.some(({ inPages }) => inPages) ? null : bytes);
    const block = layer === "ata" ? SECTOR : (known ?? 0) / (blocks ?? 0);
    const isPlaced = layer === "ata" || (block > 0 && bytes === known);
    let position = lba !== null && isPlaced ? lba * block : null;
    for (const mapping of segments.splice(0)) {
      const { seq, device, start, size } = mapping;
      const { phys, machine } = this.#buffers.byteAt(mapping, start);
      this.#emitter.emit({
        kind: "request.mapped",
        actor: "driver",
        place: mapping.place,
        at: this.#emitter.at,
        cause: seq,
        request,
        what,
        layer,
        position,
        phys,
        machine,
        bus: wholeOf(start),
        reached: this.#iommu.reachedBy(device, start),
        size,
      });
      if (position !== null) position += size;
    }
  }

  /** The one under way by that name; null for none. */
  under(layer: Layer, key: string): Command | null {
    return this.#open[layer].get(key) ?? null;
  }

  /** The only one under way whose name ends so; the name before it is the guest's own. */
  withEnd(layer: Layer, end: string): Command | null {
    const found = [...this.#open[layer].values()].filter(({ key }) => key.endsWith(` ${end}`));
    return found.length === 1 ? found[0]! : null;
  }

  complete(layer: Layer, key: string, place: string): void {
    const command = this.under(layer, key);
    if (command === null) return;
    this.#assertOneQueue(command);
    this.#open[layer].delete(key);
    const { request, what, lba } = command;
    this.#emitter.emit({
      kind: "request.completed",
      actor: layer === "block" ? "kernel" : "driver",
      place,
      at: this.#emitter.at,
      cause: command.seq,
      request,
      what,
      layer,
      lba,
    });
  }

  /** A command that its own trace completes was under way all the while: its name is not given to another. */
  #assertOneQueue({ key, origin, instead }: Command): void {
    if (instead === null || instead.origin.source !== this.#emitter.source) return;
    throw new UserError(
      `${placeOf(instead.origin)}: command ${key} is under way until line ${instead.origin.source?.line}, and ${placeOf(origin)} gives another of that name meanwhile: they are of two runs, or their clocks differ; import each on its own`,
    );
  }
}
