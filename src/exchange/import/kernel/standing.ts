// standing.ts - what debugfs shows of one moment: the mappings and entries that were in force then.
//
// No file of the kind has a time. What the run itself never makes was in force before the run began, whenever it was
// looked at; so it stands before the first event. What the run makes is told by the run. Where it gives back each one
// of the mappings before it makes it again, and some for good, the moment was the beginning, and all stand there.

import { phys } from "../../../address.ts";
import { standingPlaces } from "../../../event/iommu.ts";
import type { Source } from "../source/source.ts";
import type { Buffers } from "./buffers.ts";
import type { Direction } from "./command.ts";
import type { Emitter } from "./emitter.ts";
import type { Frames } from "./frames.ts";
import type { IommuEntries } from "./iommu-entries.ts";
import { RangeIndex } from "./range-index.ts";

export interface StandingMapping {
  readonly device: number | null;
  /** The function of the DMA API that makes such ones. */
  readonly call: string;
  readonly direction: Direction;
  readonly phys: number;
  readonly bus: number;
  readonly size: number;
}
export interface StandingEntry {
  readonly device: number;
  readonly iova: number;
  readonly phys: number;
  readonly size: number;
}

/** A line of such a file, and what the run does with what it tells. */
interface Row<Content> {
  readonly content: Content;
  readonly source: Source;
  readonly line: number;
  /** What the run does first and last with what is there: makes it, or gives it back; null for nothing. */
  first: "made" | "ended" | null;
  last: "made" | "ended" | null;
  isMade: boolean;
}

interface Model extends Emitter {
  readonly frames: Frames;
  readonly iommu: IommuEntries;
  readonly buffers: Buffers;
}

/** Lines of such files, and pages that their entries stand for: 16 GB. */
const MOST_ROWS = 2 ** 20;
const MOST_PAGES = 2 ** 22;
const PAGE = 4096;
/** Bytes of one mapping: past this a size is a mistake of the source. */
const LARGEST = 2 ** 34;

export class Standing {
  readonly #mappings: Row<StandingMapping>[] = [];
  readonly #entries: Row<StandingEntry>[] = [];
  readonly #ranges = new RangeIndex<Row<StandingMapping | StandingEntry>>();
  #pages = 0;
  /** Why nothing is known of what the run makes; null where its traces tell. */
  #why: string | null = null;

  get isEmpty(): boolean {
    return this.#mappings.length + this.#entries.length === 0;
  }

  addMapping(source: Source, content: StandingMapping): void {
    const { bus: start, size, device } = content;
    const row = rowOf(source, content);
    if (this.#isKept("mapping", row, { start, size, device })) this.#mappings.push(row);
  }

  addEntry(source: Source, content: StandingEntry): void {
    const { iova: start, size, device } = content;
    const row = rowOf(source, content);
    if (this.#isKept("entry", row, { start, size, device })) this.#entries.push(row);
  }

  #isKept(
    name: "mapping" | "entry",
    row: Row<StandingMapping | StandingEntry>,
    range: { readonly start: number; readonly size: number; readonly device: number | null },
  ): boolean {
    const { tally } = row.source;
    const pages = this.#pages + Math.ceil(range.size / PAGE);
    const isMore = this.#mappings.length + this.#entries.length >= MOST_ROWS;
    if (range.size > LARGEST) tally.skipped(name, "more bytes than any buffer has", 1);
    else if (isMore || pages > MOST_PAGES)
      tally.skipped(name, "more than is kept of one moment", 1);
    else if (!this.#ranges.add(range, row))
      tally.skipped(name, "more at one address than are kept", 1);
    else {
      this.#pages = pages;
      return true;
    }
    return false;
  }

  /** The run's traces cannot tell what they make. */
  blind(why: string): void {
    this.#why ??= why;
  }

  /** The run makes a mapping or an entry; of any device where none is named. */
  made(device: number | null, start: number, size: number): void {
    this.#ranges.each(device, start, size, (row) => {
      row.first ??= "made";
      row.last = "made";
      row.isMade = true;
    });
  }

  ended(device: number | null, start: number, size: number): void {
    this.#ranges.each(device, start, size, (row) => {
      row.first ??= "ended";
      row.last = "ended";
    });
  }

  /** Before the first event: what was in force already. */
  emit(run: Model): void {
    run.at = null;
    run.caller = standingPlaces.entry;
    for (const row of this.#entries)
      this.#take(run, "entry", row, row.isMade, () => {
        const { device, ...piece } = row.content;
        run.iommu.tell(device, piece);
        return null;
      });
    const isBeginning =
      this.#mappings.every(({ first }) => first !== "made") &&
      this.#mappings.some(({ last }) => last === "ended");
    run.caller = standingPlaces.mapping;
    for (const row of this.#mappings)
      this.#take(run, "mapping", row, row.isMade && !isBeginning, () => mapped(run, row.content));
    run.caller = null;
    run.source = null;
  }

  /** Emits what a line tells, unless the run tells it; `emit` gives why not. */
  #take(
    run: Model,
    name: string,
    { source, line }: Row<unknown>,
    isTold: boolean,
    emit: () => string | null,
  ): void {
    run.source = source;
    source.line = line;
    const why = this.#why ?? (isTold ? null : emit());
    if (why === null) source.tally.kept(name);
    else source.tally.skipped(name, why, 1);
  }
}

function rowOf<Content>(source: Source, content: Content): Row<Content> {
  return { content, source, line: source.line, first: null, last: null, isMade: false };
}

/** Null where the mapping is emitted, else why not. */
function mapped(run: Model, { call, phys: own, ...content }: StandingMapping): string | null {
  const { device, bus, size } = content;
  const isLed = run.environment.iommu !== null;
  const leads = [0, size - 1].map((within) => {
    const to = isLed ? run.iommu.reachedBy(device, bus + within) : null;
    const at = run.frames.machineOf(phys(own + within));
    return to === null || at === null ? null : to === at;
  });
  // Of a list whose pages the IOMMU made one range, the line has the address of another page.
  const isList = call === "dma_map_sg";
  if (leads.includes(false) && !isList)
    return "its entry leads elsewhere: the two files are of two moments, or it is bounced";
  const isKnown = !isList || !isLed || leads.every((one) => one === true);
  run.buffers.map({ ...content, place: call, phys: isKnown ? own : null, command: null });
  return null;
}
