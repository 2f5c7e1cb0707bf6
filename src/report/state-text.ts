// state-text.ts - a machine at a moment, on one screen: who owns what, and where each table leads.

import { PAGE_SIZE } from "../address.ts";
import { deviceOf } from "../event/register.ts";
import { RESERVED, type State, UNCACHED } from "../machine/state.ts";
import { verdictIn } from "../replay/causes.ts";
import type { Trace } from "../replay/trace.ts";
import { colours } from "./colours.ts";
import { eventLine, verdictText } from "./event-text.ts";
import {
  allocations,
  flagged,
  type GattPart,
  gattParts,
  hex,
  iommuRuns,
  mappings,
  p2mRuns,
  type Run,
  registers,
  span,
  tlbPart,
  unflushed,
  type VerdictAt,
} from "./state-parts.ts";
import { counted, countOf, inColumns, indented, titleOf } from "./text.ts";

/** What the state says, as plain values; addresses and words as hexadecimal text, virt with its base added. */
export function stateJson(
  state: State,
  virtBase = 0n,
  verdictAt?: VerdictAt,
): { [part: string]: unknown } {
  const { runs, stale } = tlbPart(state);
  return {
    moment: state.moment,
    op: state.op < 0 ? null : state.op,
    ...(state.unknownSince > 0 ? { unknownSince: state.unknownSince } : {}),
    allocations: allocations(state).map(({ use, pages, runs }) => ({
      use,
      pages,
      at: runs.map(({ first, length }) => span(first, length)),
    })),
    p2m: {
      known: state.p2m.size,
      runs: p2mRuns(state).map(({ first, length, frame }) => ({
        first: hex(first),
        pages: length,
        frame: hex(frame),
      })),
    },
    mappings: mappings(state).map(({ first, length, frame }) => ({
      virt: hex(BigInt(first * PAGE_SIZE) + virtBase),
      pages: length,
      frame: hex(frame),
    })),
    iommu: iommuRuns(state).map(({ first, length, frame }) => ({
      bus: hex(first * PAGE_SIZE),
      pages: length,
      frame: hex(frame),
    })),
    dma: [...state.dma].map(({ handle, device, bytes }) => ({
      handle: hex(handle),
      device: device === null ? null : deviceOf(device),
      bytes,
    })),
    registers: registers(state),
    gatt: gattParts(state, verdictAt).map(({ first, count, says, word, aperture, verdict }) => ({
      entries: span(first, count),
      count,
      says,
      verdict,
      first: hex(word),
      aperture: aperture === null ? null : hex(aperture),
    })),
    tlb: {
      gart: state.tlb.size,
      stale,
      pages: runs.map(({ first, length }) => span(first, length)),
    },
    unflushed: {
      words: state.dirty.size,
      entries: unflushed(state).map(({ first, length }) => span(first, length)),
    },
    pages: { reserved: flagged(state, RESERVED), uncached: flagged(state, UNCACHED) },
  };
}

/** The same on one screen. */
export function stateText(state: State, trace: Trace): string {
  const lines = [
    `${titleOf(trace.about)}, ${trace.about.workload}`,
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
  return [
    ...(hasGart ? [tlb] : []),
    ...(state.dirty.size === 0
      ? []
      : [
          `unflushed in the CPU's cache: ${countOf(state.dirty.size, "word")}, entries ${spans(dirty, 4)}`,
        ]),
    [
      `reserved: ${countOf(flagged(state, RESERVED), "page")}`,
      `uncached: ${countOf(flagged(state, UNCACHED), "page")}`,
    ].join("; "),
  ].join("\n");
}

/** The verdicts of a trace's events by their seq. */
export const verdictsOf =
  (trace: Trace): VerdictAt =>
  (seq) => {
    const recorded = trace.event(seq);
    return recorded === undefined ? null : verdictIn(trace, recorded);
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
  folded(iommuRuns(state), 0).map((runs) => leadRow(runs, PAGE_SIZE));
const p2mRows = (state: State): string[][] =>
  folded(p2mRuns(state), 0).map((runs) => leadRow(runs, 1));
// A guard page lies between two mappings.
const mappingRows = (state: State, virtBase: bigint): string[][] =>
  folded(mappings(state), 1).map((runs) => leadRow(runs, PAGE_SIZE, virtBase));

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
function leadRow(runs: readonly Run[], unit: number, base = 0n): string[] {
  const [first, last] = [runs[0]!, runs.at(-1)!];
  const pages = runs.reduce((sum, { length }) => sum + length, 0);
  const frames = runs.map(({ frame, length }) => span(frame, length));
  return [
    span(first.first * unit, last.first + last.length - first.first, unit, base),
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

const explained: { readonly [S in GattPart["says"]]: string } = {
  right: "the chipset reads the entry and gets to a page that was allocated for AGP",
  scratch: "the chipset reads the entry and gets to the page that stands for none",
  wrong: "the chipset reads the entry and gets to a frame that is no such page",
  "not reached": "the chipset reads something else there than what the CPU wrote",
  empty: "the entry names no page",
};

/** What the words in the table's rows mean, with how many entries are so. */
function legend(parts: readonly GattPart[]): string[] {
  const rows = (Object.keys(explained) as GattPart["says"][]).map((says) => {
    const count = parts.reduce((sum, part) => sum + (part.says === says ? part.count : 0), 0);
    return { count, row: [counted(count), coloured[says](), explained[says]] };
  });
  return [indented(inColumns(rows.filter(({ count }) => count > 0).map(({ row }) => row)))];
}
