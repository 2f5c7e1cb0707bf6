// assembler.ts - lines of a log put together to messages: what belongs to which fault, in the order of the log.
//
// CPUs print at the same time, and a hypervisor on the same serial line, so lines of one fault can have others
// between them, and one line can be cut by another. A fault that its first line does not tell is held back for a few
// lines, and with it what stands behind it.

import { DumpedTrace } from "./dump.ts";
import type { OpenFault } from "./grammar/grammar.ts";
import { faultIn, goesOn } from "./grammar/grammar.ts";
import { spoken } from "./grammar/index.ts";
import { type Head, paste, RECORD } from "./head.ts";
import { AnyHead, spreadOut } from "./records.ts";

/** A line, or what one speaker says in it. */
export interface Step {
  /** The line's number and text. */
  readonly line: number;
  readonly raw: string;
  /** How many lines came up to it, those of one record counted as one. */
  readonly place: number;
  /**
   * Null where nothing tells who says it; "part" where it is no message but a piece of a record, "dumped" where it is
   * one of a trace.
   */
  readonly head: Head | "part" | "dumped" | null;
  /** The fault that it begins, or else the one that it belongs to. */
  readonly begins: OpenFault | null;
  readonly of: OpenFault | null;
}

/** Lines that a fault is held back for. */
const PATIENCE = 16;
/** Faults of which further lines are looked for, and for how many lines behind the last. */
const MOST_OPEN = 8;
const REACH = 400;
const HYPERVISOR = "(XEN) ";
/** The kernel's line on a serial console, begun inside one of the hypervisor's. */
const INSIDE = /\[ *\d+\.\d{6}\] /g;
/** A line of /dev/kmsg that says more of the record before: " DEVICE=+pci:0000:07:00.0". */
const DETAIL = /^ [A-Z_]+=/;

export class Assembler {
  readonly #heads = new AnyHead();
  readonly #dump = new DumpedTrace();
  /** Whether all lines are the kernel's, though none says so. */
  readonly #isBare: boolean;
  /** The latest last. */
  readonly #open: OpenFault[] = [];
  #queue: Step[] = [];
  #line = 0;
  #place = 0;
  #inRecord = false;
  /** The message of the line before, where it is of no fault. */
  #before: Head | null = null;
  /** A fault whose line was cut before its address. */
  #cut: OpenFault | null = null;

  constructor(isBare: boolean) {
    this.#isBare = isBare;
  }

  /** Takes further lines; gives what is whole. */
  take(lines: readonly string[]): Step[] {
    for (const raw of lines) {
      this.#line++;
      for (const line of spreadOut(raw))
        for (const text of piecesOf(line)) this.#queue.push(this.#step(raw, text));
    }
    return this.#ready(false);
  }

  end(): Step[] {
    return this.#ready(true);
  }

  #ready(isEnd: boolean): Step[] {
    const isHeld = ({ begins, place }: Step) =>
      begins?.waits === true && this.#place - place <= PATIENCE;
    const held = isEnd ? -1 : this.#queue.findIndex(isHeld);
    const ready = held < 0 ? this.#queue : this.#queue.slice(0, held);
    this.#queue = held < 0 ? [] : this.#queue.slice(held);
    return ready;
  }

  #step(raw: string, text: string): Step {
    const head = this.#headOf(text);
    if (head !== "part") this.#place++;
    const step = { line: this.#line, raw, place: this.#place, head, begins: null, of: null };
    if (head === "part") return step;
    const mayBeDumped = head === null || head.speaker === "kernel";
    if (mayBeDumped && this.#dump.take(head?.text ?? text) !== null)
      return { ...step, head: "dumped" };
    const cut = this.#cut;
    this.#cut = null;
    // Its address ended the line, and was whole if nothing goes on with it.
    if (cut !== null && cut.address !== null) cut.waits = cut.grammar.waits ?? false;
    const before = this.#before;
    this.#before = null;
    if (head === null) {
      const of = this.#continued(text, cut);
      const whole = of === null ? this.#wrapped(before, text) : null;
      return whole === null ? { ...step, of } : { ...step, ...whole };
    }
    if (head.speaker === "program") return step;
    const of = this.#found(head.text, head.caller);
    if (of !== null) return { ...step, of };
    const begins = faultIn(spoken[head.speaker], head.text, head.caller, this.#place);
    if (begins !== null) this.#began(begins);
    else if (this.#isBare && isRest(cut, head.text)) return { ...step, head: null, of: cut };
    else this.#before = head;
    return { ...step, begins };
  }

  /** What a message and a line without a head tell together of a fault, where neither does alone: a mail has wrapped it. */
  #wrapped(before: Head | null, text: string): Pick<Step, "head" | "begins" | "of"> | null {
    const rest = paste.plain(text).trim();
    if (before === null || before.speaker === "program" || rest === "") return null;
    const { speaker, caller } = before;
    const first = before.text.trimEnd();
    // What is a fault alone is somebody's quote, unless nothing but who says it was in front.
    if (!NAME_ALONE.test(first) && faultIn(spoken[speaker], rest, null, 0) !== null) return null;
    const heads = ["", " "].map((glue) => ({ ...before, text: first + glue + rest }));
    for (const head of heads) {
      const of = this.#found(head.text, caller);
      if (of !== null) return { head, begins: null, of };
    }
    const begun = heads.flatMap((head) => {
      const begins = faultIn(spoken[speaker], head.text, caller, this.#place);
      return begins === null ? [] : [{ head, begins, of: null }];
    });
    const told = begun.find(({ begins }) => begins.address !== null) ?? begun[0];
    if (told === undefined) return null;
    this.#began(told.begins);
    return told;
  }

  #headOf(text: string): Head | "part" | null {
    if (this.#inRecord && DETAIL.test(text)) return "part";
    this.#inRecord = RECORD.test(text);
    const head = this.#heads.read(text);
    if (head !== null || !this.#isBare || text.trim() === "") return head;
    return { speaker: "kernel", at: null, level: "default", caller: null, text };
  }

  #began(fault: OpenFault): void {
    this.#open.push(fault);
    if (this.#open.length > MOST_OPEN) this.#close(0);
    if (fault.address !== null && !fault.endsInAddress) return;
    this.#cut = fault;
    // The rest of a line that was cut comes on the next one, or not at all.
    fault.waits = true;
  }

  /** The open fault that a message goes on with. */
  #found(text: string, caller: string | null): OpenFault | null {
    for (let i = this.#open.length - 1; i >= 0; i--) {
      const fault = this.#open[i]!;
      if (this.#place - fault.last > REACH) this.#close(i);
      else if (goesOn(fault, text, caller)) {
        fault.last = this.#place;
        return fault;
      }
    }
    return null;
  }

  /** The fault that a line without a head goes on with: as a further line, or as the rest of one that was cut. */
  #continued(text: string, cut: OpenFault | null): OpenFault | null {
    const of = text === "" ? null : this.#found(text, null);
    return of === null && isRest(cut, paste.plain(text)) ? cut : of;
  }

  #close(at: number): void {
    const [fault] = this.#open.splice(at, 1);
    if (fault !== undefined) fault.waits = false;
  }
}

/** A driver and its device, or the driver alone (include/linux/dev_printk.h). */
const NAME_ALONE = /^\S+$|:$/;

/** Digits of an address of which the first ones end a line, and nothing but whose it was. */
const DIGITS = /^[0-9a-f]{1,15}(?:$| by )/;

/** Takes a line as the rest of the one before, which was cut inside or before the address of a fault; false where it is none. */
function isRest(cut: OpenFault | null, text: string): boolean {
  const rest = text.trim();
  if (cut === null || rest === "" || (cut.endsInAddress && !DIGITS.test(rest))) return false;
  if (!cut.goOn(rest)) return false;
  cut.waits = false;
  return true;
}

/** A program's message behind the kernel's seconds. */
const OF_PROGRAM = /^[^\]]{1,64}\] ?(?:\S{1,256} )?[\w.@()/-]{1,256}\[\d+\]: /;

/** What stands in a line of a serial console that two speakers write to. */
function piecesOf(line: string): readonly string[] {
  const inside = line.indexOf(HYPERVISOR, 1);
  // Where a program's line names the hypervisor, it quotes it.
  if (inside > 0 && /^\s*(?:<\d+>)?\[/.test(line)) {
    const isWhole = OF_PROGRAM.test(line) || paste.plain(line).startsWith(HYPERVISOR);
    if (isWhole) return [line];
    return [line.slice(0, inside), line.slice(inside)];
  }
  if (!line.startsWith(HYPERVISOR)) return [line];
  const [first, second] = [...line.matchAll(INSIDE)];
  const begun = first?.index === HYPERVISOR.length ? second : first;
  return begun === undefined ? [line] : [line.slice(0, begun.index), line.slice(begun.index)];
}
