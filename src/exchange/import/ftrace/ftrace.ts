// ftrace.ts - imports the text of ftrace: what a kernel says of its own memory, page tables and DMA.

import { UNKNOWN_EVENT } from "../../../event/trace.ts";
import type { UserError } from "../../../fault.ts";
import type { Stream, StreamFormat } from "../join/format.ts";
import { mark } from "../join/marker.ts";
import type { KernelTrace } from "../join/one-kernel.ts";
import type { Run } from "../join/run.ts";
import { deviceOf } from "../kernel/device.ts";
import { BootClock } from "../source/boot-clock.ts";
import { Unusable } from "../source/fields.ts";
import { own } from "../source/names.ts";
import { hexOf } from "../source/numbers.ts";
import type { Source } from "../source/source.ts";
import { AnchorLines } from "./anchors.ts";
import { ClockLines } from "./clock-lines.ts";
import { diskEvents } from "./disk.ts";
import { dmaEvents } from "./dma.ts";
import { dmaListEvents } from "./dma-lists.ts";
import { probeHandler } from "./kprobes.ts";
import { memoryEvents } from "./memory.ts";
import { Owners, type Step, stepOf } from "./owners.ts";
import { markIn, type Record, recordOf } from "./record.ts";
import { RingBuffers } from "./ring-buffers.ts";
import { Stacks } from "./stacks.ts";
import { StandingLines } from "./standing-lines.ts";
import { type Handler, type Handlers, Kernel } from "./tasks.ts";
import { usbHandler } from "./usb.ts";

/** Events without addresses that structure the rest: kept as they are. */
const structure = [
  "nvme_sq",
  "nvme_async_event",
  "xen_mc_batch",
  "xen_mc_issue",
  "xen_mc_entry",
  "xen_mc_entry_alloc",
  "xen_mc_callback",
  "xen_mc_flush_reason",
  "xen_mc_flush",
  "xen_mc_extend_args",
  "xen_mmu_alloc_ptpage",
  "xen_mmu_release_ptpage",
  "xen_mmu_pgd_pin",
  "xen_mmu_pgd_unpin",
  "xen_mmu_flush_tlb_one_user",
  "xen_mmu_flush_tlb_multi",
  "xen_mmu_flush_tlb_others",
  "xen_mmu_write_cr3",
  "add_device_to_group",
  "remove_device_from_group",
  "attach_device_to_domain",
  "detach_device_from_domain",
  "module_load",
  "module_free",
] as const;

const keep: Handler = ({ run }, { name, body }) => {
  // It waits for its file, many batches of lines long.
  const text = own(body);
  run.emit({ kind: "call.entered", actor: "kernel", place: name, at: run.at, text });
  return true;
};

/** The address is the buffer's own (drivers/iommu/dma-iommu.c). */
const BOUNCED = /^dev_name: (\S*) dma_mask=\S+ dev_addr=([0-9a-f]{1,16}) /;
const bounced: Handler = (kernel, record, owner) => {
  const [, name, digits] = BOUNCED.exec(record.body) ?? [];
  const address = digits === undefined ? null : hexOf(digits);
  if (name !== undefined && address !== null)
    kernel.buffers.slots.willBounce(deviceOf(name), address);
  return keep(kernel, record, owner);
};

const marked: Handler = ({ run }, { body }) => {
  mark(run, markIn(body));
  return true;
};

/** Its functions have told who made the call before it. */
const stack: Handler = () => true;

const handlers: Handlers = {
  ...Object.fromEntries(structure.map((name) => [name, keep])),
  ...dmaEvents,
  ...dmaListEvents,
  ...memoryEvents,
  ...diskEvents,
  tracing_mark_write: marked,
  print: marked,
  swiotlb_bounced: bounced,
  kernel_stack: stack,
  user_stack: stack,
};

/** What perf has in front of its records of the kernel's release, and a recording that knows it. */
export const RELEASE_LINE = "# os release : ";
const LOST = /^ *(?:\S{1,100}: +)?CPU:(\d+) \[(?:LOST )?(\d+)? ?EVENTS(?: DROPPED)?\]/;
/** What `trace-cmd stream` says of a CPU in the end. */
const LOST_OF_STREAM = /^CPU (\d+): (\d+) events lost$/;
/** The system that perf has in front of an event, the others never. */
const OF_PERF = /[ \t](?:block|dma|iommu|kmem|nvme|swiotlb|xen):\w{1,64}: /;
/** With --show-lost-events (tools/perf/util/event.c, perf_event__fprintf_lost). */
const PERF_LOST = /: PERF_RECORD_LOST(?:_SAMPLES)? lost (\d{1,15})\b/;
/** What it says of them as a whole, beside its text (tools/perf/util/session.c, perf_session__warn_about_errors). */
const PERF_WARNS = /^Processed \d+ (?:events|samples) and lost \d+(?: chunks|\.\d+%)!$/;
const UNPLACED =
  "perf lost samples, and the text does not say where: `perf script --show-lost-events` does";
/** What a kprobe or kretprobe prints first (kernel/trace/trace_kprobe.c). */
const PROBE =
  /^\((?:[\w.]+\+0x[0-9a-f]+\/0x[0-9a-f]+(?: \[\w+\])?(?: <- \S+)?|[0-9a-f]{8,16}(?: <- [0-9a-f]{8,16})?)\)/;
const OWN_PROBE = "no importer knows this event; --probes FILE says what your own kprobes show";
/** An event with the options raw, hex or bin, which have no form for it (kernel/trace/trace_output.c, trace_nop_print). */
const UNNAMED = /type: \d+$/;
/** An event with the option nocontext-info. */
const WITHOUT_CONTEXT = /^(\w+): /;
/**
 * What `trace-cmd report` begins with, of each file where there are several, with -V, and what it has between records
 * of where they are in the file (-B, --debug).
 */
const HEADING =
  /^ *(?:\S+: +)?cpus=\d+$|^version = |^registering plugin: |^ *(?:\S{1,100}: +)?CPU:\d+ \[SUBBUFFER START\]|^ (?:PADDING|TIME EXTEND|TIME STAMP): /;
/** What has an instance's name in front in the place of the record behind it (tracecmd/trace-read.c, print_handle_file). */
const NAMED = /^ *(\S{1,100}): +CPU:\d+ \[/;
/** Told only where records were overwritten (kernel/trace/trace.c, test_cpu_buff_start): the other CPUs' begin earlier. */
const STARTED = /^##### CPU (\d+) buffer started ####/;
const BUFFER = /^# entries-in-buffer\/entries-written: (\d+)\/(\d+)/;

export class Ftrace implements Stream<Step> {
  readonly #source: Source;
  readonly #run: Run;
  readonly #kernel: Kernel;
  readonly #handlers: ReadonlyMap<string, Handler>;
  // The name asked for last: an event is mostly followed by one of its name.
  #lastName = "";
  #lastHandler: Handler | undefined;
  /** The record in hand where it is another than its line begins with. */
  #pending: Record | null = null;
  readonly #boot: BootClock;
  #records = 0;
  readonly #trace: KernelTrace;
  /** The last step that was looked at beside other traces, and whether one of them has told it. */
  #seen: Step | null = null;
  #isTold = false;
  /** What perf says of samples that it lost, and whether it says where. */
  #perfLost: UserError | null = null;
  #isPlaced = false;

  readonly #steps: AsyncIterable<readonly Step[]>;

  constructor(source: Source, run: Run, steps: AsyncIterable<readonly Step[]>) {
    this.#source = source;
    this.#run = run;
    this.#steps = steps;
    this.#kernel = new Kernel(run);
    this.#kernel.missesUntold = OF_PERF.test(source.head.toString("latin1"));
    this.#boot = new BootClock(source);
    this.#trace = run.oneKernel.trace(source);
    // Tracepoints miss nothing, but for what is told as lost.
    run.mappings.isWhole = true;
    const probes = [...run.probes].map(
      ([name, probe]) => [name, probe.part === "plain" ? keep : probeHandler(probe)] as const,
    );
    this.#handlers = new Map([...Object.entries(handlers), ...probes]);
  }

  async *batches(): AsyncGenerator<readonly Step[]> {
    const stacks = new Stacks(this.#run.environment.hasStacks);
    const buffers = new RingBuffers();
    const owners = new Owners();
    let number = 0;
    for await (const batch of this.#steps) {
      for (const step of batch) if (step.number < 0) step.number = ++number;
      const ready: Step[] = [];
      for (const step of stacks.take(batch))
        if (this.#isNew(step, buffers)) owners.take(step, ready);
      yield ready;
    }
    const last: Step[] = [];
    for (const step of stacks.end()) if (this.#isNew(step, buffers)) owners.take(step, last);
    yield [...last, ...owners.end()];
    this.#trace.isOver = true;
  }

  /** What another buffer of the file has told is counted, and no second event. */
  #isNew({ record }: Step, buffers: RingBuffers): boolean {
    const isNew = record === null || buffers.isNew(record);
    if (!isNew) this.#source.tally.kept(record.name);
    return isNew;
  }

  timeOf({ record }: Step): number | null {
    return record?.at ?? null;
  }

  take(step: Step): boolean {
    const { number, record, device, caller } = step;
    this.#source.line = number;
    if (this.#run.keepsLines) this.#run.text = step.line;
    if (record === null) {
      if (step.line !== "") this.#beside(step.line);
      return true;
    }
    if (step !== this.#seen) this.#look(record, step);
    if (this.#isTold) {
      this.#source.tally.kept(record.name);
      return true;
    }
    this.#run.caller = caller;
    const isTaken = this.#emit(this.#pending ?? record, step, device);
    this.#run.caller = null;
    if (isTaken) this.#pending = null;
    return isTaken;
  }

  end(): void {
    if (this.#perfLost !== null && !this.#isPlaced) throw this.#perfLost;
    this.#run.endOp();
  }

  /** Looks at a step once, though it may be taken again. */
  #look(record: Record, step: Step): void {
    const told = this.#trace.see(record, step);
    this.#seen = step;
    this.#isTold = told === "told";
    if (told === "behind a pause") this.#kernel.gap(0, "no trace before this one was running");
  }

  #emit(record: Record, step: Step, owner: number | null): boolean {
    const run = this.#run;
    const { name, at } = record;
    if (at !== null) this.#boot.check(at);
    run.at = at;
    const handler = this.#handlerOf(name);
    const { tally } = this.#source;
    if (handler === undefined) {
      // A recording's record is never glued to another, and its text takes long to make: the first of a name is told.
      if (record.fields !== undefined && tally.skippedAgain(name)) return true;
      const { glued, column } = unknown(record, step.line);
      const isProbe = PROBE.test(record.body);
      tally.skipped(name, isProbe ? OWN_PROBE : UNKNOWN_EVENT, column);
      if (glued === null) return true;
      this.#pending = glued;
      return this.#emit(glued, step, null);
    }
    try {
      if (!handler(this.#kernel, record, owner)) return false;
      tally.kept(name);
    } catch (error) {
      if (!(error instanceof Unusable)) throw error;
      tally.skipped(name, error.message, error.columnIn(step.line, record.body));
    }
    this.#records++;
    return true;
  }

  #handlerOf(name: string): Handler | undefined {
    if (name !== this.#lastName) {
      this.#lastHandler = this.#handlers.get(name) ?? usbHandler(name);
      this.#lastName = name;
    }
    return this.#lastHandler;
  }

  /** A header, a gap, or no line of ftrace. */
  #beside(line: string): void {
    const { tally } = this.#source;
    const [, cpu, count] = LOST.exec(line) ?? LOST_OF_STREAM.exec(line) ?? [];
    const [, ofPerf] = PERF_LOST.exec(line) ?? [];
    if (cpu !== undefined) this.#lost(Number(count ?? 1), `CPU ${cpu}`);
    else if (ofPerf !== undefined) {
      this.#isPlaced = true;
      this.#kernel.missesUntold = false;
      this.#lost(Number(ofPerf), "perf");
    } else if (line.startsWith("#")) {
      if (line.startsWith("# tracer:") && this.#records > 0)
        throw this.#source.refuse(
          "a second trace begins here: there are two in this file; import each on its own",
        );
      if (line.startsWith(RELEASE_LINE))
        this.#run.oneRun.traced(this.#source, line.slice(RELEASE_LINE.length).trim());
      const [, kept, written] = BUFFER.exec(line) ?? [];
      if (written !== undefined && Number(written) > Number(kept))
        this.#lost(Number(written) - Number(kept), "overwritten before the first record");
      const [, late] = STARTED.exec(line) ?? [];
      if (late !== undefined)
        this.#kernel.gap(0, `CPU ${late}: overwritten before its first record`);
    } else if (PERF_WARNS.test(line)) this.#perfLost ??= this.#source.refuse(UNPLACED);
    else if (!HEADING.test(line)) tally.skipped("line", this.#noRecord(line), 1);
  }

  /** What keeps a line from being a record, where an option of ftrace is known to. */
  #noRecord(line: string): string {
    if (UNNAMED.test(line))
      return "no event is named: switch off raw, hex and bin in trace_options";
    const [, name] = WITHOUT_CONTEXT.exec(line) ?? [];
    if (name !== undefined && this.#handlers.has(name))
      return "neither a task nor a time: switch on context-info in trace_options";
    return "not a record of ftrace";
  }

  #lost(count: number, text: string): void {
    this.#source.tally.lost("events", count);
    this.#kernel.gap(count, text);
  }
}

/** Where in its line an event stands that nobody knows, and what follows in the line. */
function unknown(record: Record, line: string): { glued: Record | null; column: number } {
  const { name, body, fields } = record;
  const column = line.lastIndexOf(`${name}:`, line.length - body.length) + 1;
  // qi_submit of 6.1 ends without a body and without a line end: the next record follows.
  return { glued: fields === undefined ? recordOf(body) : null, column };
}

/** Whether a line that nothing ends is all of a record: its last field is there, or a sum is right. */
function isWhole(line: string): boolean {
  const { name = "", body = "" } = recordOf(line) ?? {};
  if (name.startsWith("dma_")) return body.includes(" attrs=");
  const [, from, to, size, cleared] = ENTRY.exec(body) ?? [];
  if (from === undefined || to === undefined || size === undefined) return false;
  return name === "map" ? BigInt(from) + BigInt(size) === BigInt(to) : size === cleared;
}
const ENTRY =
  /^IOMMU: iova=(0x[0-9a-f]{1,16}) - (0x[0-9a-f]{1,16}) (?:paddr=\S{1,18} )?size=(\d{1,20})(?: unmapped_size=(\d{1,20}))?$/;

async function* toldBy(source: Source): AsyncGenerator<readonly Step[]> {
  let named: string | null = null;
  for await (const lines of source.lines(isWhole))
    yield lines.map((line) => {
      const record = line === "" || line.startsWith("#") ? null : recordOf(line);
      if (record === null) named = NAMED.exec(line)?.[1] ?? named;
      else if (named !== null) {
        const buffer = record.buffer === "" ? own(named) : record.buffer;
        named = null;
        return stepOf(line, { ...record, buffer });
      }
      return stepOf(line, record);
    });
}

/**
 * What can stand for long before the first event: a call of the tracer function, a sample of hwlat or osnoise, what
 * perf knows of processes and modules (--show-mmap-events), or what trace-cmd report -V says of its plugins.
 */
const BEFORE =
  /^registering plugin: |^ *\S.{0,60}-\d{1,9} .{0,20}\[\d{3,4}\] .{0,12}\d\.\d{6,9}: (?:\S+ <-\S|#\d)|^.{0,80}: PERF_RECORD_[A-Z]/m;

export const ftrace: StreamFormat = {
  name: "ftrace",
  what: "the text of ftrace, trace-cmd report or perf script",
  madeBy: "cat /sys/kernel/tracing/trace; trace-cmd report -i trace.dat; perf script -i perf.data",
  near: /dma_(?:un)?map_|dma_(?:alloc|free)|\biommu:(?:un)?map\b|IOMMU: iova=|tracing_mark_write/,
  part: "stream",
  recognises: (head) => {
    const text = head.toString("latin1");
    if (/^# tracer: /m.test(text.slice(0, 200)) || BEFORE.test(text)) return true;
    const lines = text.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
    return lines.slice(0, 20).some((line) => recordOf(line) !== null);
  },
  open: (source, run) => new Ftrace(source, run, toldBy(source)),
  anchors: (anchors) => new AnchorLines(anchors),
  traceClock: (clocks) => new ClockLines(clocks),
  standing: (standing, probes) => new StandingLines(standing, probes),
};
