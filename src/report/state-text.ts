// state-text.ts - a machine at a moment, on one screen: who owns what, and where each table leads.

import { aperture, mfnOf, offset, PAGE_SIZE, pfn, physOf, raw } from "../address.ts";
import { uses } from "../event/memory.ts";
import { registerName } from "../event/register.ts";
import { fetch } from "../machine/gart.ts";
import { RESERVED, type State, UNCACHED } from "../machine/state.ts";
import { counted, countOf, inColumns } from "./text.ts";

/** What the state says, as plain values; addresses and words as hexadecimal text. */
export function stateJson(state: State): { [part: string]: unknown } {
  return {
    moment: state.moment,
    op: state.op < 0 ? null : state.op,
    allocations: allocations(state),
    p2m: { known: state.p2m.size, runs: runs(state.p2m.entries(), contiguous).map(runJson) },
    mappings: mappings(state),
    registers: registers(state),
    gatt: gattRuns(state),
    tlb: { gart: state.tlb.size },
    pages: { reserved: flagged(state, RESERVED), uncached: flagged(state, UNCACHED) },
  };
}

const hex = (value: number): string => `0x${value.toString(16)}`;

export interface Run {
  first: number;
  length: number;
  value: number;
}
/** Entries in a row, as long as `joins` says that the next value goes on. */
function runs(
  entries: Iterable<[number, number]>,
  joins: (before: number, next: number) => boolean,
): Run[] {
  const found: Run[] = [];
  let last = { index: -2, value: Number.NaN };
  for (const [index, value] of entries) {
    const run = found.at(-1);
    if (run !== undefined && index === last.index + 1 && joins(last.value, value)) run.length++;
    else found.push({ first: index, length: 1, value });
    last = { index, value };
  }
  return found;
}
const contiguous = (before: number, next: number): boolean => next === before + 1;
const runJson = ({ first, length, value }: Run) => ({
  first: hex(first),
  pages: length,
  frame: hex(value),
});

/** Pages by use, in runs of neighbouring pages. */
function allocations(state: State): { use: string; pages: number; at: string[] }[] {
  return uses
    .map((use, code) => {
      const own = [...state.allocation.entries()].filter(
        ([, first]) => state.extent.get(first)! % 16 === code,
      );
      const at = runs(
        own.map(([page]) => [page, page] as [number, number]),
        contiguous,
      );
      return { use, pages: own.length, at: at.map(({ first, length }) => span(first, length)) };
    })
    .filter(({ pages }) => pages > 0);
}

const span = (first: number, length: number): string =>
  length === 1 ? hex(first) : `${hex(first)}..${hex(first + length - 1)}`;

function mappings(state: State): { virt: string; pages: number; frame: string }[] {
  const entries = [...state.mappings]
    .sort(([a], [b]) => a - b)
    .map(([page, { reached }]) => [page, reached] as [number, number]);
  return runs(entries, contiguous).map(({ first, length, value }) => ({
    virt: hex(first * PAGE_SIZE),
    pages: length,
    frame: hex(value),
  }));
}

/** Registers by name, with their fields. */
function registers(
  state: State,
): { register: string; value: string; fields: { [name: string]: string } }[] {
  const known = state.nature.chipset?.registers ?? [];
  return [...state.registers]
    .sort(([a], [b]) => a - b)
    .map(([number, { word }]) => {
      const named = known.find((register) => register.number === number);
      const fields = named?.fields.map(({ name, bits: [high, low] }) => {
        const value = Math.floor(word / 2 ** low) % 2 ** (high - low + 1);
        return [name, hex(value * 2 ** low)] as const;
      });
      return {
        register: named === undefined ? registerName(number) : named.name,
        value: hex(word),
        fields: Object.fromEntries(fields ?? []),
      };
    });
}

export interface GattRun {
  readonly entries: string;
  readonly count: number;
  /** What the chipset finds when it walks there. */
  readonly says: "empty" | "right" | "wrong" | "not reached";
  readonly first: string;
  readonly aperture: string | null;
}

/** The table in ranges: what the CPU wrote there, and whether the chipset gets to the page that was meant. */
function gattRuns(state: State): GattRun[] {
  const found: { first: number; length: number; word: number; says: GattRun["says"] }[] = [];
  const base = state.nature.chipset?.apertureBase(state.registers) ?? null;
  for (const [index, word] of state.gatt.entries()) {
    const says = judgement(state, index, word);
    const run = found.at(-1);
    if (run !== undefined && run.says === says && run.first + run.length === index) run.length++;
    else found.push({ first: index, length: 1, word, says });
  }
  return found.map(({ first, length, word, says }) => ({
    entries: span(first, length),
    count: length,
    says,
    first: hex(word),
    aperture: base === null ? null : hex(raw(offset(aperture(raw(base)), first * PAGE_SIZE))),
  }));
}

/** Right means: the chipset fetches this very word, and it names a page that this kernel gave to AGP. */
function judgement(state: State, index: number, word: number): GattRun["says"] {
  if (state.nature.chipset?.entry.decode(word) == null) return "empty";
  const walked = fetch(state, index);
  if (walked === null || walked.word !== word || walked.reached === null) return "not reached";
  const frame = raw(mfnOf(walked.reached));
  const page = state.nature.physIsMachine ? frame : state.m2p.get(frame);
  if (page === undefined || state.allocation.get(page) === undefined) return "wrong";
  return uses[state.extent.get(state.allocation.get(page)!)! % 16] === "agp" &&
    state.machineOf(physOf(pfn(page))) !== null
    ? "right"
    : "wrong";
}

const flagged = (state: State, flag: number): number => {
  let count = 0;
  for (const [, flags] of state.flags.entries()) if ((flags & flag) !== 0) count++;
  return count;
};

/** The same on one screen. */
export function stateText(state: State, total: number): string {
  const where = state.op < 0 ? "between ops" : `in op ${state.op}`;
  const lines = [`moment #${state.moment} of ${counted(total)}, ${where}`, ""];
  const section = (title: string, rows: readonly (readonly string[])[]) => {
    if (rows.length > 0) lines.push(title, inColumns(rows.map((row) => ["", ...row])), "");
  };
  section(
    "allocations, by pfn",
    allocations(state).map(({ use, pages, at }) => [use, countOf(pages, "page"), few(at)]),
  );
  section("P2M, as far as the trace knows it", p2mRows(state));
  section(
    "ioremap",
    mappings(state).map(({ virt, pages, frame }) => [
      `${virt}:v`,
      countOf(pages, "page"),
      `frame ${frame}`,
    ]),
  );
  section(
    "registers",
    registers(state).map(({ register, value, fields }) => [
      register,
      value,
      Object.entries(fields)
        .map(([name, field]) => `${name}=${field}`)
        .join(" "),
    ]),
  );
  section(
    "GATT",
    fewRows(gattRuns(state)).map(({ entries, count, says, first, aperture }) => [
      entries,
      counted(count),
      says,
      says === "empty" ? "" : `first ${first}`,
      aperture === null ? "" : `aperture ${aperture}`,
    ]),
  );
  const tail =
    `GART TLB holds ${countOf(state.tlb.size, "entry").replace("entrys", "entries")}; ` +
    `${countOf(flagged(state, RESERVED), "page")} reserved, ${counted(flagged(state, UNCACHED))} uncached`;
  return [...lines, tail].join("\n");
}

const MOST = 12;
const few = (list: readonly string[]): string =>
  list.length <= 4 ? list.join(" ") : `${list.slice(0, 4).join(" ")} and ${list.length - 4} more`;
const fewRows = (list: readonly GattRun[]): readonly GattRun[] => list.slice(0, MOST);

function p2mRows(state: State): string[][] {
  if (state.nature.physIsMachine) return [["identity: physical addresses are machine addresses"]];
  const all = runs(state.p2m.entries(), contiguous);
  const rows = all
    .slice(0, MOST)
    .map(({ first, length, value }) => [span(first, length), "->", span(value, length)]);
  return all.length > MOST
    ? [...rows, [`and ${counted(all.length - MOST)} more runs of frames`, "", ""]]
    : rows;
}
