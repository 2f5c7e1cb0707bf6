// head.ts - what stands in front of a message: who says it, when, and how urgent it is, in every form that logs have.
//
// Times are nanoseconds of the kernel's clock where a line has one. Where lines have the time of day alone, they
// count from the first line, which in a log of a whole boot is the same.

import { levels } from "../../../event/op.ts";
import { Paste, spaced } from "../source/paste.ts";
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

/** The kernel's seconds, the hypervisor's console. */
const ON_CONSOLE = String.raw`\[ {0,16}\d{1,16}\.\d{6}[\] ]|\(XEN\) `;
/** What a line of a log begins with where more than words stand in front of its message. */
const HEAD = [
  ON_CONSOLE,
  // A level, a level in words.
  String.raw`<\d{1,3}>\S`,
  "[a-z]{1,16} {0,9}: ?(?:emerg|alert|crit|err|warn|notice|info|debug) {0,9}: ",
  // A record of /dev/kmsg, the time of day.
  String.raw`\d{1,3},\d{1,20},\d{1,20},`,
  String.raw`\[[A-Z][a-z]{2} [A-Z][a-z]{2} [ \d]\d [\d:]{8} \d{4}[\] ]`,
  String.raw`[A-Z][a-z]{2} [ \d]\d [\d:]{8} `,
  String.raw`\d{4}-\d\d-\d\dT`,
].join("|");

/** What a mail, a page or a terminal put around a line of a log. */
export const paste = new Paste(HEAD, ON_CONSOLE);

const PRIORITY = /^<(\d{1,3})>(?:1 (?=\d{4}-))?/;
/** `dmesg -x`: "kern  :info  : ". */
const DECODED = /^(\w+) *: ?(emerg|alert|crit|err|warn|notice|info|debug) *: /;
const SECONDS = /^\[ *(\d+)\.(\d{6})(?:s| <[^>]*>| +)?\] ?/;
/** `dmesg -T`, with `-d` too, in the language of its reader. */
const CTIME = /^\[((?=\d*\p{L})[^\][<>]{2,40} [\d:]{8} \d{4})(?: <[^>]*>)?\] ?/u;
/** `dmesg -H`: the minute, where it is another, else the time since the line before. */
const MINUTE = /^\[((?=\d*\p{L})[\p{L}\d]{1,10}\.? ?\d{1,2} \d\d:\d\d)\] ?/u;
const DELTA = /^\[(?: *(?=[+-])|< *)([+-]?)(\d+)\.(\d{6})>?\] ?/;
/** `dmesg --time-format iso`. */
const ISO = /^(\d{4}-\d\d-\d\dT[\d:]{8},\d{6}(?:Z|[+-][\d:]{4,5})) /;
/** /dev/kmsg and netconsole, which can have the kernel's release in front. */
export const RECORD = /^(?:\d[\w.+~-]*,)?(\d{1,3}),\d+,(\d+),[^;]*;/;
const CALLED = /,caller=([TC]\d+)/;
/** The same behind a time: the kernel's own console, and dmesg since util-linux 2.40 (sys-utils/dmesg.c, print_record). */
const CALLER = /^\[ *([TC]\d+)\] ?/;
/** CPU and task as vendors' kernels have them there: "[6:  swapper/0:    1] ", ".(0)[123:kworker/0:1]", "[pid:1,cpu2,swapper/0]". */
const VENDORS =
  /^ ?(?:\[ *\d{1,3}: *[a-zA-Z(.][^\]]{0,30}?: *(\d{1,9})\] |\.?\(\d{1,3}\)\[(\d{1,9}):[^\]]{1,30}\]|\[pid:(\d{1,9}),cpu\d{1,3},[^\]]{1,60}\])/;
/** What `log -m` of crash has there. */
const RANK = /^<(\d{1,3})>/;
/** syslog and journalctl: the time; behind it the host, facility and level where they are told, and who says it. */
const LOGGED =
  /^((?:[A-Z][a-z]{2} )?[A-Z][a-z]{2} [ \d]\d [\d:]{8}(?:\.\d+)?(?: \d{4})?|(?:[A-Z][a-z]{2} )?\d{4}-\d\d-\d\d[T ][\d:]{8}(?:\.\d+)?(?:Z|[+-][\d:]{4,5}| [A-Z]{2,5}| [+-]\d{2,4})?|\d{9,10}\.\d{6}) /;
/** The month in another language, of which the time is not known. */
const ELSEWHERE = /^(?=\d*\p{L})[\p{L}\d]{1,10}\.? [ \d]\d [\d:]{8}(?:\.\d+)? /u;
/** RFC 5424 has a process, the kind of message and what is structured behind the name. */
const BY_KERNEL =
  /^(?:\S+ )?(?:(\w+)\.(\w+) )?kernel(?:\[\d+\])?(?:: ?| (?:-|\d+) \S+ (?:-|(?:\[[^\]]{0,1000}\])+) )/;
/** A kernel's own line that came to a syslog over the network (netconsole): nobody's name is behind the host's. */
const OVER_NETWORK = /^[\w.:%-]*[\w%] (?=\[ *\d+\.\d{6}\])/;
/** logcat of Android, of the form threadtime, which it prints unless it is asked for another: the process, the thread, the level. */
const LOGCAT = /^(\d\d-\d\d [\d:]{8}\.\d{3,6}) +(?:[\w-]{1,32} +)?(\d{1,9}) +\d{1,9} [VDIWEF] /;
/** Of the forms time and brief: the level, the tag, the process. */
const LOGCAT_BRIEF = /^(?:(\d\d-\d\d [\d:]{8}\.\d{3}) )?[VDIWEF]\/(.{1,256}?) *\( *(\d{1,9})\): /;
/** It takes what stands before a message's first colon for a tag, and pads that. */
const TAG = /^(\S{1,8}) *: /;
/** The same behind the kernel's seconds: `journalctl -o short-monotonic`. */
const OF_HOST = /^\S+ kernel: /;
const OF_PROGRAM = /^(?:\S+ )?[\w.@()/-]+\[\d+\]: /;
/** Who says it, in front of a program's message. */
const NAMED = /^(?:\S{1,256} )?[\w.@()/-]{1,256}(?:\[\d+\])?: /;
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
  /** Where the text of a program's message begins; 0 behind any other. */
  #column = 0;

  /** Null where a line has none of the forms. */
  read(line: string): Head | null {
    const text = paste.unquoted(line);
    const rest = paste.headed(text);
    // journalctl indents the further lines of a message as far as its first (src/shared/logs-show.c, print_multiline).
    const indent = text.length - text.trimStart().length;
    if (this.#column > 0 && indent >= this.#column) return headOf("program", null, rest);
    const head = this.#headOf(rest) ?? (rest.includes("\t") ? this.#headOf(spaced(rest)) : null);
    const named = head?.speaker === "program" ? NAMED.exec(head.text) : null;
    this.#column = named === null ? 0 : text.length - head!.text.length + named[0].length;
    return head;
  }

  #headOf(line: string): Head | null {
    let rest = line;
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
      this.#seconds(rest) ??
      this.#record(rest) ??
      this.#logcat(rest) ??
      this.#logged(rest) ??
      this.#dated(rest);
    if (head === null)
      // pstore and a console keep the priority alone.
      return level === null ? null : headOf(isProgram ? "program" : "kernel", null, rest, level);
    if (head.speaker === "kernel") this.#hasKernel = true;
    if (level === null) return head;
    return { ...head, level, speaker: isProgram ? "program" : head.speaker };
  }

  #seconds(line: string): Head | null {
    const [found, seconds, micros] = SECONDS.exec(line) ?? [];
    if (found === undefined) return null;
    const at = nanoseconds(seconds!, micros!);
    const head = said(at, line.slice(found.length));
    const { text } = head;
    const [host] = OF_HOST.exec(text) ?? [];
    if (host !== undefined) return { ...head, text: text.slice(host.length) };
    return OF_PROGRAM.test(text) ? { ...head, speaker: "program" } : head;
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

  /** What the kernel says has process 0 there. */
  #logcat(line: string): Head | null {
    const [found, time, process] = LOGCAT.exec(line) ?? [];
    const [brief, timed, tag, by] = found === undefined ? (LOGCAT_BRIEF.exec(line) ?? []) : [];
    const before = found ?? brief;
    if (before === undefined) return null;
    const wall = wallTime(time ?? timed ?? "");
    const at = wall === null ? null : this.#since(wall);
    const rest = line.slice(before.length);
    const text = tag === undefined ? rest.replace(TAG, "$1: ") : `${tag}: ${rest}`;
    return ofDay(headOf(Number(process ?? by) === 0 ? "kernel" : "program", at, text));
  }

  #logged(line: string): Head | null {
    const [found, time] = LOGGED.exec(line) ?? [];
    const wall = time === undefined ? null : wallTime(time);
    if (wall === null) return this.#elsewhere(line);
    const at = this.#since(wall);
    const rest = line.slice(found!.length);
    return this.#ofKernel(rest, at) ?? headOf("program", at, rest);
  }

  #elsewhere(line: string): Head | null {
    const [found] = ELSEWHERE.exec(line) ?? [];
    if (found === undefined) return null;
    const rest = line.slice(found.length);
    return this.#ofKernel(rest, null) ?? (NAMED.test(rest) ? headOf("program", null, rest) : null);
  }

  /** What stands behind the time of a syslog; null where it is not the kernel's. */
  #ofKernel(rest: string, at: number | null): Head | null {
    const [network] = OVER_NETWORK.exec(rest) ?? [];
    if (network !== undefined) return this.#seconds(rest.slice(network.length));
    const [named, facility, level] = BY_KERNEL.exec(rest) ?? [];
    if (named === undefined || (facility !== undefined && facility !== "kern")) return null;
    // rsyslog writes a tab so (parser.escapeControlCharacterTab).
    const text = rest.slice(named.length).replaceAll("#011", "\t");
    // The kernel's own seconds, where syslogd keeps them.
    const head = this.#seconds(text) ?? ofDay(said(at, text));
    return level === undefined ? head : { ...head, level: levelNamed(level) };
  }

  #dated(line: string): Head | null {
    const [found, time] = CTIME.exec(line) ?? ISO.exec(line) ?? [];
    if (found !== undefined) {
      const wall = wallTime(time!);
      const at = wall === null ? null : this.#since(wall);
      return ofDay(said(at, line.slice(found.length)));
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
      return said(this.#last, line.slice(delta.length));
    }
    const [found, minute] = MINUTE.exec(line) ?? [];
    if (minute === undefined) return null;
    const wall = wallTime(`${minute.replace(/^(...) ?/, "$1 ")}:00`);
    if (wall !== null) {
      this.#begun ??= wall;
      // The first line lies anywhere in its minute: of a later one at least the whole minutes between have gone by.
      this.#last = Math.max(this.#last, (wall - this.#begun - 60e6) * 1e3);
    }
    return said(this.#last, line.slice(found!.length));
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

const headOf = (
  speaker: Head["speaker"],
  at: number | null,
  text: string,
  level: Level = "default",
  caller: string | null = null,
): Head => ({ speaker, at, level, caller, text });

/** What the kernel says behind a time: the caller and the level stand there where they are told. */
function said(at: number | null, line: string): Head {
  const [called, caller] = CALLER.exec(line) ?? [];
  const told = called === undefined ? line : line.slice(called.length);
  const [vendors, ...tasks] = VENDORS.exec(told) ?? [];
  const task = tasks.find((one) => one !== undefined);
  const rest = vendors === undefined ? told : told.slice(vendors.length);
  const by = caller ?? (task === undefined ? null : `T${task}`);
  const [ranked, rank] = RANK.exec(rest) ?? [];
  if (ranked === undefined) return headOf("kernel", at, rest, "default", by);
  const speaker = Number(rank) >= 8 ? "program" : "kernel";
  return headOf(speaker, at, rest.slice(ranked.length), levelOf(Number(rank)), by);
}

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
