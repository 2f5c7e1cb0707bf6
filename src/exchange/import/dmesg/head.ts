// head.ts - what stands in front of a message: who says it, when, and how urgent it is, in every form that logs have.
//
// Times are nanoseconds of the kernel's clock where a line has one. Where lines have the time of day alone, they
// count from the first line, which in a log of a whole boot is the same.

import { levels } from "../../../event/op.ts";
import { wallTime } from "./wall-time.ts";

export type Level = (typeof levels)[number];

export interface Head {
  /** A program writes into the same log, by /dev/kmsg or the journal, and may quote the kernel. */
  readonly speaker: "kernel" | "hypervisor" | "program";
  readonly at: number | null;
  /** Whether that is the time of day; in one log some lines can have it, and others the kernel's own. */
  readonly isOfDay?: true;
  readonly level: Level;
  /** The task or CPU that says it, T123 or C1; null where the log does not tell (CONFIG_PRINTK_CALLER). */
  readonly caller: string | null;
  readonly text: string;
}

const ESCAPE = String.fromCharCode(27);
const COLOURS = new RegExp(`${ESCAPE}\\[[0-9;?]*[A-Za-z]`, "g");
/** A mail quotes by ">", a table or list by what stands before a bracket. */
const QUOTED = /^(?:> ?|[|*-] (?=[[(<>|]))+/;
/** What a terminal program puts before each line of a serial console: the kernel's own time or the hypervisor follows. */
const CONSOLE =
  /^\[?(?:[A-Z][a-z]{2} [ \d]\d [\d:]{8}|\d{4}-\d\d-\d\d[T ][\d:]{8})(?:[.,]\d{1,9})?(?:Z|[+-][\d:]{4,5})?\]? {1,4}(?=\[ *\d+\.\d{6}\]|\(XEN\) )/;
/** What grep puts before a line that it found: the file's name, the line's number; and the number alone, as a pager has it. */
const FOUND =
  /^(?:[\w./~+-]{1,128}[:-])?(?:\d{1,9}(?:[:-]|[:.]?(?:\t| {1,4})(?:\| )?))?(?=\[ *\d+\.\d{6}\]|\(XEN\) |[A-Z][a-z]{2} [ \d]\d [\d:]{8} |\d{4}-\d\d-\d\dT)/;
const PRIORITY = /^<(\d{1,3})>(?:1 (?=\d{4}-))?/;
/** `dmesg -x`: "kern  :info  : ". */
const DECODED = /^(\w+) *: ?(emerg|alert|crit|err|warn|notice|info|debug) *: /;
const SECONDS = /^\[ *(\d+)\.(\d{6})(?: <[^>]*>| +)?\](?:\[ *([TC]\d+)\])? ?/;
/** `dmesg -T`, with `-d` too. */
const CTIME = /^\[([A-Z][a-z]{2} [A-Z][a-z]{2} [ \d]\d [\d:]{8} \d{4})(?: <[^>]*>)?\] ?/;
/** `dmesg -H`: the minute, where it is another, else the time since the line before. */
const MINUTE = /^\[([A-Z][a-z]{2} ?\d{1,2} \d\d:\d\d)\] ?/;
const DELTA = /^\[(?: *([+-])|< *)(\d+)\.(\d{6})>?\] ?/;
/** `dmesg --time-format iso`. */
const ISO = /^(\d{4}-\d\d-\d\dT[\d:]{8},\d{6}(?:Z|[+-][\d:]{4,5})) /;
/** /dev/kmsg and netconsole, which can have the kernel's release in front. */
export const RECORD = /^(?:\d[\w.+~-]*,)?(\d{1,3}),\d+,(\d+),[^;]*;/;
const CALLED = /,caller=([TC]\d+)/;
/** syslog and journalctl: the time; behind it the host, facility and level where they are told, and who says it. */
const LOGGED =
  /^((?:[A-Z][a-z]{2} )?[A-Z][a-z]{2} [ \d]\d [\d:]{8}(?:\.\d+)?(?: \d{4})?|(?:[A-Z][a-z]{2} )?\d{4}-\d\d-\d\d[T ][\d:]{8}(?:\.\d+)?(?:Z|[+-][\d:]{4,5}| [A-Z]{3,5})?|\d{9,10}\.\d{6}) /;
const BY_KERNEL = /^(?:\S+ )?(?:(\w+)\.(\w+) )?kernel(?:\[\d+\])?(?:: ?| - \S+ \S+ )/;
/** The same behind the kernel's seconds: `journalctl -o short-monotonic`. */
const OF_HOST = /^\S+ kernel: /;
const OF_PROGRAM = /^(?:\S+ )?[\w.@()/-]+\[\d+\]: /;
const OF_SYSLOGD = /^kernel: ?/;
const HYPERVISOR = "(XEN) ";
const XEN_TIME =
  /^\[(?: *(\d+)\.(\d{6})|(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(?:\.\d+)?)|\d{20}|[0-9a-f]{16})\] /;
/** What a domain says on Xen's console. */
const GUEST = /^\(d\d+\) /;

/** Microseconds. */
const HALF_A_YEAR = 183 * 86400e6;

export class Heads {
  /** Microseconds of the first line that has the time of day; null before it. */
  #first: number | null = null;
  /** The time of the last line of `dmesg -H`, and the minute that its times began in. */
  #last = 0;
  #begun: number | null = null;
  #hasKernel = false;

  /** Null where a line has none of the forms. */
  read(line: string): Head | null {
    let rest = plain(line);
    if (rest.startsWith(HYPERVISOR)) return this.#hypervisor(rest.slice(HYPERVISOR.length));
    if (GUEST.test(rest)) return headOf("program", null, rest);
    let level: Level | null = null;
    let isProgram = false;
    const [ranked, priority] = PRIORITY.exec(rest) ?? [];
    if (priority !== undefined) {
      level = levelOf(Number(priority));
      isProgram = Number(priority) >= 8;
      rest = rest.slice(ranked!.length);
    }
    const [decoded, facility, name] = DECODED.exec(rest) ?? [];
    if (name !== undefined) {
      level = levelNamed(name);
      isProgram = facility !== "kern";
      rest = rest.slice(decoded!.length);
    }
    const head =
      this.#seconds(rest) ?? this.#record(rest) ?? this.#logged(rest) ?? this.#dated(rest);
    if (head === null)
      // pstore and a console keep the priority alone.
      return level === null ? null : headOf(isProgram ? "program" : "kernel", null, rest, level);
    if (head.speaker === "kernel") this.#hasKernel = true;
    if (level === null) return head;
    return { ...head, level, speaker: isProgram ? "program" : head.speaker };
  }

  #seconds(line: string): Head | null {
    const [found, seconds, micros, caller] = SECONDS.exec(line) ?? [];
    if (found === undefined) return null;
    const at = nanoseconds(seconds!, micros!);
    const text = line.slice(found.length);
    const [host] = OF_HOST.exec(text) ?? [];
    if (host !== undefined) return headOf("kernel", at, text.slice(host.length));
    const speaker = OF_PROGRAM.test(text) ? "program" : "kernel";
    return headOf(speaker, at, text, "default", caller);
  }

  #record(line: string): Head | null {
    const [found, priority, micros] = RECORD.exec(line) ?? [];
    if (found === undefined) return null;
    const [, caller] = CALLED.exec(found) ?? [];
    const speaker = Number(priority) >= 8 ? "program" : "kernel";
    const text = unescaped(line.slice(found.length));
    const at = Number(micros) * 1e3;
    return headOf(speaker, at, text, levelOf(Number(priority)), caller);
  }

  #logged(line: string): Head | null {
    const [found, time] = LOGGED.exec(line) ?? [];
    const wall = time === undefined ? null : wallTime(time);
    if (wall === null) return null;
    const at = this.#since(wall);
    const rest = line.slice(found!.length);
    const [said, facility, level] = BY_KERNEL.exec(rest) ?? [];
    if (said === undefined || (facility !== undefined && facility !== "kern"))
      return headOf("program", at, rest);
    // The kernel's own seconds, where syslogd keeps them.
    const text = rest.slice(said.length);
    const head = this.#seconds(text) ?? ofDay(headOf("kernel", at, text));
    return level === undefined ? head : { ...head, level: levelNamed(level) };
  }

  #dated(line: string): Head | null {
    const [found, time] = CTIME.exec(line) ?? ISO.exec(line) ?? [];
    if (found !== undefined) {
      const wall = wallTime(time!);
      const at = wall === null ? null : this.#since(wall);
      return ofDay(headOf("kernel", at, line.slice(found.length)));
    }
    const [named] = OF_SYSLOGD.exec(line) ?? [];
    if (named === undefined) return this.#relative(line);
    const text = line.slice(named.length);
    return this.#seconds(text) ?? headOf("kernel", null, text);
  }

  #relative(line: string): Head | null {
    const [delta, sign, seconds, micros] = DELTA.exec(line) ?? [];
    if (delta !== undefined) {
      this.#last += nanoseconds(seconds!, micros!) * (sign === "-" ? -1 : 1);
      return headOf("kernel", this.#last, line.slice(delta.length));
    }
    const [found, minute] = MINUTE.exec(line) ?? [];
    const wall = minute === undefined ? null : wallTime(`${minute.replace(/^(...) ?/, "$1 ")}:00`);
    if (wall === null) return null;
    this.#begun ??= wall;
    // The first line lies anywhere in its minute: of a later one at least the whole minutes between have gone by.
    this.#last = Math.max(this.#last, (wall - this.#begun - 60e6) * 1e3);
    return headOf("kernel", this.#last, line.slice(found!.length));
  }

  #hypervisor(line: string): Head {
    const [found, seconds, micros, date] = XEN_TIME.exec(line) ?? [];
    const text = found === undefined ? line : line.slice(found.length);
    // Its clock is not the kernel's: beside the kernel's lines only the order counts.
    let at: number | null = null;
    if (!this.#hasKernel && seconds !== undefined) at = nanoseconds(seconds, micros!);
    const wall = this.#hasKernel || date === undefined ? null : wallTime(date);
    if (wall !== null) at = this.#since(wall);
    return headOf("hypervisor", at, text);
  }

  #since(wall: number): number {
    this.#first ??= wall;
    // A syslog leaves the year out, and the time of day can be set back; the log goes on.
    const since = wall - this.#first;
    return Math.max(0, since < -HALF_A_YEAR ? since + 2 * HALF_A_YEAR : since) * 1e3;
  }
}

/** A line without what a mail, a terminal or a serial line put into it. */
export function plain(line: string): string {
  let text = line.includes(ESCAPE) ? line.replace(COLOURS, "") : line;
  if (QUOTED.test(text)) text = text.replace(QUOTED, "");
  return text.trimStart().replace(FOUND, "").replace(CONSOLE, "");
}

const headOf = (
  speaker: Head["speaker"],
  at: number | null,
  text: string,
  level: Level = "default",
  caller: string | null = null,
): Head => ({ speaker, at, level, caller, text });

const ofDay = (head: Head): Head => ({ ...head, isOfDay: true });

const nanoseconds = (seconds: string, micros: string): number =>
  Number(seconds) * 1e9 + Number(micros) * 1e3;

/** The lower three bits of a priority are the level (syslog(2)). */
export const levelOf = (priority: number): Level => levels[priority % 8]!;
const levelNamed = (name: string): Level =>
  levels.find((level) => level === name || (name === "warn" && level === "warning")) ?? "default";

/** /dev/kmsg writes what is not printable as \x09 (kernel/printk/printk.c). */
const unescaped = (text: string): string =>
  text.includes("\\x")
    ? text.replace(/\\x([0-9a-f]{2})/g, (_, code: string) =>
        String.fromCharCode(Number.parseInt(code, 16)),
      )
    : text;
