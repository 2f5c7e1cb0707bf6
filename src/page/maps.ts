// maps.ts - tables of a machine as maps: a byte an entry, by what it is at a moment.

import { busPage, type Index, type Pfn, pfn, raw } from "../address.ts";
import type { MapHead, Tone } from "../answer/heads.ts";
import { uses } from "../event/memory.ts";
import type { KindName } from "../event/vocabulary.ts";
import { UserError } from "../fault.ts";
import { entryCount } from "../machine/gart.ts";
import { type State, UNCACHED } from "../machine/state.ts";
import { entryCodes, entryMeanings, entryWords, type GattPart } from "../report/state-text.ts";
import type { PageTrace } from "./open-trace.ts";

type Legend = readonly (readonly [name: string, tone: Tone, means: string])[];

/** The first entry of each row, and how many a row has. */
interface Rows {
  readonly rows: readonly number[];
  readonly columns: number;
}

/** A kind of map: what an entry can be, and where entries lie. */
interface MapKind {
  readonly name: string;
  readonly title: string;
  readonly legend: Legend;
  readonly thing: readonly [string, string];
  /** Kinds of events that change an entry. */
  readonly kinds: readonly KindName[];
  rows(pageTrace: PageTrace, state: State): Rows;
  /** Fills in what each entry is, an index into the legend. */
  fill(pageTrace: PageTrace, state: State, lie: Rows, cells: Uint8Array): void;
}

const saysTones: { readonly [S in GattPart["says"]]: Tone } = {
  empty: "empty",
  right: "right",
  scratch: "c1",
  "not reached": "warn",
  wrong: "wrong",
};

const gatt: MapKind = {
  name: "gatt",
  title: "GATT",
  legend: entryWords.map((says) => [says, saysTones[says], entryMeanings[says]]),
  thing: ["gatt[", "]"],
  kinds: ["gatt.written"],
  rows: (_, state) => {
    const entries = entryCount(state);
    const columns = entries > 16384 ? 256 : 128;
    return {
      rows: Array.from({ length: Math.ceil(entries / columns) }, (_, i) => i * columns),
      columns,
    };
  },
  fill: (_, state, __, cells) => cells.set(entryCodes(state)),
};

/** Where a page lies in a row of cells. */
const column = (first: number, page: Index): number => raw(page) - first; // whichever space it is of

/** Pages far apart: a row for each block that some event is about. */
const blocksOf =
  (family: "p2m" | "iommu" | "allocation") =>
  ({ summary }: PageTrace) =>
    summary.pages[family].rows;

const p2m: MapKind = {
  name: "p2m",
  title: "P2M",
  legend: [
    ["not set", "empty", "the trace does not tell where this pseudo-physical page is"],
    ["elsewhere", "c2", "the page is in another machine frame than its own number"],
    ["same number", "plain", "the page's number is that of its machine frame"],
  ],
  thing: ["p2m[", "]"],
  kinds: ["p2m.set", "p2m.cleared"],
  rows: blocksOf("p2m"),
  fill: (_, state, { rows, columns }, cells) =>
    rows.forEach((first, r) => {
      // Whether two numbers are equal, whatever they count.
      for (const [page, frame] of state.p2m.entries(pfn(first), pfn(first + columns - 1)))
        cells[r * columns + column(first, page)] = column(0, page) === column(0, frame) ? 2 : 1;
    }),
};

/** IOMMU pages have their domain above these bits. */
const DOMAIN = 2 ** 36;

const iommu: MapKind = {
  name: "iommu",
  title: "IOMMU",
  legend: [
    ["no entry", "empty", "nothing is mapped there"],
    ["mapped", "right", "an entry leads to a machine frame"],
    ["refused", "wrong", "nothing is mapped there, and a device was refused at this address"],
  ],
  thing: ["iommu[", "]"],
  kinds: ["iommu.mapped", "iommu.unmapped"],
  rows: blocksOf("iommu"),
  fill: ({ summary }, state, { rows, columns }, cells) =>
    rows.forEach((first, r) => {
      if (summary.refused.size > 0)
        for (let i = 0; i < columns; i++) {
          const since = summary.refused.get((first + i) % DOMAIN);
          if (since !== undefined && since <= state.moment) cells[r * columns + i] = 2;
        }
      for (const [page] of state.iommu.entries(busPage(first), busPage(first + columns - 1)))
        cells[r * columns + column(first, page)] = 1;
    }),
};

const useTones: readonly Tone[] = ["c1", "c2", "c3", "right", "c4", "c5", "plain", "plain"];

const pages: MapKind = {
  name: "pages",
  title: "Pages",
  legend: [
    ["free", "empty", "nobody has allocated it, as far as the trace tells"],
    ...uses.map((use, i) => [use, useTones[i] ?? "plain", `allocated for ${use}`] as const),
    ["uncached", "warn", "the CPU's mapping of it is uncached, and nobody has allocated it"],
  ],
  thing: ["allocation[", "]"],
  kinds: ["page.allocated", "page.freed"],
  rows: blocksOf("allocation"),
  fill: (_, state, { rows, columns }, cells) => {
    const uncached = uses.length + 1;
    rows.forEach((first, r) => {
      const last = pfn(first + columns - 1);
      const at = (page: Pfn) => r * columns + column(first, page);
      for (const [page, flags] of state.flags.entries(pfn(first), last))
        if ((flags & UNCACHED) !== 0) cells[at(page)] = uncached;
      for (const [page] of state.allocation.entries(pfn(first), last))
        cells[at(page)] = 1 + state.allocationOf(page)!.use;
    });
  },
};

const kinds: readonly MapKind[] = [gatt, iommu, p2m, pages];

/** The maps that a trace has something for. */
export function mapNames(pageTrace: PageTrace): { name: string; title: string }[] {
  const { trace, summary } = pageTrace;
  const hasGatt = trace.names.kinds.includes("gatt.written") && trace.about.chipset !== "none";
  return kinds
    .filter(({ name }) => {
      if (name === "gatt") return hasGatt && summary.hasGatt;
      const family = name === "pages" ? "allocation" : (name as "p2m" | "iommu");
      return summary.pages[family].rows.rows.length > 0;
    })
    .map(({ name, title }) => ({ name, title }));
}

/** A map as it travels, its cells apart. */
export interface Picture {
  readonly head: MapHead;
  readonly cells: Uint8Array;
}

/** The map of this name of a state that the trace was in. */
export function mapOf(pageTrace: PageTrace, name: string, state: State): Picture {
  const kind = kinds.find((one) => one.name === name);
  if (kind === undefined)
    throw new UserError(
      `no map is called '${name}'; known: ${kinds.map(({ name }) => name).join(", ")}`,
    );
  const { rows, columns } = kind.rows(pageTrace, state);
  const cells = new Uint8Array(rows.length * columns);
  kind.fill(pageTrace, state, { rows, columns }, cells);
  const counts = new Float64Array(kind.legend.length);
  for (const cell of cells) counts[cell]!++;
  const head: MapHead = {
    name,
    title: kind.title,
    at: state.moment,
    rows: [...rows],
    columns,
    legend: kind.legend.map(([name, tone, means], i) => ({ name, tone, means, count: counts[i]! })),
    changed: lastChange(pageTrace, kind, state.moment),
    thing: [kind.thing[0], kind.thing[1]],
  };
  return { head, cells };
}

/** The entry that the last event of these kinds was about. */
function lastChange(
  { travel }: PageTrace,
  { kinds, name }: MapKind,
  at: number,
): MapHead["changed"] {
  const last = travel.previous({ kinds }, at + 1);
  if (last === undefined) return null;
  const { event, seq } = last;
  if (event.kind === "gatt.written") return { entry: column(0, event.entry), seq };
  if ("page" in event && name !== "pages") return { entry: column(0, event.page), seq };
  if ("allocation" in event) return { entry: column(0, event.allocation), seq };
  return null;
}
