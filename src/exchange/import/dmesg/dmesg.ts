// dmesg.ts - imports what kernel and hypervisor log: messages, what an IOMMU refused, and what the kernel died of.

import { bus } from "../../../address.ts";
import type { Of } from "../../../event/vocabulary.ts";
import { Ftrace } from "../ftrace/ftrace.ts";
import type { StreamFormat } from "../join/format.ts";
import type { Run } from "../join/run.ts";
import { BootClock } from "../source/boot-clock.ts";
import { nearHex } from "../source/far.ts";
import { hexOf } from "../source/numbers.ts";
import { linesAgain, type Source } from "../source/source.ts";
import { Assembler, type Step } from "./assembler.ts";
import { ClockLines } from "./clock-lines.ts";
import { dumpedIn } from "./dump.ts";
import { faultIn, type OpenFault } from "./grammar/grammar.ts";
import { spoken } from "./grammar/index.ts";
import { type Head, Heads } from "./head.ts";
import { isOfRecord } from "./records.ts";
import { Requesters } from "./requesters.ts";

/** Messages that were not kept: their number is in the first or second group. */
const LOST =
  /^\S+: (\d+) callbacks suppressed|^(?:\*\* |printk: )?(\d+) (?:printk )?messages (?:suppressed|dropped)|^(?:\.\.\.|.{1,16}?:) (\d+) output lines suppressed/;
/** Events that an IOMMU's queue did not take; how many, nothing tells (arm-smmu-v3.c, intel/prq.c, amd/iommu.c, riscv/iommu.c). */
const OVERFLOW =
  /: (?:EVTQ|PRIQ) overflow detected -- |^(?:DMAR: )?IOMMU: \S+: PRQ overflow detected|^AMD-Vi: (?:IOMMU )?(?:Event|PPR) log (?:overflow|restarting)|: Queue #\d+ error; memory fault:\d overflow:1/i;
/** Entries of an IOMMU that the kernel was asked to tell of (drivers/iommu/iommu.c, pr_debug), whoever is named in front. */
const ENTRY =
  /^(?:\S{1,64}: |\[\S{1,32}\] ){0,4}iommu: (?:map: iova (?<iova>0x[0-9a-f]{1,16}) pa (?<phys>0x[0-9a-f]{1,16})|unmap this: iova (?<over>0x[0-9a-f]{1,16})) size (?<size>0x[0-9a-f]{1,9})$/;
/** What journald missed of the kernel's. */
const MISSED = /Missed (\d+) kernel messages/;
/** A journal's boots stand one behind the other. */
const NEXT_BOOT = /^-- (?:Boot [0-9a-f]{32}|Reboot) --/;

class Dmesg {
  readonly #source: Source;
  readonly #run: Run;
  /** By the kernel's own time, and by the time of day. */
  readonly #boot: BootClock;
  readonly #day: BootClock;
  readonly #assembler: Assembler;
  readonly #requesters = new Requesters();
  #hasMessages = false;

  constructor(source: Source, run: Run) {
    this.#source = source;
    this.#run = run;
    this.#boot = new BootClock(source, true);
    this.#day = new BootClock(source);
    this.#assembler = new Assembler(!linesOf(source.head).some(hasHead));
  }

  async *batches(): AsyncGenerator<readonly Step[]> {
    for await (const lines of this.#source.lines()) {
      const steps = this.#assembler.take(lines);
      if (steps.length > 0) yield steps;
    }
    yield this.#assembler.end();
  }

  timeOf({ head }: Step): number | null {
    return head === null || typeof head === "string" ? null : this.#timeOf(head);
  }

  /** On the trace's clock, where the kernel has a trace; a hypervisor's clock is its own. */
  #timeOf({ at, speaker }: Head): number | null {
    if (at === null || speaker === "hypervisor") return at;
    return Math.max(0, at + this.#run.logBehind);
  }

  take(step: Step): boolean {
    const { tally } = this.#source;
    this.#source.line = step.line;
    this.#run.text = step.raw;
    const { head, of } = step;
    if (head === "part") tally.kept("part of a record");
    else if (head === "dumped") this.#dumped();
    else if (head !== null) this.#message(step, head);
    else if (of !== null) this.#part(of, step.raw.trim());
    else if (NEXT_BOOT.test(step.raw) && this.#hasMessages)
      throw this.#source.refuse(
        "there are two boots in this file; import each on its own (journalctl -b)",
      );
    else if (step.raw.trim() !== "")
      tally.skipped("line", "nothing in front tells who says this, or when", 1);
    return true;
  }

  end(): void {
    this.#boot.end();
  }

  /** The trace is read beside the log, in another go through the file. */
  #dumped(): void {
    if (this.#source.path === "-")
      this.#source.tally.skipped(
        "record of a trace",
        "a trace that is dumped into a log is read of a file: save it and name that",
      );
  }

  #message({ begins, of }: Step, head: Head): void {
    const { tally } = this.#source;
    const { speaker, level, text } = head;
    const at = this.#timeOf(head);
    this.#hasMessages = true;
    if (head.at !== null && speaker === "kernel")
      (head.isOfDay ? this.#day : this.#boot).check(head.at);
    tally.kept(speaker === "program" ? "message of a program" : "message");
    const [, ...counts] = (speaker === "program" ? MISSED : LOST).exec(text) ?? [];
    const lost = counts.find((count) => count !== undefined);
    if (lost !== undefined) {
      tally.lost("message", Number(lost));
      this.#run.oneRun.lost();
    } else if (speaker === "kernel" && OVERFLOW.test(text)) tally.lost("fault", 1);
    const actor = speaker === "program" ? "workload" : speaker;
    if (begins === null && speaker === "kernel" && this.#entry(text, at)) return;
    if (begins === null) {
      if (speaker === "kernel") {
        this.#requesters.said(text);
        this.#run.oneRun.said(this.#source, text, at);
      }
      const cause = of?.seq ?? null;
      this.#run.emit({ kind: "message.logged", actor, at, cause, level, text });
      return;
    }
    const event: Of<"fault.raised"> = {
      kind: "fault.raised",
      actor,
      at,
      fault: begins.grammar.fault,
      text: begins.says,
      device: begins.device ?? this.#requesters.deviceOf(begins, this.#run.buffers.devices),
      bus: begins.address === null ? null : bus(begins.address),
    };
    begins.seq = this.#run.faults.raise(this.#source, event, (cause) => ({
      kind: "message.logged",
      actor,
      at,
      cause,
      level,
      text: begins.says,
    }));
  }

  /** Tells the model of an entry that is made or cleared; false for any other message, and where a trace has them. */
  #entry(text: string, at: number | null): boolean {
    const run = this.#run;
    const { iova, phys, over, size } = ENTRY.exec(text)?.groups ?? {};
    if (size === undefined || run.environment.hasEntries) return false;
    const start = nearHex(iova ?? over!);
    const to = phys === undefined ? null : hexOf(phys);
    if (start === null || (phys !== undefined && to === null)) return false;
    run.at = at;
    run.iommu.tell(null, { iova: start, size: Number(size), phys: to });
    run.at = null;
    return true;
  }

  /** A line without a head of its own that a fault goes on with. */
  #part({ seq }: OpenFault, text: string): void {
    this.#source.tally.kept("message");
    const kept = { kind: "message.logged", actor: "kernel", level: "default" } as const;
    this.#run.emit({ ...kept, at: null, cause: seq, text });
  }
}

/** Messages have the kernel's own time, in whatever form. */
const OWN_CLOCK =
  /\[ *\d+\.\d{6}[\] ]|^(?:\d[\w.+~-]*,)?\d{1,3},\d+,\d+,|_MONOTONIC_TIMESTAMP["=]|"time": *\d/m;

/** A dump beside messages that have the time of day: it has no place among them but before what followed it. */
class DumpedFirst extends Ftrace {
  override timeOf(): null {
    return null;
  }
}

export const dmesg: StreamFormat = {
  name: "dmesg",
  what: "what kernel and hypervisor log",
  madeBy: "dmesg; journalctl -k -o short-monotonic; xl dmesg",
  near: /DMAR|AMD-Vi|iommu|DMA-API|\(XEN\)|Linux version/i,
  part: "stream",
  recognises: (head) => {
    const lines = linesOf(head);
    return lines.slice(0, 50).some(hasHead) || lines.some(isFault);
  },
  open: (source, run) => new Dmesg(source, run),
  beside: (source, run) => {
    if (!run.environment.hasDump || source.path === "-") return null;
    const steps = dumpedIn(linesAgain(source.path));
    const isOwn = OWN_CLOCK.test(source.head.toString("latin1"));
    return isOwn ? new Ftrace(source, run, steps) : new DumpedFirst(source, run, steps);
  },
  logClock: (clocks) => new ClockLines(clocks),
};

const linesOf = (head: Buffer): readonly string[] => head.toString("utf8").split(/\r?\n/);

/** Whether a line tells who says it, or when. */
const hasHead = (line: string): boolean => new Heads().read(line) !== null || isOfRecord(line);

/** Whether a line without anything in front is a fault as the kernel prints it. */
const isFault = (line: string): boolean => faultIn(spoken.kernel, line.trim(), null, 0) !== null;
