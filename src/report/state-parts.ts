// state-parts.ts - a machine's state in parts that a person can take in: runs of pages, registers by name.

import { aperture, mfnOf, offset, raw } from "../address.ts";
import type { RegisterField } from "../chipset/chipset.ts";
import { uses } from "../event/memory.ts";
import { registerName } from "../event/register.ts";
import type { Verdict } from "../event/verdict.ts";
import { cachedEntry, entriesOf, entryPlace, fetch, reachOf } from "../machine/gart.ts";
import type { State } from "../machine/state.ts";

export const hex = (value: number | bigint): string => `0x${value.toString(16)}`;

/** "0x1000..0x100f", or one number alone. */
export const span = (first: number, length: number, unit = 1, base = 0n): string => {
  const at = (number: number) => hex(BigInt(number) + base);
  return length * unit === 1 ? at(first) : `${at(first)}..${at(first + length * unit - 1)}`;
};

/** Pages that follow each other, in frames that follow each other. */
export interface Run {
  readonly first: number;
  readonly length: number;
  readonly frame: number;
}

function runsOf(entries: Iterable<readonly [number, number]>): Run[] {
  const found: { first: number; length: number; frame: number }[] = [];
  for (const [page, frame] of entries) {
    const run = found.at(-1);
    if (run !== undefined && page === run.first + run.length && frame === run.frame + run.length)
      run.length++;
    else found.push({ first: page, length: 1, frame });
  }
  return found;
}

/** Pages by use, in runs of neighbouring pages. */
export function allocations(state: State): { use: string; pages: number; runs: Run[] }[] {
  const pages = uses.map((): [number, number][] => []);
  for (const [page] of state.allocation.entries())
    pages[state.allocationOf(page)!.use]!.push([page, page]);
  return uses
    .map((use, code) => ({ use, pages: pages[code]!.length, runs: runsOf(pages[code]!) }))
    .filter(({ pages }) => pages > 0);
}

/** What the trace has told of the table from pseudo-physical pages to machine frames. */
export const p2mRuns = (state: State, first?: number, last?: number): Run[] =>
  runsOf(state.p2m.entries(first, last));

/** The entries of the IOMMU, by bus page. */
export const iommuRuns = (state: State, first?: number, last?: number): Run[] =>
  runsOf(state.iommu.entries(first, last));

/** What ioremap has mapped, by virtual page. */
export const mappings = (state: State, first?: number, last?: number): Run[] =>
  runsOf([...state.mappings.entries(first, last)].map(([page, { word }]) => [page, word] as const));

/** Aperture pages that the GART's TLB holds, in runs, and how many of them memory says otherwise of. */
export function tlbPart(state: State): { runs: Run[]; stale: number } {
  let stale = 0;
  for (const [page] of state.tlb)
    if (fetch(state, page)?.word !== cachedEntry(state, page)!.word) stale++;
  return { runs: runsOf([...state.tlb].map(([page]) => [page, page] as const)), stale };
}

/** Entries of the table that the CPU wrote and that lie in its cache, so that hardware does not see them. */
export function unflushed(state: State): Run[] {
  if (state.dirty.size === 0) return [];
  const entries = [...entriesOf(state)]
    .filter(([entry]) => state.dirty.has(tablePlace(state, entry)))
    .map(([entry]) => [entry, entry] as const);
  return runsOf(entries);
}

export interface RegisterPart {
  readonly register: string;
  readonly value: string;
  /** A field of several bits where it stands in the register; a single bit as 0 or 1. */
  readonly fields: { readonly [name: string]: string };
}

/** The registers that were read or written, by the names of the data sheet where it has one. */
export function registers(
  state: State,
  first = 0,
  last = Number.POSITIVE_INFINITY,
): RegisterPart[] {
  const known = state.nature.chipset?.registers ?? [];
  const left = new Set([...state.registers.entries(first, last)].map(([number]) => number));
  const parts: { number: number; part: RegisterPart }[] = [];
  for (const { number, name, width, fields } of known) {
    const held = state.register(number, width);
    if (held === undefined || number > last || number + width <= first) continue;
    for (let i = 0; i < width; i++) left.delete(number + i);
    parts.push({ number, part: partOf(name, held.word, fields) });
  }
  for (const { number, width } of words(left))
    parts.push({ number, part: partOf(registerName(number), state.register(number, width)!.word) });
  return parts.sort((a, b) => a.number - b.number).map(({ part }) => part);
}

function partOf(
  register: string,
  word: number,
  fields: readonly RegisterField[] = [],
): RegisterPart {
  const values = fields.map(({ name, bits: [high, low] }) => {
    const value = Math.floor(word / 2 ** low) % 2 ** (high - low + 1);
    return [name, high === low ? String(value) : hex(value * 2 ** low)] as const;
  });
  return { register, value: hex(word), fields: Object.fromEntries(values) };
}

/** Bytes without a name as the largest words that lie there, aligned to their own size. */
function words(bytes: ReadonlySet<number>): { number: number; width: number }[] {
  const found: { number: number; width: number }[] = [];
  let end = 0;
  for (const number of [...bytes].sort((a, b) => a - b)) {
    if (number < end) continue;
    const width = [4, 2, 1].find(
      (width) =>
        number % width === 0 &&
        Array.from({ length: width }, (_, i) => number + i).every((at) => bytes.has(at)),
    )!;
    found.push({ number, width });
    end = number + width;
  }
  return found;
}

export interface GattPart {
  readonly first: number;
  readonly count: number;
  /** What the chipset finds when it walks there. */
  readonly says: "right" | "scratch" | "wrong" | "not reached" | "empty";
  /** The word that the CPU wrote into the first entry. */
  readonly word: number;
  /** The first page of the aperture that these entries are for. */
  readonly aperture: number | null;
  /** What the writing of these entries said; null where they name no page or nobody asked. */
  readonly verdict: Verdict | null;
}

/** Tells the verdict of an event by its seq. */
export type VerdictAt = (seq: number) => Verdict | null;

/** The table in ranges: what the CPU wrote there, and where the chipset gets to with it. */
export function gattParts(
  state: State,
  verdictAt: VerdictAt = () => null,
  from = 0,
  to = Number.POSITIVE_INFINITY,
): GattPart[] {
  type Part = { -readonly [F in keyof Omit<GattPart, "aperture">]: GattPart[F] };
  const found: Part[] = [];
  for (const [index, word] of entriesOf(state)) {
    if (index < from || index > to) continue;
    const says = judgement(state, index, word);
    const verdict = says === "empty" ? null : verdictAt(writtenAt(state, index));
    const part = found.at(-1);
    const goesOn = part !== undefined && part.first + part.count === index;
    if (goesOn && part.says === says && part.verdict === verdict) part.count++;
    else found.push({ first: index, count: 1, word, says, verdict });
  }
  const base = state.nature.chipset?.apertureBase(state) ?? null;
  return found.map((part) => ({
    ...part,
    aperture:
      base === null
        ? null
        : raw(offset(aperture(raw(base)), part.first * reachOf(state.nature.chipset!))),
  }));
}

/** The seq of the write of an entry, as the CPU sees it. */
function writtenAt(state: State, entry: number): number {
  const place = tablePlace(state, entry);
  return state.dirty.get(place)?.seq ?? state.written.get(place) ?? 0;
}

/** Where an entry of the table lies, through the CPU's mapping of it. */
const tablePlace = (state: State, entry: number): number => entryPlace(state, { entry })!;

/** Right means: the chipset fetches this very word, and it names a page that this kernel gave to AGP. */
function judgement(state: State, index: number, word: number): GattPart["says"] {
  if (state.nature.chipset?.entry.decode(word) == null) return "empty";
  const walked = fetch(state, index);
  if (walked === null || walked.word !== word || walked.reached === null) return "not reached";
  const frame = raw(mfnOf(walked.reached));
  const page = state.nature.physIsMachine ? frame : state.m2p.get(frame);
  const owner = page === undefined ? null : state.allocationOf(page);
  const use = owner === null ? null : uses[owner.use];
  if (use === "scratch") return "scratch";
  return use === "agp" ? "right" : "wrong";
}

/** How many pages have a flag. */
export function flagged(state: State, flag: number): number {
  let count = 0;
  for (const [, flags] of state.flags.entries()) if ((flags & flag) !== 0) count++;
  return count;
}
