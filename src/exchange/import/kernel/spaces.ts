// spaces.ts - whether a device's handles are its buffers' own addresses or others, as each of several traces has it.

import { deviceOf } from "../../../event/register.ts";
import { UserError } from "../../../fault.ts";
import { type Mapping, placeOf, type SourceLine } from "./command.ts";

/** What one trace tells of one device. */
interface Space {
  readonly device: number;
  /** Where the first of its mappings is told, and when it was made. */
  readonly origin: SourceLine;
  readonly at: number | null;
  own: number;
  moved: number;
  /** How many of the moved ones an entry of an IOMMU leads to memory. */
  entries: number;
  readonly first: number;
  last: number;
}

/** So many buffers, all alike, are no chance. */
const ENOUGH = 16;

export class Spaces {
  /** Device and source -> what is told. */
  readonly #spaces = new Map<number, Map<unknown, Space>>();
  // The one looked for last: a device's buffers come together.
  #last: Space | null = null;
  /** The lowest first. */
  readonly #highest: { readonly address: number; readonly origin: SourceLine }[] = [];

  /**
   * Takes a mapping that was made at a time; one whose buffer's address is not told says nothing. `hasEntry`: whether an
   * entry of an IOMMU leads from the handle to memory. Hot: once a buffer (bench: import).
   */
  see(mapping: Mapping, at: number | null, hasEntry: boolean): void {
    const { device, start, own, place } = mapping.call;
    if (device === null || own === null) return;
    if (place.startsWith("dma_map_p")) this.#high(own, mapping);
    const space = this.#of(device, mapping, at);
    space.last = mapping.seq;
    if (own === start) space.own++;
    else {
      space.moved++;
      if (hasEntry) space.entries++;
    }
  }

  #of(device: number, { source, line, seq }: Mapping, at: number | null): Space {
    const last = this.#last;
    if (last !== null && last.device === device && last.origin.source === source) return last;
    let traces = this.#spaces.get(device);
    if (traces === undefined) {
      traces = new Map();
      this.#spaces.set(device, traces);
    }
    let space = traces.get(source);
    if (space === undefined) {
      const origin = { source, line };
      space = { device, origin, at, own: 0, moved: 0, entries: 0, first: seq, last: seq };
      traces.set(source, space);
    }
    this.#last = space;
    return space;
  }

  /** Devices whose handles are their buffers' own addresses, all of many. */
  get own(): readonly Space[] {
    return this.#all.filter(({ own, moved }) => own >= ENOUGH && moved === 0);
  }

  /** Devices of which an IOMMU leads every handle to memory. */
  get behindIommu(): readonly Space[] {
    return this.#all.filter(
      ({ own, moved, entries }) => moved >= ENOUGH && entries === moved && own === 0,
    );
  }

  /** The lowest of the highest addresses of buffers in memory, of so many as are no damage; null where there are less. */
  get highest(): { readonly address: number; readonly origin: SourceLine } | null {
    return this.#highest.length < ENOUGH ? null : this.#highest[0]!;
  }

  /** Throws where one trace has a device behind an IOMMU while another has it without. */
  end(): void {
    for (const here of this.own)
      for (const there of this.behindIommu) {
        const areApart = here.last < there.first || there.last < here.first;
        if (here.device !== there.device || areApart) continue;
        throw new UserError(
          `${placeOf(here.origin)}: the handles of ${deviceOf(here.device)} are its buffers' own addresses, and from ${placeOf(there.origin)} on its IOMMU leads them elsewhere: they are of two runs; import each on its own`,
        );
      }
  }

  #high(address: number, { source, line }: SourceLine): void {
    const highest = this.#highest;
    if (highest.length === ENOUGH && address <= highest[0]!.address) return;
    highest.push({ address, origin: { source, line } });
    highest.sort((a, b) => a.address - b.address);
    if (highest.length > ENOUGH) highest.shift();
  }

  get #all(): readonly Space[] {
    return [...this.#spaces.values()].flatMap((traces) => [...traces.values()]);
  }
}
