// past.ts - which events before a moment still count at it: those that a part of a trace begins with.
//
// The state of a thing is its latest event, so most of what was before is superseded. What counts is chosen by that
// rule; whoever makes a part compares what it comes to with the whole, and keeps all that was before where it differs.

import { busPageOf, type Index, onDeviceBus, raw } from "../../../address.ts";
import { subjectCode } from "../../../event/field.ts";
import { type Event, type Of, type Recorded, subjectOf } from "../../../event/vocabulary.ts";
import { changing } from "../../../machine/apply.ts";
import { pagesOf } from "../../../machine/state.ts";
import type { Trace } from "../../../replay/trace.ts";
import { Spans } from "./spans.ts";

/** The events up to a moment that its state comes from, those that are named, and what these came from; by seq. */
export function standingAt(trace: Trace, moment: number, named: Iterable<number>): number[] {
  const standing = new Standing();
  for (const recorded of trace.search({ from: 1, to: moment, kinds: changing }))
    standing.see(recorded);
  const kept = new Set<number>();
  const waiting = [...standing.seqs(), ...named];
  for (let seq = waiting.pop(); seq !== undefined; seq = waiting.pop()) {
    if (seq > moment || kept.has(seq)) continue;
    kept.add(seq);
    const cause = trace.event(seq)?.event.cause;
    if (cause != null) waiting.push(cause);
    // What has ended must not seem to last because something refers to its beginning.
    waiting.push(...standing.endsOf(seq));
  }
  return [...kept].sort((a, b) => a - b);
}

class Standing {
  readonly #allocations = new Spans<number>();
  readonly #entries = new Spans<number>();
  readonly #mappings = new Spans<number>();
  readonly #buffers = new Spans<string>();
  readonly #spans = [this.#allocations, this.#entries, this.#mappings, this.#buffers];
  /** By what it changes: the event that did it last. */
  readonly #latest = new Map<string, number>();
  /** By device and page: the first access since the TLB was flushed, which keeps the translation. */
  readonly #accesses = { gart: new Map<string, number>(), iommu: new Map<string, number>() };
  /** Those of which each counts. */
  readonly #all: number[] = [];

  see({ seq, event }: Recorded): void {
    switch (event.kind) {
      // The op under way is in the part by its own number.
      case "op.began":
      case "op.ended":
        return;
      case "iommu.opened":
        this.#all.push(seq);
        return;
      case "device.read":
        this.#accessed(seq, event);
        return;
      case "device.wrote":
        this.#accessed(seq, event);
        if (event.frame != null) this.#set(`${subjectCode("content", event.frame)}`, seq);
        return;
      case "cpu.wrote":
      case "page.copied":
        this.#set(`${subjectCode("content", event.frame)}`, seq);
        return;
      case "tlb.flushed":
        if (event.which === "gart" || event.which === "iommu") this.#accesses[event.which].clear();
        this.#set(`flushed ${event.which}`, seq);
        return;
      case "cache.flushed":
        this.#set(`flushed ${event.instruction} ${event.machine} ${event.size}`, seq);
        return;
      case "attribute.changed":
        this.#set(`${event.attribute.replace("un", "")} ${event.phys} ${event.size}`, seq);
        return;
      case "page.allocated":
        this.#allocations.begin(seq, pagesFrom(event.allocation, event.size));
        return;
      case "page.freed":
        this.#allocations.end(seq, pagesFrom(event.allocation, event.size));
        return;
      case "iommu.mapped":
        this.#entries.begin(seq, pagesFrom(event.page, event.size));
        return;
      case "iommu.unmapped":
        this.#entries.end(seq, pagesFrom(event.page, event.size));
        return;
      case "table.remapped":
        if (event.function === "iounmap")
          this.#mappings.end(seq, pagesFrom(event.page, event.size));
        else this.#mappings.begin(seq, pagesFrom(event.page, event.size));
        return;
      case "dma.mapped":
        this.#buffers.begin(seq, [`${event.handle} ${event.device}`]);
        return;
      case "dma.unmapped":
        this.#buffers.end(seq, [`${event.handle} ${event.device}`]);
        return;
      default:
        this.#changed(seq, event);
    }
  }

  *seqs(): Generator<number> {
    yield* this.#all;
    for (const spans of this.#spans) yield* spans.seqs();
    for (const map of [this.#latest, this.#accesses.gart, this.#accesses.iommu])
      yield* map.values();
  }

  *endsOf(seq: number): Generator<number> {
    for (const spans of this.#spans) yield* spans.endsOf(seq);
  }

  /** Registers overlap by their widths, and a table has its words behind the chipset's window as well. */
  #changed(seq: number, event: Event): void {
    const { size, virt } = event as { readonly size?: number | null; readonly virt?: unknown };
    const subject = subjectOf(event);
    if (event.kind === "register.read") this.#first(`${subject} ${size} read`, seq);
    else this.#set(`${subject ?? event.kind} ${size} ${virt != null}`, seq);
  }

  #accessed(seq: number, event: Of<"device.read"> | Of<"device.wrote">): void {
    const accesses = this.#accesses[event.actor === "device" ? "iommu" : "gart"];
    // A key has no space.
    const key = `${event.device} ${raw(busPageOf(onDeviceBus(event.bus)))}`;
    if (!accesses.has(key)) accesses.set(key, seq);
  }

  #set(key: string, seq: number): void {
    this.#latest.set(key, seq);
  }

  /** What a register held before it was written is known from its first read. */
  #first(key: string, seq: number): void {
    if (!this.#latest.has(key)) this.#latest.set(key, seq);
  }
}

/** Pages of one mapping that a state knows, at most. */
const MOST_PAGES = 2 ** 16;

/** The numbers of the pages from one on; one at least. */
const pagesFrom = (first: Index, size: number): number[] =>
  Array.from(
    { length: Math.min(Math.max(pagesOf(size), 1), MOST_PAGES) },
    // A key has no space.
    (_, i) => raw(first) + i,
  );
