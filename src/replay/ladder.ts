// ladder.ts - one page through all spaces at a moment: page table, P2M, IOMMU, GATT entry, aperture.
//
// Each step says what it looked up and where that led. The CPU gets to the page; every later step is compared with
// the machine address that the CPU gets to.

import {
  busOf,
  distance,
  entryOffset,
  hex,
  type Machine,
  machineOf,
  mfnOf,
  offset,
  PAGE_SIZE,
  type Pfn,
  type Phys,
  pfnOf,
  pfnOnBareMetal,
  phys as physAt,
  physOf,
  raw,
  untranslated,
  virt as virtAt,
  vpnOf,
} from "../address.ts";
import { virtText } from "../event/address-text.ts";
import { uses } from "../event/memory.ts";
import { deviceOf } from "../event/register.ts";
import type { Of, Recorded } from "../event/vocabulary.ts";
import { accessedWord, entriesOf, fetch, walk, writtenAt } from "../machine/gart.ts";
import type { State } from "../machine/state.ts";
import { cpuWord } from "../machine/table-words.ts";
import { changesOf } from "./changes.ts";
import { linearOffset } from "./linear.ts";
import { liveMappings } from "./live-mappings.ts";
import { stateAt } from "./replay.ts";
import { subjectAt } from "./subject.ts";
import type { Trace } from "./trace.ts";

/** What a step found, by name: addresses and words in hexadecimal, the seq of the event that made it so. */
export type Found = { readonly [name: string]: string | number | null };

export interface Step {
  readonly name: string;
  /** What was looked up, and where that led; null where there is nothing to look up. */
  readonly says: string | null;
  /** The same for programs. */
  readonly found: Found;
  /** Whether it leads to the page that the CPU means; null where it says nothing about that. */
  readonly leads: boolean | null;
}

export const rungs = [
  "page table",
  "owner",
  "P2M",
  "IOMMU",
  "DMA handle",
  "GATT entry",
  "table base",
  "aperture",
] as const;

/** The steps of one trace at a moment, one for each of `rungs`. `virt` is the kernel's whole address. */
export const ladder = (trace: Trace, moment: number, virt: bigint): Step[] =>
  ladderIn(trace, stateAt(trace, moment), virt);

/** The same of a state that is at hand. */
export function ladderIn(trace: Trace, state: State, virt: bigint): Step[] {
  const relative = virt - trace.about.virtBase;
  const linear = linearOffset(trace);
  const mapped = relative < 0n ? undefined : state.mappings.get(vpnOf(virtAt(Number(relative))));
  const within = Number(virt % BigInt(PAGE_SIZE));
  if (mapped !== undefined) {
    const reached = offset(machineOf(mapped.word), within);
    const says = `ioremap of #${mapped.seq} maps it at machine ${hex(reached)}`;
    const found = { seq: mapped.seq, machine: hex(reached) };
    return stepsOf({ "page table": { says, found, leads: null } });
  }
  const address = linear === null ? -1 : Number(relative) - linear;
  if (relative < 0n || address < 0)
    return stepsOf({ "page table": nothing("the kernel has no such address") });
  return stepsOf(climb(trace, state, physAt(address), linear));
}

/** The same of a page by its kernel-physical address, where nothing is known of the kernel's own. */
export const ladderOfPage = (trace: Trace, state: State, page: Phys): Step[] =>
  stepsOf(climb(trace, state, page, linearOffset(trace)));

type Answer = Omit<Step, "name">;
type Rungs = { readonly [R in (typeof rungs)[number]]?: Answer };

const stepsOf = (answers: Rungs): Step[] =>
  rungs.map((name) => ({ name, ...(answers[name] ?? nothing(null)) }));

/** Nothing is found, and this is why; null where there was nothing to look up. */
const nothing = (says: string | null): Answer => ({ says, found: {}, leads: null });

function climb(trace: Trace, state: State, page: Phys, linear: number | null): Rungs {
  const machine = state.machineOf(page);
  const up: { -readonly [R in keyof Rungs]: Answer } = {
    ...(linear === null ? {} : { "page table": linearStep(trace, page, linear) }),
    owner: ownerStep(state, page),
    P2M: p2mStep(state, page, machine),
  };
  if (machine === null) return up;
  up.IOMMU = iommuStep(state, machine);
  const handle = dmaStep(trace, state, page);
  if (handle !== null) up["DMA handle"] = handle;
  if (state.nature.chipset === null) return up;
  const entry = lastEntryOf(trace, state, page, machine);
  if (entry === null) return { ...up, "GATT entry": nothing("none names this page") };
  return { ...up, ...gartSteps(state, entry.event, entry.seq, machine) };
}

function linearStep({ about }: Trace, page: Phys, linear: number): Answer {
  const offsetText = virtText(virtAt(linear), about.virtBase);
  const found = { offset: offsetText, phys: hex(page) };
  return { says: `less ${offsetText}: physical ${hex(page)}`, found, leads: null };
}

function ownerStep(state: State, page: Phys): Answer {
  const pfn = pfnOf(page);
  const owner = state.allocationOf(pfn);
  if (owner === null) return nothing("nobody has allocated it");
  const [use, seq] = [uses[owner.use]!, state.allocated.get(owner.first) ?? null];
  const [which, { pages }] = [distance(owner.first, pfn), owner];
  const part = pages === 1 ? "" : `, page ${which} of ${pages}`;
  const found = { use, seq, page: which, pages };
  return { says: `allocated for ${use} by #${seq}${part}`, found, leads: null };
}

function p2mStep(state: State, page: Phys, machine: Machine | null): Answer {
  if (machine === null) return nothing(`P2M[${hex(pfnOf(page))}] is not set`);
  const [pfn, mfn] = [hex(pfnOf(page)), hex(mfnOf(machine))];
  const says = state.nature.physIsMachine
    ? `physical is machine: ${hex(page)}`
    : `P2M[${pfn}] = ${mfn}: machine ${hex(machine)}`;
  return { says, found: { pfn, mfn, machine: hex(machine) }, leads: null };
}

function iommuStep(state: State, machine: Machine): Answer {
  const frame = mfnOf(machine);
  for (const [page, to] of state.iommu.entries())
    if (to === frame) {
      const bus = hex(busOf(page));
      return { says: `${bus} leads there, for devices behind it`, found: { bus }, leads: true };
    }
  return nothing(state.iommu.size === 0 ? null : "no entry leads there");
}

/** The last DMA mapping that is in force and covers the page; null for none. */
function dmaStep(trace: Trace, state: State, page: Phys): Answer | null {
  if (state.dma.size === 0) return null;
  const pfn = pfnOf(page);
  for (const { seq, event } of liveMappings(trace, state)) {
    if (event.phys == null) continue;
    const { device = null, phys: buffer, bus, machine, reached, size } = event;
    const [first, last] = [pfnOf(buffer), pfnOf(offset(buffer, Math.max(size, 1) - 1))];
    if (pfn < first || pfn > last) continue;
    const name = device === null ? null : deviceOf(device);
    const whose = name === null ? "" : ` for ${name}`;
    return {
      says: `#${seq} gave ${hex(bus)}${whose} for ${size} bytes at ${hex(buffer)}`,
      found: { seq, bus: hex(bus), device: name, size, phys: hex(buffer) },
      leads: machine == null || reached == null ? null : machine === reached,
    };
  }
  return null;
}

interface Entry {
  readonly seq: number;
  readonly event: Of<"gatt.written">;
}

/**
 * The last write up to the moment of an entry for this page. The entries that name it now are in the state; only what was
 * written behind the last of them, or since the page was given out, is looked through.
 */
function lastEntryOf(trace: Trace, state: State, page: Phys, machine: Machine): Entry | null {
  const pfn = pfnOf(page);
  // A page of the table itself is never what an entry means.
  if (state.table.tables.places.has(pfn)) return null;
  const entryIn = (recorded: Recorded | undefined): Entry | null =>
    recorded?.event.kind === "gatt.written" &&
    recorded.event.phys != null &&
    pfnOf(recorded.event.phys) === pfn
      ? { seq: recorded.seq, event: recorded.event }
      : null;
  let latest: Entry | null = null;
  for (const seq of writesNaming(state, page, machine)) latest ??= entryIn(trace.event(seq));
  const from = latest === null ? givenOutAt(trace, state, pfn) : latest.seq + 1;
  const first = raw(physOf(pfn)); // a column's range is plain
  const query = { from, to: state.moment, kinds: ["gatt.written"], backwards: true } as const;
  const phys = { first, last: first + PAGE_SIZE - 1 };
  for (const recorded of trace.search({ ...query, phys })) {
    const later = entryIn(recorded);
    if (later !== null) return later;
  }
  return latest;
}

/** The writes of the entries that name the page's frame, or the number that the kernel has for it; newest first. */
function writesNaming(state: State, page: Phys, machine: Machine): number[] {
  const { chipset } = state.nature;
  const seqs: number[] = [];
  for (const [entry, word] of entriesOf(state)) {
    if (word === 0) continue;
    const bus = chipset?.entry.decode(word);
    if (bus == null) continue;
    const frame = mfnOf(untranslated(bus));
    if (frame === mfnOf(machine) || pfnOnBareMetal(frame) === pfnOf(page))
      seqs.push(writtenAt(state, entry));
  }
  return seqs.sort((a, b) => b - a);
}

/** The event by which somebody was last given the page; the first of the trace where it does not tell. */
function givenOutAt(trace: Trace, state: State, pfn: Pfn): number {
  const owner = state.allocationOf(pfn);
  if (owner !== null) return state.allocated.get(owner.first) ?? 1;
  const subject = subjectAt("allocation", raw(pfn)); // a subject's number is plain
  const stretch = { from: 1, to: state.moment, backwards: true };
  for (const { seq, event } of changesOf(trace, subject, stretch))
    if (event.kind === "page.allocated") return seq;
  return 1;
}

/** The entry as the CPU sees it, the table as the chipset finds it, and where the card gets to. */
function gartSteps(state: State, event: Entry["event"], seq: number, machine: Machine): Rungs {
  const { chipset } = state.nature;
  const at = accessedWord(state, event);
  const word = at === null ? undefined : cpuWord(state, at);
  const name = `gatt[${hex(event.entry)}]`;
  if (word !== event.word || chipset === null)
    return { "GATT entry": nothing(`${name} named it by #${seq} and names it no more`) };
  const bus = chipset.entry.decode(word);
  const up: { -readonly [R in keyof Rungs]: Answer } = {
    "GATT entry": {
      says: `${name} = ${hex(word)} by #${seq}: ${bus === null ? "no page" : hex(bus)}`,
      found: {
        entry: hex(event.entry),
        word: hex(word),
        seq,
        bus: bus === null ? null : hex(bus),
      },
      leads: bus !== null && mfnOf(untranslated(bus)) === mfnOf(machine),
    },
  };
  const base = chipset.apertureBase(state);
  const fetched = fetch(state, event.entry);
  if (base === null || fetched === null)
    return { ...up, "table base": nothing("the chipset was told of no table") };
  const from = fetched.fetched === null ? null : hex(fetched.fetched);
  up["table base"] = {
    says: `the chipset fetches ${hex(fetched.word)} at ${from ?? "?"}`,
    found: { word: hex(fetched.word), machine: from },
    leads: fetched.word === word,
  };
  const issued = offset(base, entryOffset(event.entry, PAGE_SIZE));
  const reached = walk(state, issued)?.reached ?? null;
  up.aperture = {
    says: `${hex(issued)} ${reached === null ? "leads nowhere" : `reaches ${hex(reached)}`}`,
    found: { bus: hex(issued), reached: reached === null ? null : hex(reached) },
    leads: reached !== null && mfnOf(reached) === mfnOf(machine),
  };
  return up;
}

/** The first step at which some ladders lead to the page and others do not; null where none does. */
export function partingOf(ladders: readonly (readonly Pick<Step, "leads">[])[]): string | null {
  const at = rungs.findIndex((_, i) => {
    const leads = ladders.map((steps) => steps[i]!.leads).filter((one) => one !== null);
    return leads.includes(true) && leads.includes(false);
  });
  return rungs[at] ?? null;
}
