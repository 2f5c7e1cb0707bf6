// records.ts - all records of a trace.dat in the order of their times, as `trace-cmd report` has them.

import { HIGHEST } from "../../source/fields.ts";
import type { RecordedFields } from "../record.ts";
import { integer, u16, u32 } from "../ring/bytes.ts";
import { numberOf, type RecordBytes, stretchOf, type Target, textAt } from "../ring/fields.ts";
import type { EventFormat } from "../ring/format-file.ts";
import type { Contents, RingBuffer } from "./contents.ts";
import { CpuPages } from "./cpu-pages.ts";

/** A record: which event on which CPU and when; its text is made when it is asked for. */
export class DatRecord implements RecordBytes, RecordedFields {
  readonly bytes: Buffer;
  readonly at: number;
  readonly length: number;
  readonly target: Target;
  readonly event: EventFormat | null;
  readonly id: number;
  readonly pid: number;
  readonly cpu: number;
  readonly buffer: RingBuffer;
  /** Nanoseconds; null where the clock counts something else. */
  readonly time: number | null;
  /** Records that were lost before it; -1 where their number is not told. */
  readonly missed: number;

  constructor(
    { page: { bytes, at, length }, cpu, buffer, missed }: CpuPages,
    target: Target,
    events: ReadonlyMap<number, EventFormat>,
    time: number | null,
  ) {
    this.bytes = bytes;
    this.at = at;
    this.length = length;
    this.target = target;
    this.cpu = cpu;
    this.buffer = buffer;
    this.missed = missed;
    this.time = time;
    // common_type and common_pid stand first in every event (kernel/trace/trace.h, struct trace_entry).
    this.id = u16(bytes, at, target);
    this.pid = length < 8 ? 0 : u32(bytes, at + 4, target) | 0;
    this.event = events.get(this.id) ?? null;
  }

  get name(): string {
    return this.event?.name ?? `type-${this.id}`;
  }
  /** The functions of a stack, the innermost first, where the file has their names. */
  get frames(): string[] {
    const { bytes, at, length, target } = this;
    const [caller, size] = [this.event?.fields.get("caller"), this.event?.fields.get("size")];
    if (caller === undefined || size === undefined) return [];
    const frames: string[] = [];
    // Its field has the first few; the others follow to the record's end (struct stack_entry).
    const count = Math.min(Number(numberOf(size, this) ?? 0), length / target.word);
    for (let i = 0; i < count; i++) {
      const from = caller.at + i * target.word;
      if (from + target.word > length) break;
      const address = integer(bytes, at + from, target.word, false, target);
      frames.push((address === null ? null : target.symbols(address, true)) ?? "");
    }
    return frames;
  }
  number(name: string): number | null {
    const field = this.event?.fields.get(name);
    if (field === undefined || field.element > 0 || field.dynamic !== null) return null;
    const value = numberOf(field, this);
    return typeof value === "number" && value >= 0 && value < HIGHEST ? value : null;
  }
  text(name: string): string | null {
    const field = this.event?.fields.get(name);
    if (field === undefined || field.type !== "char") return null;
    const stretch = stretchOf(field, this);
    return stretch === null ? null : textAt(this.bytes, stretch);
  }
  /** What its text has that is no number, a function by its address; null where that cannot be told. */
  get words(): string | null {
    return this.event === null ? "" : this.event.words(this);
  }
  /** What the event's own print format makes of it. */
  get body(): string {
    const text = this.event?.print(this) ?? "";
    return text.endsWith("\n") ? text.replace(/\n+$/, "") : text;
  }
}

/** Clocks that count nanoseconds; a counter and a processor's cycles do not. */
const NANOSECONDS = /^(?:local|global|uptime|perf|mono|mono_raw|boot|tai|tsc2nsec)$/;
/** Two years: no machine was up for as long, but a wall clock counts from 1970. */
const WALL = 2n ** 56n;
const CYCLES = /^(?:x86-tsc|tsc2nsec)$/;

/** Some hundred records at a time. `damaged`: takes what is wrong with a page that cannot be read. */
export async function* recordsOf(
  contents: Contents,
  damaged: (why: string) => void,
): AsyncGenerator<readonly DatRecord[]> {
  const { layout } = contents;
  const target: Target = {
    big: layout.big,
    word: layout.commitSize,
    symbols: contents.symbols,
  };
  const origin = await firstTime(contents);
  const all = contents.buffers.flatMap((buffer) =>
    buffer.cpus.map((data) => new CpuPages(contents, buffer, data, { origin, damaged })),
  );
  const times = new Times(contents, origin);
  let left: CpuPages[] = [];
  for (const pages of all) if (await advanced(pages)) left.push(pages);
  const { events } = contents;
  for (let batch: DatRecord[] = []; left.length > 0; ) {
    const spent = filled(batch, left, { target, events, times });
    if (spent !== null && !(await advanced(spent))) left = left.filter((one) => one !== spent);
    if (batch.length < BATCH && left.length > 0) continue;
    yield batch;
    batch = [];
  }
}

/** With thousands at a time more of them outlive a collection of garbage (bench: import). */
const BATCH = 512;

/** What records are made with. */
interface Told {
  readonly target: Target;
  readonly events: ReadonlyMap<number, EventFormat>;
  readonly times: Times;
}

/**
 * Adds the next records up to a whole batch; gives the CPU whose next pages must be read before there are more. Hot: once
 * a record, in a function of its own, for V8 compiles a generator anew each time that it goes on another way.
 */
function filled(
  batch: DatRecord[],
  left: readonly CpuPages[],
  { target, events, times }: Told,
): CpuPages | null {
  while (batch.length < BATCH) {
    let first = left[0]!;
    for (const pages of left) if (pages.page.time < first.page.time) first = pages;
    const time = times.of(first.page.time, first.buffer);
    batch.push(new DatRecord(first, target, events, time));
    if (!first.next()) return first;
  }
  return null;
}

async function advanced(pages: CpuPages): Promise<boolean> {
  for (;;) {
    const missed = pages.missed;
    if (pages.next()) {
      if (missed !== 0 && pages.missed === 0) pages.missed = missed;
      return true;
    }
    if (!(await pages.more())) return false;
  }
}

/** The time of the first page that there is, from which times are counted so that they are exact. */
async function firstTime(contents: Contents): Promise<bigint> {
  let first: bigint | null = null;
  for (const buffer of contents.buffers)
    for (const data of buffer.cpus) {
      const time = await pageTime(contents, buffer, data);
      if (first === null || time < first) first = time;
    }
  return first ?? 0n;
}

async function pageTime(
  contents: Contents,
  buffer: RingBuffer,
  data: RingBuffer["cpus"][number],
): Promise<bigint> {
  const pages = new CpuPages(contents, buffer, data, { origin: 0n, damaged: () => {} });
  return (await pages.more()) ? pages.firstTime : 0n;
}

/** The times of records as nanoseconds. */
class Times {
  readonly #contents: Contents;
  readonly #origin: bigint;
  /** What is added to a time since the origin: a wall clock's are counted from the first record. */
  readonly #base: number;
  readonly #kinds = new Map<RingBuffer, "nanoseconds" | "cycles" | "order">();
  #firstCycles: number | null = null;

  constructor(contents: Contents, origin: bigint) {
    this.#contents = contents;
    this.#origin = origin;
    const whole = origin + contents.offset;
    this.#base = whole >= 0n && whole < WALL ? Number(whole) : 0;
    for (const buffer of contents.buffers) this.#kinds.set(buffer, this.#kindOf(buffer));
  }

  #kindOf(buffer: RingBuffer): "nanoseconds" | "cycles" | "order" {
    // A buffer's own clock holds; the file's is the top buffer's as it was at the end.
    const clock = buffer.clock ?? this.#contents.clock ?? "local";
    if (this.#contents.tsc !== null && CYCLES.test(clock)) return "cycles";
    return NANOSECONDS.test(clock) ? "nanoseconds" : "order";
  }

  of(since: number, buffer: RingBuffer): number | null {
    const kind = this.#kinds.get(buffer);
    if (kind === "order") return null;
    if (kind === "nanoseconds") return this.#base + since;
    const { mult, shift } = this.#contents.tsc!;
    const ns = (((this.#origin + BigInt(since)) * mult) >> shift) + this.#contents.offset;
    if (ns < WALL) return Number(ns);
    this.#firstCycles ??= Number(ns);
    return Number(ns) - this.#firstCycles;
  }
}
