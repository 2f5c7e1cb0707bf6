// state-text.ts - a machine's state at a moment: in runs of pages and registers by name, as JSON and on one screen.

import {
  type Aperture,
  type BusPage,
  distance,
  entryOffset,
  type GattIndex,
  gattIndex,
  hex,
  type Index,
  isAligned,
  type Mfn,
  mfnOf,
  offset,
  PAGE_SIZE,
  type Pfn,
  pfnOnBareMetal,
  type RegisterIndex,
  raw,
  registerIndex,
  untranslated,
  type Vpn,
  virt,
} from "../address.ts";
import type { RegisterField } from "../chipset/chipset.ts";
import { virtText } from "../event/address-text.ts";
import { uses } from "../event/memory.ts";
import { deviceOf, registerName } from "../event/register.ts";
import type { Verdict } from "../event/verdict.ts";
import {
  cachedEntry,
  chipsetTable,
  cpuTable,
  entriesOf,
  entryAt,
  fetch,
  reachOf,
  writtenAt,
} from "../machine/gart.ts";
import { RESERVED, type State, UNCACHED, useIn } from "../machine/state.ts";
import type { Table } from "../machine/table.ts";
import { knownWrongAt } from "../replay/judged.ts";
import { verdictIn } from "../replay/provenance.ts";
import type { Trace } from "../replay/trace.ts";
import { inLine } from "../visible.ts";
import { colours } from "./colours.ts";
import { eventLine, verdictText } from "./event-text.ts";
import { counted, countOf, inColumns, indented, titleOf } from "./text.ts";

export { hex };

/** "0x1000..0x100f", or one number alone. */
export const span = (first: Index | number, length: number): string => {
  // Printed, whichever space it is of.
  const low = raw(first);
  return length === 1 ? hex(low) : `${hex(low)}..${hex(low + length - 1)}`;
};

/** The kernel's own addresses of so many pages. */
const virtSpan = (page: number, pages: number, virtBase: bigint): string => {
  const first = virt(page * PAGE_SIZE);
  const last = offset(first, pages * PAGE_SIZE - 1);
  return `${virtText(first, virtBase)}..${virtText(last, virtBase)}`;
};

/** Pages that follow each other, in frames that follow each other. */
export interface Run {
  readonly first: number;
  readonly length: number;
  readonly frame: number;
}

/** Puts runs that follow each other together. */
class Runs {
  readonly found: Run[] = [];
  #last = { first: 0, length: Number.NaN, frame: 0 };

  add(first: number, frame: number, length = 1): void {
    const last = this.#last;
    if (last.first + last.length === first && last.frame + last.length === frame)
      last.length += length;
    else {
      this.#last = { first, length, frame };
      this.found.push(this.#last);
    }
  }
}

function runsOf(entries: Iterable<readonly [Index, Index]>): Run[] {
  const runs = new Runs();
  // A run is printed, whichever table it is of.
  for (const [page, frame] of entries) runs.add(raw(page), raw(frame));
  return runs.found;
}

/** The first runs of a table, and how many it has. Hot: each entry of it, whenever the state is told (bench: page). */
function runsIn<Key extends Index>(table: Table<Key, Mfn>, most = Number.POSITIVE_INFINITY) {
  const found: Run[] = [];
  let count = 0;
  table.eachRun(1, (first, length, frame) => {
    // As above.
    if (count++ < most) found.push({ first: raw(first), length, frame: raw(frame) });
  });
  return { found, count };
}

/** Pages by use, in runs of neighbouring pages. Hot: each allocation, whenever the state is told (bench: page). */
export function allocations(state: State): { use: string; pages: number; runs: Run[] }[] {
  const byUse = uses.map((use) => ({ use, pages: 0, runs: [] as Run[] }));
  let [begin, end, use] = [0, 0, 0];
  const keepRun = () => {
    if (end === begin) return;
    byUse[use]!.pages += end - begin;
    byUse[use]!.runs.push({ first: begin, length: end - begin, frame: begin });
  };
  state.allocation.eachRun(0, (page, pages, owner) => {
    const itsUse = useIn(state.extent.get(owner)!);
    const first = raw(page); // as above
    if (first !== end || itsUse !== use) {
      keepRun();
      begin = first;
      use = itsUse;
    }
    end = first + pages;
  });
  keepRun();
  return byUse.filter(({ pages }) => pages > 0);
}

/** The known entries of the P2M table. */
export const p2mRuns = (state: State, first?: Pfn, last?: Pfn): Run[] =>
  first === undefined ? runsIn(state.p2m).found : runsOf(state.p2m.entries(first, last));

/** The entries of the IOMMU, by bus page. */
export const iommuRuns = (state: State, first?: BusPage, last?: BusPage): Run[] =>
  first === undefined ? runsIn(state.iommu).found : runsOf(state.iommu.entries(first, last));

/** What ioremap has mapped, by virtual page. */
export const mappings = (state: State, first?: Vpn, last?: Vpn): Run[] =>
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
    .filter(([entry]) => state.dirty.has(entryAt(state, entry)))
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
  first = registerIndex(0),
  last = registerIndex(Number.POSITIVE_INFINITY),
): RegisterPart[] {
  const known = state.nature.chipset?.registers ?? [];
  const left = new Set([...state.registers.entries(first, last)].map(([number]) => number));
  const parts: { number: RegisterIndex; part: RegisterPart }[] = [];
  for (const { number, name, width, fields } of known) {
    const contents = state.register(number, width);
    if (contents === undefined || number > last || offset(number, width) <= first) continue;
    for (let i = 0; i < width; i++) left.delete(offset(number, i));
    parts.push({ number, part: partOf(name, contents.word, fields) });
  }
  for (const { number, width } of words(left))
    parts.push({ number, part: partOf(registerName(number), state.register(number, width)!.word) });
  return parts.sort((a, b) => distance(b.number, a.number)).map(({ part }) => part);
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
function words(bytes: ReadonlySet<RegisterIndex>): { number: RegisterIndex; width: number }[] {
  const found: { number: RegisterIndex; width: number }[] = [];
  let end = registerIndex(0);
  for (const number of [...bytes].sort((a, b) => distance(b, a))) {
    if (number < end) continue;
    const width = [4, 2, 1].find(
      (width) =>
        isAligned(number, width) &&
        Array.from({ length: width }, (_, i) => offset(number, i)).every((at) => bytes.has(at)),
    )!;
    found.push({ number, width });
    end = offset(number, width);
  }
  return found;
}

/** What the chipset can find at an entry. */
export const entryWords = ["empty", "right", "scratch", "not reached", "wrong"] as const;
const [RIGHT, SCRATCH, NOT_REACHED, WRONG] = [1, 2, 3, 4];

export interface GattPart {
  readonly first: GattIndex;
  readonly count: number;
  /** What the chipset finds when it walks there. */
  readonly says: (typeof entryWords)[number];
  /** The word that the CPU wrote into the first entry. */
  readonly word: number;
  /** The first page of the aperture that these entries are for. */
  readonly aperture: Aperture | null;
  /** The verdict of the write of these entries; null where they name no page, or without `verdictAt`. */
  readonly verdict: Verdict | null;
}

/** The verdict of an event by its seq. */
export type VerdictAt = (seq: number) => Verdict | null;

/** The table in ranges: what the CPU wrote there, and where the chipset gets to with it. */
export function gattParts(
  state: State,
  verdictAt: VerdictAt = () => null,
  from = gattIndex(0),
  to = gattIndex(Number.POSITIVE_INFINITY),
): GattPart[] {
  type Part = { -readonly [F in keyof Omit<GattPart, "aperture">]: GattPart[F] };
  const found: Part[] = [];
  const words = cpuTable(state);
  for (const [i, code] of entryCodes(state, words).entries()) {
    const index = gattIndex(i);
    if (index < from || index > to) continue;
    const says = entryWords[code]!;
    const verdict = says === "empty" ? null : verdictAt(writtenAt(state, index));
    const part = found.at(-1);
    const goesOn = part !== undefined && offset(part.first, part.count) === index;
    if (goesOn && part.says === says && part.verdict === verdict) part.count++;
    else found.push({ first: index, count: 1, word: words[i]!, says, verdict });
  }
  const base = state.nature.chipset?.apertureBase(state) ?? null;
  return found.map((part) => ({
    ...part,
    aperture:
      base === null ? null : offset(base, entryOffset(part.first, reachOf(state.nature.chipset!))),
  }));
}

/**
 * What the chipset finds at each entry of the table, as an index of `entryWords`. Right means: it fetches the very word
 * that the CPU sees there, and that names a page that this kernel gave to AGP. Hot: some 20 ns an entry (bench: page).
 */
export function entryCodes(state: State, words = cpuTable(state)): Uint8Array {
  const { chipset, physIsMachine } = state.nature;
  const codes = new Uint8Array(words.length);
  if (chipset === null) return codes;
  const fetched = chipsetTable(state);
  for (let i = 0; i < words.length; i++) {
    const word = words[i]!;
    const bus = chipset.entry.decode(word);
    if (bus === null) continue;
    codes[i] = NOT_REACHED;
    if (fetched[i] !== word) continue;
    const frame = mfnOf(untranslated(bus));
    const page = physIsMachine ? pfnOnBareMetal(frame) : state.m2p.get(frame);
    const first = page === undefined ? undefined : state.allocation.get(page);
    const use = first === undefined ? null : useOf(state, first);
    codes[i] = use === "agp" ? RIGHT : use === "scratch" ? SCRATCH : WRONG;
  }
  return codes;
}

/** What an allocation is for, by its first page. */
const useOf = (state: State, first: Pfn) => uses[useIn(state.extent.get(first)!)]!;

/** How many pages have each flag. */
export function flagCounts(state: State): { reserved: number; uncached: number } {
  let [reserved, uncached] = [0, 0];
  state.flags.eachRun(0, (_, pages, flags) => {
    if ((flags & RESERVED) !== 0) reserved += pages;
    if ((flags & UNCACHED) !== 0) uncached += pages;
  });
  return { reserved, uncached };
}

/** How many of each list are told at most; `more` hears of a list that has so many more. */
export interface Cut {
  readonly most: number;
  more(list: string, count: number): void;
}
const whole: Cut = { most: Number.POSITIVE_INFINITY, more: () => {} };

/** What the state says but for its GATT, as plain values; addresses and words as hexadecimal text, virt with its base added. */
export function stateAsideJson(state: State, virtBase: bigint, { most, more }: Cut = whole) {
  const some = <T>(list: string, of: readonly T[], count = of.length): readonly T[] => {
    if (count > most) more(list, count - most);
    return of.slice(0, most);
  };
  const someRuns = <Key extends Index>(list: string, table: Table<Key, Mfn>) => {
    const { found, count } = runsIn(table, most);
    return some(list, found, count);
  };
  const { runs, stale } = tlbPart(state);
  return {
    moment: state.moment,
    op: state.op < 0 ? null : state.op,
    ...(state.unknownSince > 0 ? { unknownSince: state.unknownSince } : {}),
    allocations: allocations(state).map(({ use, pages, runs }) => ({
      use,
      pages,
      at: some(`allocations.${use}`, runs).map(({ first, length }) => span(first, length)),
    })),
    p2m: {
      known: state.p2m.size,
      runs: someRuns("p2m", state.p2m).map(({ first, length, frame }) => ({
        first: hex(first),
        pages: length,
        frame: hex(frame),
      })),
    },
    mappings: some("mappings", mappings(state)).map(({ first, length, frame }) => ({
      virt: virtText(virt(first * PAGE_SIZE), virtBase),
      pages: length,
      frame: hex(frame),
    })),
    iommu: someRuns("iommu", state.iommu).map(({ first, length, frame }) => ({
      bus: hex(first * PAGE_SIZE),
      pages: length,
      frame: hex(frame),
    })),
    dma: some("dma", [...state.dma]).map(({ handle, device, bytes }) => ({
      handle: hex(handle),
      device: device === null ? null : deviceOf(device),
      bytes,
    })),
    registers: some("registers", registers(state)),
    tlb: {
      gart: state.tlb.size,
      stale,
      pages: some("tlb", runs).map(({ first, length }) => span(first, length)),
    },
    unflushed: {
      words: state.dirty.size,
      entries: some("unflushed", unflushed(state)).map(({ first, length }) => span(first, length)),
    },
    pages: flagCounts(state),
  };
}

/** All that the state says. */
export function stateJson(
  state: State,
  virtBase: bigint,
  verdictAt?: VerdictAt,
): { [part: string]: unknown } {
  const { tlb, unflushed, pages, ...before } = stateAsideJson(state, virtBase);
  const gatt = gattParts(state, verdictAt).map(
    ({ first, count, says, word, aperture, verdict }) => ({
      entries: span(first, count),
      count,
      says,
      verdict,
      first: hex(word),
      aperture: aperture === null ? null : hex(aperture),
    }),
  );
  return { ...before, gatt, tlb, unflushed, pages };
}

/** The same on one screen. */
export function stateText(state: State, trace: Trace): string {
  const lines = [
    `${titleOf(trace.about)}, ${inLine(trace.about.workload)}`,
    `moment #${state.moment} of #${trace.count}${lastText(state, trace)}`,
    ...(state.unknownSince > 0
      ? [`events were lost at #${state.unknownSince}: what was set before may have changed since`]
      : []),
    "",
  ];
  const section = (title: string, rows: readonly (readonly string[])[], most: number) => {
    if (rows.length === 0) return;
    lines.push(title, indented(inColumns(rows.slice(0, most))));
    if (rows.length > most)
      lines.push(indented(`and ${countOf(rows.length - most, "more row")}; --json prints all`));
    lines.push("");
  };
  section("memory, by page frame number", allocationRows(state), 6);
  if (state.nature.physIsMachine)
    lines.push("P2M: none, physical addresses are machine addresses", "");
  else section("P2M: page to machine frame, as far as the trace tells", p2mRows(state), 8);
  section("ioremap: where the CPU sees it", mappingRows(state, trace.about.virtBase), 5);
  section("IOMMU: bus address to machine frame", iommuRows(state), 4);
  section("DMA: bus address of what is mapped, and for which device", dmaRows(state), 4);
  section("chipset and card registers", registerRows(state), 14);
  const gatt = gattParts(state, verdictsOf(trace));
  section(
    `GATT: ${countOf(
      gatt.reduce((sum, { count }) => sum + count, 0),
      "entry",
      "entries",
    )}`,
    gattRows(gatt),
    8,
  );
  if (gatt.length > 0) lines.push(...legend(gatt), "");
  return [...lines, tail(state)].join("\n");
}

/** The event that made the state what it is. */
function lastText(state: State, trace: Trace): string {
  const last = trace.event(state.moment);
  return last === undefined
    ? ", before everything"
    : `, after\n  ${eventLine(last, null, trace.about)}`;
}

function tail(state: State): string {
  const { runs, stale } = tlbPart(state);
  const tlb = [
    `GART TLB: ${countOf(state.tlb.size, "entry", "entries")}`,
    ...(runs.length === 0 ? [] : [`pages ${spans(runs, 3)}`]),
    ...(stale === 0 ? [] : [colours.red(`${counted(stale)} no longer what memory says`)]),
  ].join(", ");
  const dirty = unflushed(state);
  const hasGart = state.nature.chipset !== null || state.tlb.size > 0;
  const { reserved, uncached } = flagCounts(state);
  return [
    ...(hasGart ? [tlb] : []),
    ...(state.dirty.size === 0
      ? []
      : [
          `unflushed in the CPU's cache: ${countOf(state.dirty.size, "word")}, entries ${spans(dirty, 4)}`,
        ]),
    [`reserved: ${countOf(reserved, "page")}`, `uncached: ${countOf(uncached, "page")}`].join("; "),
  ].join("\n");
}

/** The verdicts of a trace's events by their seq. */
export const verdictsOf =
  (trace: Trace): VerdictAt =>
  (seq) => {
    const recorded = trace.event(seq);
    if (recorded === undefined) return null;
    return knownWrongAt(trace, seq)?.verdict ?? verdictIn(trace, recorded);
  };

const spans = (runs: readonly Run[], most: number): string =>
  few(
    runs.map(({ first, length }) => span(first, length)),
    most,
  );

const allocationRows = (state: State): string[][] =>
  allocations(state).map(({ use, pages, runs }) => [
    use,
    countOf(pages, "page"),
    few(
      runs.map(({ first, length }) => span(first, length)),
      3,
    ),
  ]);

const few = (list: readonly string[], most: number): string =>
  list.length <= most
    ? list.join(" ")
    : `${list.slice(0, most).join(" ")} and ${counted(list.length - most)} more`;

const dmaRows = (state: State): string[][] =>
  [...state.dma].map(({ handle, device, bytes }) => [
    hex(handle),
    countOf(bytes, "byte"),
    device === null ? "" : deviceOf(device),
  ]);

const iommuRows = (state: State): string[][] =>
  folded(iommuRuns(state), 0).map((runs) =>
    leadRow(runs, (page, pages) => span(page * PAGE_SIZE, pages * PAGE_SIZE)),
  );
const p2mRows = (state: State): string[][] =>
  folded(p2mRuns(state), 0).map((runs) => leadRow(runs, span));
// A guard page lies between two mappings.
const mappingRows = (state: State, virtBase: bigint): string[][] =>
  folded(mappings(state), 1).map((runs) =>
    leadRow(runs, (page, pages) => virtSpan(page, pages, virtBase)),
  );

/** A run of so many pages is worth a row of its own. */
const LONG = 4;

/** Short runs with no more than `gap` pages between them as one row; each long one for itself. */
export function folded(runs: readonly Run[], gap: number): Run[][] {
  const groups: Run[][] = [];
  for (const run of runs) {
    const group = groups.at(-1);
    const before = group?.at(-1);
    const near = before !== undefined && run.first - (before.first + before.length) <= gap;
    if (near && run.length < LONG && before.length < LONG) group!.push(run);
    else groups.push([run]);
  }
  return groups;
}

/** Where pages lead: to a run of frames, or to some here and some there. */
function leadRow(
  runs: readonly Run[],
  spanText: (first: number, length: number) => string,
): string[] {
  const [first, last] = [runs[0]!, runs.at(-1)!];
  const pages = runs.reduce((sum, { length }) => sum + length, 0);
  const frames = runs.map(({ frame, length }) => span(frame, length));
  return [
    spanText(first.first, last.first + last.length - first.first),
    countOf(pages, "page"),
    "->",
    frames.length === 1 ? frames[0]! : `scattered: ${few(frames, 4)}`,
  ];
}

const registerRows = (state: State): string[][] =>
  registers(state).map(({ register, value, fields }) => [
    register,
    value,
    Object.entries(fields)
      .map(([name, field]) => `${name}=${field}`)
      .join(" "),
  ]);

export const gattRows = (parts: readonly GattPart[]): string[][] =>
  parts.map(({ first, count, says, word, aperture, verdict }) => [
    span(first, count),
    counted(count),
    coloured[says](),
    aperture === null ? "" : `aperture ${hex(aperture)}`,
    says === "empty" ? "" : `first entry ${hex(word)}`,
    verdict === null ? "" : verdictText(verdict),
  ]);

const coloured: { readonly [S in GattPart["says"]]: () => string } = {
  right: () => colours.green("right"),
  scratch: () => "scratch",
  wrong: () => colours.red("wrong"),
  "not reached": () => colours.red("not reached"),
  empty: () => "empty",
};

export const entryMeanings: { readonly [S in GattPart["says"]]: string } = {
  right: "the chipset reads the entry and gets to a page that was allocated for AGP",
  scratch: "the chipset reads the entry and gets to the page that stands for none",
  wrong: "the chipset reads the entry and gets to a frame that is no such page",
  "not reached": "the chipset reads something else there than what the CPU wrote",
  empty: "the entry names no page",
};

/** What the words in the table's rows mean, with how many entries are so. */
function legend(parts: readonly GattPart[]): string[] {
  const rows = (Object.keys(entryMeanings) as GattPart["says"][]).map((says) => {
    const count = parts.reduce((sum, part) => sum + (part.says === says ? part.count : 0), 0);
    return { count, row: [counted(count), coloured[says](), entryMeanings[says]] };
  });
  return [indented(inColumns(rows.filter(({ count }) => count > 0).map(({ row }) => row)))];
}
