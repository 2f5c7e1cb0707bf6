// xentrace.ts - imports the trace buffers of Xen: hypercalls, page-table writes and changes of memory.
//
// Its clock is the CPU's counter, whose rate the file does not tell and which no other source shares: what
// it says keeps its own order and stands behind everything that has a time.

import {
  machineOf,
  mfn,
  onBus,
  type Pfn,
  pfn,
  physOf,
  pteIndex,
  untranslated,
  virt,
} from "../../../address.ts";
import { numberedHypercalls } from "../../../event/p2m.ts";
import type { Stream, StreamFormat } from "../join/format.ts";
import { type Run, virtOf } from "../join/run.ts";
import type { Source } from "../source/source.ts";
import { beginsWindow, CPU_CHANGE, isPadding, Records, type XenRecord } from "./xentrace-record.ts";

const LOST_RECORDS = 0x1f001;
const SET_P2M_ENTRY = 0x10f004;
const DECREASE_RESERVATION = 0x10f005;
/** Xen's MAX_ORDER on x86: no request is for more pages (xen/include/xen/mm.h). */
const MAX_ORDER = 18;

export const xentrace: StreamFormat = {
  name: "xentrace",
  what: "the records of Xen's trace buffers",
  madeBy: "xentrace -D -e all xen.trace",
  near: null,
  part: "stream",
  recognises: beginsWindow,
  open: (source, run) => new Buffers(source, run),
};

type Telling = Pick<Run, "emit" | "machine" | "at" | "text">;
/** Why a record cannot be used; null where it was. */
type Why = string | null;

class Buffers implements Stream<XenRecord> {
  readonly #source: Source;
  readonly #run: Telling;

  constructor(source: Source, run: Telling) {
    this.#source = source;
    this.#run = run;
  }

  async *batches(): AsyncGenerator<readonly XenRecord[]> {
    const records = new Records();
    for await (const chunk of this.#source.bytes()) yield records.take(chunk);
    yield records.end();
  }

  timeOf(): number {
    return Number.POSITIVE_INFINITY;
  }

  take(record: XenRecord): boolean {
    this.#source.line = record.number;
    this.#run.at = null;
    this.#run.text = "";
    const name = nameOf(record.event);
    const why = record.why ?? this.#emit(record);
    if (why === null) this.#source.tally.kept(name);
    else this.#source.tally.skipped(name, `${why} (byte ${record.byte})`);
    return true;
  }

  #emit(record: XenRecord): Why {
    const { event, words } = record;
    if (event === CPU_CHANGE || isPadding(record)) return null;
    switch (event) {
      case LOST_RECORDS:
        return this.#lost(words);
      case 0x20100d:
        return this.#hypercall(words, null);
      case 0x20200e:
        return this.#hypercall(words, "multicall");
      case 0x20110b:
        return this.#pageTable(words.slice(0, 2), words.slice(2, 4));
      case 0x20100c:
        return this.#pageTable(words.slice(0, 2), words.slice(2, 3));
      case SET_P2M_ENTRY:
        return this.#p2m(words);
      case DECREASE_RESERVATION:
        return this.#decrease(words);
      default:
        return event >>> 16 in otherClasses
          ? "records of this class say nothing of addresses"
          : "no event of a trace says this";
    }
  }

  #lost([count]: readonly number[]): Why {
    if (count === undefined) return SHORT;
    this.#source.tally.lost(nameOf(LOST_RECORDS), count);
    this.#run.emit({ kind: "events.lost", actor: "hypervisor", count, text: "xentrace" });
    return null;
  }

  /** Of the arguments only those are there that tell what is asked for; `place` is what it was called in. */
  #hypercall([first, ...rest]: readonly number[], place: string | null): Why {
    if (first === undefined) return SHORT;
    const call = numberedHypercalls[first % 2 ** 20] ?? null;
    if (call === null) return `hypercall ${first % 2 ** 20} has no name`;
    const values = argumentsOf(first, rest);
    if (values === null) return SHORT;
    const text = values.map(([i, value]) => `a${i}=0x${value.toString(16)}`).join(" ");
    this.#run.emit({
      kind: "hypercall.made",
      actor: "kernel",
      ...(place === null ? {} : { place }),
      call,
      ...(text === "" ? {} : { text }),
    });
    return null;
  }

  /** The kernel wrote to its page table itself, and Xen did it for it. */
  #pageTable(entry: readonly number[], where: readonly number[]): Why {
    const [low, high] = entry;
    if (low === undefined || high === undefined || where.some((word) => word === undefined))
      return SHORT;
    const at = virtOf(
      [...where]
        .reverse()
        .map((word) => word.toString(16).padStart(8, "0"))
        .join(""),
    );
    if (at === null) return "the entry is not in the kernel's half of the address space";
    const word = (high % 2 ** 20) * 2 ** 32 + low;
    const upper = Math.floor(high / 2 ** 20);
    this.#run.emit({
      kind: "pte.written",
      actor: "hypervisor",
      place: "ptwr_emulated_update",
      entry: pteIndex(Math.floor(at / 8)),
      word,
      ...(upper === 0 ? {} : { high: upper }),
      virt: virt(at),
      ...this.#named(word),
    });
    return null;
  }

  /** The page that a present entry names: bit 0 says present, bits 12 to 51 are the machine frame. */
  #named(word: number) {
    if (word % 2 === 0) return {};
    const frame = mfn(Math.floor(word / 4096));
    const handed = onBus(machineOf(frame));
    const page = this.#run.machine.state.m2p.get(frame);
    return {
      bus: handed,
      reached: untranslated(handed),
      ...(page === undefined ? {} : { phys: physOf(page), machine: machineOf(frame) }),
    };
  }

  /** Words: gfn, mfn (two each), type, domain with the order in the upper half. */
  #p2m(words: readonly number[]): Why {
    const [page, frame] = [wide(words, 0), wide(words, 2)];
    const last = words[5];
    if (page === null || last === undefined) return SHORT;
    const [domain, order] = [last % 2 ** 16, Math.floor(last / 2 ** 16)];
    if (domain !== 0) return `of domain ${domain}, whose memory is not this trace's`;
    if (order > MAX_ORDER) return `2^${order} pages at once`;
    for (let i = 0; i < 2 ** order; i++)
      if (frame === null) this.#clear(pfn(page + i));
      else
        this.#run.emit({
          kind: "p2m.set",
          actor: "hypervisor",
          page: pfn(page + i),
          phys: physOf(pfn(page + i)),
          machine: machineOf(mfn(frame + i)),
        });
    return null;
  }

  /** Words: gfn (two), domain, order. */
  #decrease(words: readonly number[]): Why {
    const page = wide(words, 0);
    const [, , domain, order] = words;
    if (page === null || domain === undefined || order === undefined) return SHORT;
    if (domain !== 0) return `of domain ${domain}, whose memory is not this trace's`;
    if (order > MAX_ORDER) return `2^${order} pages at once`;
    for (let i = 0; i < 2 ** order; i++) this.#clear(pfn(page + i));
    return null;
  }

  /** A page whose frame nothing record of has none to lose. */
  #clear(page: Pfn): void {
    const frame = this.#run.machine.state.p2m.get(page);
    if (frame === undefined) return;
    const phys = physOf(page);
    const where = machineOf(frame);
    this.#run.emit({ kind: "p2m.cleared", actor: "hypervisor", page, phys, machine: where });
  }
}

const SHORT = "the record has too few words, or a number that no address can be";

/** A 64-bit frame number; null where there is none, or all ones for "no frame". */
function wide(words: readonly number[], at: number): number | null {
  const [low, high] = [words[at], words[at + 1]];
  if (low === undefined || high === undefined || high >= 2 ** 8) return null;
  return high * 2 ** 32 + low;
}

/** Two bits an argument from bit 20 on: 1 where 32 bits of it follow, 2 where 64 do; null for too few words. */
function argumentsOf(
  first: number,
  words: readonly number[],
): (readonly [number, number])[] | null {
  const found: (readonly [number, number])[] = [];
  let next = 0;
  for (let i = 0; i < 6; i++) {
    const form = Math.floor(first / 2 ** (20 + 2 * i)) % 4;
    if (form === 0) continue;
    const value = words[next++];
    const upper = form === 2 ? words[next++] : 0;
    if (value === undefined || upper === undefined) return null;
    found.push([i, upper * 2 ** 32 + value]);
  }
  return found;
}

const names: { readonly [event: number]: string } = {
  0: "window",
  [CPU_CHANGE]: "CPU_CHANGE",
  [LOST_RECORDS]: "LOST_RECORDS",
  126978: "WRAP_BUFFER",
  1110017: "PAGE_GRANT_MAP",
  1110018: "PAGE_GRANT_UNMAP",
  1110019: "PAGE_GRANT_TRANSFER",
  [SET_P2M_ENTRY]: "SET_P2M_ENTRY",
  [DECREASE_RESERVATION]: "DECREASE_RESERVATION",
  2101249: "PV_HYPERCALL",
  2101507: "PV_TRAP",
  2101508: "PV_PAGE_FAULT",
  2101515: "PV_PTWR_EMULATION",
  2101260: "PV_PTWR_EMULATION_PAE",
  2101261: "PV_HYPERCALL_V2",
  2105358: "PV_HYPERCALL_SUBCALL",
};

/** Classes that speak of other things than memory, by the upper bits of their events. */
const otherClasses: { readonly [upper: number]: string } = {
  2: "SCHED",
  4: "DOM0OP",
  8: "HVM",
  64: "SHADOW",
  128: "HW",
  2048: "GUEST",
};

/** The name that people know an event by, its class where nothing of that is record, else its number. */
const nameOf = (event: number): string =>
  names[event] ?? otherClasses[event >>> 16] ?? `0x${event.toString(16)}`;
