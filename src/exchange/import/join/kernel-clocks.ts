// kernel-clocks.ts - how far the clock of a kernel's log is from the clock of its trace.
//
// A message has local_clock(), which perf and ftrace's clock `global` have too. Ftrace's clock `local` is sched_clock()
// without its correction, `mono` is ktime. The log's own line says how far they are from it (kernel/sched/clock.c,
// __set_sched_clock_stable): "sched_clock: Marking stable (ktime, its offset)->(sched_clock, its offset)". No text of
// ftrace names its clock: the command line does, or what both have (words that were written to both), or else the
// faults of the log, which come when the mapping of their page is over.

/** How far the trace's clock is ahead of the log's, and what tells so. */
export interface KernelClock {
  /** Nanoseconds. */
  readonly ahead: number;
  /** The trace's clock by its name, or "marks" where words in both tell the distance alone. */
  readonly by: string;
}

const STABLE = /sched_clock: Marking (?:un)?stable \(-?\d+, (-?\d+)\)(?:->|<-)\(-?\d+, (-?\d+)\)/;
const COMMAND_LINE = /^(?:Kernel command|Command) line: .*\btrace_clock=(\w+)/;
const DEFAULT = /Unstable clock detected, switching default tracing clock to "(\w+)"/;

/** The default first (kernel/trace/trace.c, trace_clocks). */
const CLOCKS = ["local", "mono", "global"] as const;
const LIKE_MONO: ReadonlySet<string> = new Set(["mono", "mono_raw", "boot"]);
/** Nanoseconds in which words are written to a log and to a trace, one after the other. */
const NEAR = 5e7;
/** Texts and faults of a log, and mappings of a page, that are remembered. */
const MOST = 1 << 16;
const MOST_IN_PAGE = 1024;
const PAGE = 4096;

interface Fault {
  readonly device: number | null;
  readonly address: number;
  readonly at: number;
}
interface Mapped {
  readonly device: number | null;
  readonly start: number;
  readonly end: number;
  readonly from: number;
  to: number;
}

export class KernelClocks {
  /** How far ktime and sched_clock are ahead of a message's time. */
  #mono = 0;
  #local = 0;
  #named: string | null = null;
  /** What the log says -> when, each time. */
  readonly #logged = new Map<string, number[]>();
  readonly #faults: Fault[] = [];
  /** Pages of the faults -> what was mapped there. */
  readonly #pages = new Map<number, Mapped[]>();
  readonly #ahead: number[] = [];

  /** A message of the kernel's log. */
  logged(text: string, at: number): void {
    const [, mono, local] = STABLE.exec(text) ?? [];
    if (mono !== undefined) [this.#mono, this.#local] = [-Number(mono), -Number(local)];
    this.#named = COMMAND_LINE.exec(text)?.[1] ?? DEFAULT.exec(text)?.[1] ?? this.#named;
    const times = this.#logged.get(text);
    if (times !== undefined) times.push(at);
    else if (this.#logged.size < MOST) this.#logged.set(text, [at]);
  }

  faulted(fault: Fault): void {
    if (this.#faults.push(fault) > MOST) this.#faults.shift();
    this.#pages.set(pageOf(fault.address), []);
  }

  /** The clock of the trace, where the trace names it. */
  named(clock: string): void {
    this.#named = clock;
  }

  /** Words that were written to the trace. */
  marked(text: string, at: number): void {
    // The k-th of the trace is the k-th of the log.
    const logged = this.#logged.get(text)?.shift();
    if (logged !== undefined) this.#ahead.push(at - logged);
  }

  mapped(device: number | null, start: number, size: number, from: number): void {
    const end = start + Math.max(size, 1);
    for (let page = pageOf(start); page <= pageOf(end - 1); page++) {
      const there = this.#pages.get(page);
      const mapping = { device, start, end, from, to: Number.POSITIVE_INFINITY };
      if (there !== undefined && there.push(mapping) > MOST_IN_PAGE) there.shift();
    }
  }

  unmapped(device: number | null, start: number, size: number, to: number): void {
    for (let page = pageOf(start); page <= pageOf(start + Math.max(size, 1) - 1); page++) {
      const isIt = (one: Mapped) =>
        one.start === start && one.device === device && one.to === Number.POSITIVE_INFINITY;
      const found = this.#pages.get(page)?.find(isIt);
      if (found !== undefined) found.to = to;
    }
  }

  /** What both tell; null where the clocks are one, or nothing says that they are not. */
  fit(): KernelClock | null {
    const clocks = this.#named === null ? CLOCKS : [this.#named];
    const marks = middleOf(this.#ahead);
    let best: KernelClock | null = null;
    let least = Number.POSITIVE_INFINITY;
    for (const by of clocks) {
      const ahead = this.#aheadOf(by);
      const against = marks === null ? this.#against(ahead) : Math.abs(marks - ahead);
      if (against < least) [best, least] = [{ ahead, by }, against];
    }
    if (marks !== null && least > NEAR) best = { ahead: marks, by: "marks" };
    return best === null || best.ahead === 0 ? null : best;
  }

  #aheadOf(clock: string): number {
    if (clock === "local") return this.#local;
    return LIKE_MONO.has(clock) ? this.#mono : 0;
  }

  /** Faults that would come while their page was mapped. */
  #against(ahead: number): number {
    return this.#faults.filter(({ device, address, at }) =>
      this.#pages
        .get(pageOf(address))!
        .some(
          (one) =>
            (device === null || one.device === null || one.device === device) &&
            pageOf(one.start) <= pageOf(address) &&
            address < one.end &&
            at + ahead > one.from &&
            at + ahead < one.to,
        ),
    ).length;
  }
}

const pageOf = (address: number): number => Math.floor(address / PAGE);

function middleOf(numbers: readonly number[]): number | null {
  const sorted = [...numbers].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? null;
}
