// one-kernel.ts - several traces of one kernel: what contradicts that they are, and what two of them tell alike.
//
// A record whose event is on in two ring buffers is in both (doubles.ts). Buffers can have other events, filters,
// tasks or CPUs, so one may hold what the other lacks; but no filter parts what a task does by one pattern on one CPU, in
// turns.

import { UserError } from "../../../fault.ts";
import { placeOf, type SourceLine } from "../kernel/command.ts";
import type { Source } from "../source/source.ts";
import { Doubles } from "./doubles.ts";

/** A record, as far as it is looked at here. */
interface Recorded {
  readonly task: number;
  readonly cpu: number;
  readonly at: number | null;
  readonly name: string;
  readonly body: string;
}

/** What a task does again and again: the same event with other addresses. */
interface Pattern {
  readonly first: SourceLine;
  last: SourceLine;
  turns: number;
  shared: number;
  readonly doubles: Doubles<Source>;
}

/** So many turns, of which next to none is told in both, are no chance. */
const ENOUGH = 32;
const MOST_PATTERNS = 4096;
const MOST_TASKS = 1 << 16;
/** Addresses and other numbers that differ from one call to the next; a filter may go by a size or a direction. */
const NUMBER = /(?<=[={, ])(?<!\b(?:size|dir)=)(?:0x)?[0-9a-f]*\d[0-9a-f]*(?=[ ,}\])]|$)/g;
/** The kernel's address of memory can be a hash in one of them (%p). */
const HASHED = / virt_addr=\S+/;
/** Threads that a kernel starts once, each of its name, and never ends (kernel/smpboot.c, kernel/kthread.c). */
const LASTING =
  /^\s*(?:\S+: +)?((?:ksoftirqd|migration|cpuhp)\/\d+|kthreadd|rcu_preempt|rcu_sched|kauditd|khungtaskd|oom_reaper)(?:-| +)(\d+)\b/;
const XEN = /^xen_m(?:mu|c)_/;
const MOST_CPUS = 8192;
/** Nanoseconds without a trace, in which anything may have come and gone. */
const PAUSE = 1e9;

export class OneKernel {
  readonly #traces: KernelTrace[] = [];
  readonly #patterns = new Map<string, Pattern>();
  /** Names of lasting threads -> their pids, and the other way round. */
  readonly #threads = new Map<string, SourceLine & { readonly other: string }>();

  /** Where the kernel first speaks of page tables that are Xen's to write (include/trace/events/xen.h). */
  xen: SourceLine | null = null;

  /** Takes another trace of the kernel. */
  trace(source: Source): KernelTrace {
    const trace = new KernelTrace(this, source);
    this.#traces.push(trace);
    return trace;
  }

  get isAlone(): boolean {
    return this.#traces.length < 2;
  }

  /** The first record of a CPU of that number or above, and how many there are; null for none. */
  cpusFrom(least: number): { cpu: number; records: number; origin: SourceLine } | null {
    const found = this.#traces
      .flatMap(({ source, cpus }) => [...cpus].map(([cpu, seen]) => ({ source, cpu, ...seen })))
      .filter(({ cpu }) => cpu >= least);
    const [first] = found;
    if (first === undefined) return null;
    const records = found.reduce((sum, one) => sum + one.records, 0);
    return { cpu: first.cpu, records, origin: first };
  }

  /** Whether all traces before this one were over, and for how long; it begins at that time. */
  pauseBefore(trace: KernelTrace, at: number): boolean {
    const before = this.#traces.filter((one) => one !== trace && one.latest !== null);
    return before.length > 0 && before.every((one) => one.isOver && one.latest! + PAUSE < at);
  }

  /** Whether another trace has told the same record. */
  isTold(source: Source, record: Recorded): boolean {
    const { task, cpu, at, name } = record;
    if (at === null) return false;
    const body = record.body.replace(HASHED, "");
    const shape = body.replace(NUMBER, "#");
    // Without a number one record is like the next.
    if (shape === body) return false;
    const origin = { source, line: source.line };
    const key = `${cpu} ${task} ${name} ${shape}`;
    let pattern = this.#patterns.get(key);
    if (pattern === undefined) {
      if (this.#patterns.size === MOST_PATTERNS) return false;
      pattern = { first: origin, last: origin, turns: 0, shared: 0, doubles: new Doubles() };
      this.#patterns.set(key, pattern);
    }
    if (pattern.last.source !== source) pattern.turns++;
    pattern.last = origin;
    // With a time its number is of no account.
    const isTold = !pattern.doubles.isNew(source, { at, number: 0, body });
    if (isTold) pattern.shared++;
    return isTold;
  }

  /** A thread by the beginning of a line of its own. */
  thread(source: Source, line: string): void {
    const [, name, pid] = LASTING.exec(line) ?? [];
    if (name === undefined || pid === undefined) return;
    for (const [key, other] of [
      [name, pid],
      [`-${pid}`, name],
    ] as const) {
      const before = this.#threads.get(key);
      if (before === undefined) this.#threads.set(key, { source, line: source.line, other });
      else if (before.other !== other && before.source !== source)
        throw source.refuse(
          `${name} is thread ${pid}, and at ${placeOf(before)} ${key === name ? `it is ${before.other}` : `that is ${before.other}`}: a kernel keeps such a thread, so these are two boots; import each on its own`,
        );
    }
  }

  /** Once all is told: throws where what two traces tell cannot be one kernel's. */
  end(): void {
    for (const [key, { first, last, turns, shared }] of this.#patterns) {
      if (turns < ENOUGH || shared * 4 > turns) continue;
      const name = key.split(" ")[2];
      const other = last.source === first.source ? "" : ` and ${placeOf(last)}`;
      throw new UserError(
        `${placeOf(first)}${other}: both traces have '${name}' of one task on one CPU in turns, ${turns} of them, and ${shared === 0 ? "none" : `${shared}`} is told in both: they are of two runs; import each on its own`,
      );
    }
  }
}

/** The line of the first record of a CPU, and how many there are. */
interface SeenCpu {
  records: number;
  readonly line: number;
}

/** One of the traces. */
export class KernelTrace {
  readonly #kernel: OneKernel;
  readonly source: Source;
  readonly cpus = new Map<number, SeenCpu>();
  // The one seen last: records of one CPU come together.
  #lastCpu = -1;
  #last: SeenCpu | undefined;
  readonly #tasks = new Set<number>();
  /** The time of its latest record; null before the first that has one. */
  latest: number | null = null;
  /** Whether its last record was read. */
  isOver = false;

  constructor(kernel: OneKernel, source: Source) {
    this.#kernel = kernel;
    this.source = source;
  }

  /** Takes a record; says whether another trace has told it, or nothing was recorded for a while before. Hot. */
  see(record: Recorded, step: { readonly line: string }): "new" | "told" | "behind a pause" {
    const { at, task, cpu, name } = record;
    if (cpu !== this.#lastCpu) this.#see(cpu);
    if (this.#last !== undefined) this.#last.records++;
    const kernel = this.#kernel;
    if (kernel.xen === null && name.startsWith("xen_") && XEN.test(name))
      kernel.xen = { source: this.source, line: this.source.line };
    if (kernel.isAlone) return "new";
    if (!this.#tasks.has(task) && this.#tasks.size < MOST_TASKS) {
      this.#tasks.add(task);
      this.#kernel.thread(this.source, step.line);
    }
    const isPaused = at !== null && this.latest === null && this.#kernel.pauseBefore(this, at);
    if (at !== null) this.latest = at;
    if (this.#kernel.isTold(this.source, record)) return "told";
    return isPaused ? "behind a pause" : "new";
  }

  #see(cpu: number): void {
    this.#lastCpu = cpu;
    this.#last = this.cpus.get(cpu);
    if (this.#last !== undefined || this.cpus.size === MOST_CPUS) return;
    this.#last = { records: 0, line: this.source.line };
    this.cpus.set(cpu, this.#last);
  }
}
