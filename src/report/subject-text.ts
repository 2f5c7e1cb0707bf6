// subject-text.ts - one subject, or a range of them, as it is at a moment; equal neighbours in one row.

import {
  bus,
  busPage,
  directoryIndex,
  gattIndex,
  type Index,
  mfn,
  offset,
  PAGE_SIZE,
  pfn,
  raw,
  registerIndex,
  vpn,
  WORD_SIZE,
} from "../address.ts";
import { tagName } from "../event/device.ts";
import type { FamilyName } from "../event/field.ts";
import { toJson } from "../event/line.ts";
import { uses } from "../event/memory.ts";
import { deviceOf } from "../event/register.ts";
import { eventText } from "../event/vocabulary.ts";
import { pagesOf, RESERVED, type State, UNCACHED } from "../machine/state.ts";
import type { TablePages } from "../machine/table-pages.ts";
import { cpuWord, entryWord } from "../machine/table-words.ts";
import { type BusRange, type Subject, type SubjectRange, subjectAt } from "../replay/subject.ts";
import type { TimeTravel } from "../replay/travel.ts";
import { tracedLine } from "./event-text.ts";
import {
  gattParts,
  hex,
  iommuRuns,
  mappings,
  p2mRuns,
  type Run,
  registers,
  span,
  verdictsOf,
} from "./state-text.ts";
import { inColumns, indented } from "./text.ts";

/** What a subject is, by name: addresses and words in hexadecimal. */
type Facts = {
  readonly [name: string]: string | number | boolean | null | { readonly [field: string]: string };
};

/** A row: which subjects, and what they are. */
export interface SubjectRow {
  readonly subject: string;
  /** In words. */
  readonly value: string;
  /** For programs. */
  readonly facts: Facts;
}

/** Rows of a range that are printed; JSON has all. */
const MOST = 40;

/** The subject at a moment, and the event that made it so. */
export function subjectText(travel: TimeTravel, subject: Subject, state: State): string {
  const change = travel.lastChange(subject, state.moment);
  return [
    subjectNow(travel, subject, state),
    change === undefined
      ? `nothing changed it up to #${state.moment}`
      : `last changed by\n${indented(tracedLine(travel.trace, change))}`,
  ].join("\n");
}

/** The subject at a moment alone. */
export function subjectNow(travel: TimeTravel, subject: Subject, state: State): string {
  const rows = subjectRows(travel, subject, state);
  const shown = rows.slice(0, MOST).map((row) => [row.subject, row.value]);
  const rest = rows.length - shown.length;
  return [
    shown.length === 0 ? `${subject.name}: nothing is known of it` : inColumns(shown),
    ...(rest > 0 ? [`and ${rest} more; --json prints all`] : []),
  ].join("\n");
}

export function subjectJson(travel: TimeTravel, subject: Subject, state: State): unknown {
  const change = travel.lastChange(subject, state.moment);
  const { virtBase } = travel.trace.about;
  return {
    subject: subject.name,
    moment: state.moment,
    is: subjectRows(travel, subject, state).map(({ subject, value, facts }) => ({
      subject,
      says: value,
      facts,
    })),
    changed:
      change === undefined
        ? null
        : { ...toJson(change, virtBase), verdict: travel.verdict(change) },
  };
}

export const subjectRows = (travel: TimeTravel, subject: Subject, state: State): SubjectRow[] =>
  subject.parts.flatMap((part) => describers[part.family](state, part, travel));

type Describer = (state: State, part: SubjectRange, travel: TimeTravel) => SubjectRow[];

const leads =
  <Page extends Index>(
    name: string,
    page: (number: number) => Page,
    runsOf: (state: State, first: Page, last: Page) => Run[],
  ): Describer =>
  (state, { first, last }) =>
    runsOf(state, page(first), page(last)).map((run) => ({
      subject: `${name}[${span(run.first, run.length)}]`,
      value: `-> frame ${span(run.frame, run.length)}`,
      facts: { frame: hex(run.frame), pages: run.length },
    }));

/** The words of a directory, as the CPU sees them. */
const words =
  (name: FamilyName, pagesOf: (state: State) => TablePages): Describer =>
  (state, { first, last }) => {
    const pages = pagesOf(state);
    return alike(first, Math.min(last, (pages.size * PAGE_SIZE) / WORD_SIZE - 1), name, (entry) => {
      const word = cpuWord(state, entryWord(pages, directoryIndex(entry), WORD_SIZE)!);
      return word === undefined ? null : { value: hex(word), facts: { word: hex(word) } };
    });
  };

/** A subject without a table of its own: its state is its latest event. */
const lastSaid =
  (family: FamilyName): Describer =>
  (state, { first, last }, travel) =>
    alike(first, Math.min(last, first + MOST - 1), family, (number) => {
      const change = travel.lastChange(subjectAt(family, number), state.moment);
      if (change === undefined) return null;
      const value = eventText(change.event, travel.trace.about.virtBase);
      return { value, facts: { seq: change.seq } };
    });

const describers: { readonly [F in SubjectRange["family"]]: Describer } = {
  gatt: (state, { first, last }, travel) =>
    gattParts(state, verdictsOf(travel.trace), gattIndex(first), gattIndex(last)).map((part) => ({
      subject: `gatt[${span(part.first, part.count)}]`,
      value: [
        part.says,
        ...(part.says === "empty"
          ? []
          : [`${part.count > 1 ? "first entry " : ""}${hex(part.word)}`]),
        ...(part.aperture === null ? [] : [`aperture ${hex(part.aperture)}`]),
        ...(part.verdict === null ? [] : [`[${part.verdict}]`]),
      ].join(", "),
      facts: {
        is: part.says,
        word: hex(part.word),
        aperture: part.aperture === null ? null : hex(part.aperture),
        verdict: part.verdict,
      },
    })),
  directory: words("directory", ({ directory }) => directory),
  "scratch-directory": words("scratch-directory", ({ scratchDirectory }) => scratchDirectory),
  p2m: (state, part, travel) =>
    state.nature.physIsMachine
      ? [
          {
            subject: `p2m[${span(part.first, part.last - part.first + 1)}]`,
            value: "none: physical addresses are machine addresses",
            facts: {},
          },
        ]
      : leads("p2m", pfn, p2mRuns)(state, part, travel),
  iommu: (state, part, travel) =>
    part.bus !== undefined && travel.trace.about.source === "imported"
      ? entriesNow(state, part.bus, travel)
      : leads("iommu", busPage, iommuRuns)(state, part, travel),
  mapping: leads("mapping", vpn, mappings),
  dma: (state, { first, last, bus: range = { first: bus(first), last: bus(last) } }) =>
    [...mappedNow(state, range)].map(({ handle, device, bytes }) => ({
      subject: `dma[${hex(handle)}]`,
      value: `${bytes} bytes at ${hex(handle)}:b${device === null ? "" : ` for ${deviceOf(device)}`}`,
      facts: { bus: hex(handle), size: bytes, device: device === null ? null : deviceOf(device) },
    })),
  register: (state, { first, last }) =>
    registers(state, registerIndex(first), registerIndex(last)).map(
      ({ register, value, fields }) => ({
        subject: `reg:${register}`,
        value: [value, ...Object.entries(fields).map(([name, field]) => `${name}=${field}`)].join(
          " ",
        ),
        facts: { word: value, fields },
      }),
    ),
  content: (state, { first, last }) =>
    [...state.content.entries(mfn(first), mfn(last))].map(([frame, tag]) => ({
      subject: `content[${hex(frame)}]`,
      value: tagName(tag),
      facts: { tag },
    })),
  op: (state, { first }) => [
    {
      subject: `op:${first}`,
      value: state.op === first ? "under way" : "not under way",
      facts: { underWay: state.op === first },
    },
  ],
  allocation: (state, { first, last }) =>
    alike(first, last, "page", (page) => {
      const found = state.allocationOf(pfn(page));
      if (found === null) return null;
      const [use, seq] = [uses[found.use]!, state.allocated.get(found.first) ?? null];
      return {
        value: `${use}, allocated as ${span(found.first, found.pages)} in #${seq}`,
        facts: { use, first: hex(found.first), pages: found.pages, seq },
      };
    }),
  request: lastSaid("request"),
  pte: lastSaid("pte"),
  attribute: (state, { first, last }) =>
    alike(first, last, "page", (page) => {
      const flags = state.flags.get(pfn(page)) ?? 0;
      const facts = { reserved: (flags & RESERVED) !== 0, uncached: (flags & UNCACHED) !== 0 };
      const names = Object.entries(facts).flatMap(([name, is]) => (is ? [name] : []));
      return names.length === 0 ? null : { value: names.join(", "), facts };
    }),
};

/** The live mappings that a range of the bus is a part of. */
function* mappedNow(state: State, { first, last }: BusRange) {
  for (const mapped of state.dma.entries(bus(0), last))
    if (offset(mapped.handle, Math.max(mapped.bytes, 1) - 1) >= first) yield mapped;
}

/** The entries of a range of the bus as they are, of each device that ever had one there. */
function entriesNow(state: State, { first, last }: BusRange, travel: TimeTravel): SubjectRow[] {
  const rows = new Map<number, SubjectRow>();
  const part = { family: "iommu", first: 0, last: 0, bus: { first, last } } as const;
  for (const { event } of travel.changes({ name: "", parts: [part] }, { to: state.moment })) {
    if (event.kind !== "iommu.mapped") continue;
    for (let i = 0; i < pagesOf(event.size); i++) {
      const [page, address] = [offset(event.page, i), offset(event.bus, i * PAGE_SIZE)];
      const frame = state.iommu.get(page);
      if (address < first || address > last || frame === undefined) continue;
      const device = event.device == null ? null : deviceOf(event.device);
      const whom = device === null ? "" : ` for ${device}`;
      // A table's index is plain.
      rows.set(raw(page), {
        subject: `iommu:${hex(address)}`,
        value: `-> frame ${hex(frame)}${whom}`,
        facts: { frame: hex(frame), device },
      });
    }
  }
  return [...rows.values()];
}

/** One row for neighbours with the same value; none for those without one. */
function alike(
  first: number,
  last: number,
  name: string,
  tell: (number: number) => Omit<SubjectRow, "subject"> | null,
): SubjectRow[] {
  const found: { first: number; count: number; told: Omit<SubjectRow, "subject"> }[] = [];
  for (let number = first; number <= last; number++) {
    const told = tell(number);
    const before = found.at(-1);
    if (told === null) continue;
    if (before?.told.value === told.value && before.first + before.count === number) before.count++;
    else found.push({ first: number, count: 1, told });
  }
  return found.map(({ first, count, told }) => ({
    subject: `${name}[${span(first, count)}]`,
    ...told,
  }));
}
