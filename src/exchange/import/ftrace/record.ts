// record.ts - a line of the text that ftrace prints: who, when, which event, and what it says.

import { Names } from "../source/names.ts";
import { asPrinted } from "./spelling.ts";

/** What a recording has of a record as it is, and its text tells too. */
export interface RecordedFields {
  /** The number in a field; null where there is none, or where it is not from 0 to below 2^52. */
  number(name: string): number | null;
  /** The text in a field; null where there is none. */
  text(name: string): string | null;
}

export interface Record {
  /** One thread of execution: the pid, and on an idle task, whose pid is 0, the CPU. */
  readonly task: number;
  readonly cpu: number;
  /** The ring buffer that it is in: the name of an instance; "" for the top one, or where one is all there is. */
  readonly buffer: string;
  /** Nanoseconds on the trace's clock; null where the clock counts something else. */
  readonly at: number | null;
  readonly name: string;
  readonly body: string;
  /** A record that was read from text has none. */
  readonly fields?: RecordedFields;
}

const [SPACE, OPEN, CLOSED, DASH, POINT, SLASH, COLON, BRACKET] = [32, 40, 41, 45, 46, 47, 58, 93];
const isDigit = (code: number): boolean => code >= 48 && code <= 57;

/**
 * Takes a line apart: `TASK-PID [CPU] FLAGS SECONDS.MICROS: EVENT: BODY`. A task's name may hold blanks,
 * brackets and minus signs; the flags have four or five characters, and trace-cmd report leaves them out.
 * `perf script` has `TASK PID [CPU] SECONDS.MICROS: SYSTEM:EVENT: BODY`. A report of several buffers has an
 * instance's name in front: `NAME: TASK-PID`. Null for a line that is no record.
 * Hot: once a line.
 */
export function recordOf(line: string): Record | null {
  // The CPU is the first bracket that holds nothing but digits, with a number before it and a time behind it.
  for (let open = line.indexOf("["); open > 0; open = line.indexOf("[", open + 1)) {
    if (open > LONGEST_HEAD) break;
    let close = open + 1;
    while (isDigit(line.charCodeAt(close))) close++;
    if (close === open + 1 || line.charCodeAt(close) !== BRACKET) continue;
    const pid = pidBefore(line, open);
    if (pid < 0) continue;
    let from = skipSpaces(line, close + 1);
    let to = wordEnd(line, from);
    if (!isTime(line, from, to) && !isLongCount(line, from, to)) {
      from = skipSpaces(line, to);
      to = wordEnd(line, from);
      // A stamp of the option `verbose` stands in brackets too, and can have no letter.
      if (!isTime(line, from, to)) continue;
    }
    const cpu = decimal(line, open + 1, close);
    const buffer = bufferIn(line, open);
    const at = nanoseconds(line, from, to - 1);
    const record = { task: taskOf(pid, cpu), cpu, buffer, at, name: "", body: "" };
    return isNamed(record, line, skipSpaces(line, to)) ? record : null;
  }
  return latencyRecordOf(line);
}

const isTime = (line: string, from: number, to: number): boolean =>
  line.charCodeAt(to - 1) === COLON && isDigit(line.charCodeAt(from));

/** Characters that trace-cmd gives what a clock counts that has no seconds. */
const COUNT_WIDTH = 12;

/** Whether the word is flags with a count close behind them, as it stands where it fills its width: ".....176851453187:". */
function isLongCount(line: string, from: number, to: number): boolean {
  if (to - from < COUNT_WIDTH + 4 || line.charCodeAt(to - 1) !== COLON) return false;
  for (let at = to - 1 - COUNT_WIDTH; at < to - 1; at++)
    if (!isDigit(line.charCodeAt(at))) return false;
  return true;
}

/** A record of which it is known who told it and when, and nothing else yet. */
type RecordDraft = { -readonly [K in keyof Record]: Record[K] };

/** Takes the name that stands there in the record's line, and what is behind it; false where no name does. */
function isNamed(record: RecordDraft, line: string, from: number): boolean {
  // `trace-cmd report --ts-diff` has in front of it the time since the record before, in brackets.
  const start =
    line.charCodeAt(from) === OPEN ? skipSpaces(line, line.indexOf(")", from) + 1) : from;
  if (isLastName(line, start)) {
    record.name = lastName;
    record.body = asPrinted(lastName, line.slice(skipSpaces(line, start + lastName.length + 1)));
    return true;
  }
  let nameFrom = start;
  let nameTo = line.indexOf(":", nameFrom);
  const second = line.charCodeAt(nameTo + 1);
  if (nameTo >= 0 && second !== SPACE && !Number.isNaN(second)) {
    const end = line.indexOf(": ", nameTo + 1);
    if (end > 0 && !line.slice(nameTo, end).includes(" ")) [nameFrom, nameTo] = [nameTo + 1, end];
  }
  const name = nameTo < 0 ? stackIn(line.slice(nameFrom)) : nameOf(line.slice(nameFrom, nameTo));
  if (name === null) return false;
  record.name = name;
  if (nameTo >= 0) record.body = asPrinted(name, line.slice(skipSpaces(line, nameTo + 1)));
  return true;
}

const STACK = /^<(user )?stack trace ?>$/;

/** What a stack is called, which has no name in front; its functions are on the lines behind it. */
function stackIn(text: string): string | null {
  const found = STACK.exec(text.trimEnd());
  if (found === null) return null;
  return found[1] === undefined ? "kernel_stack" : "user_stack";
}

/**
 * `TASK-PID CPUFLAGS TIME: EVENT: BODY`, the time in seconds or what else the clock counts (trace-cmd report -l; with
 * -R the flags are a number), or in microseconds since the buffer's first record, with a mark where the next one was
 * long in coming (ftrace's latency-format).
 */
const LATENCY =
  /^ *\S.*?-(\d+) +(\d+)(?=[^ ]*[a-zA-Z.#])(?:[a-zA-Z0-9.#]{4,6}|-0x[0-9a-f]{1,4})(?: +(?:(\d+\.\d+)|(\d+)us[ $@*#!+]?|\d+)|\d{12,20}) ?: +(?:\(\+-?\d+\) +)?(?:(\w+): *|(?=<(?:user )?stack trace))/;
/** The same with the option `verbose`: flags and preempt count as numbers, the time in milliseconds. */
const VERBOSE =
  /^ *\S.*? +(\d+) +(\d+) \d+ [0-9a-f]{8} \[[0-9a-f]{8,16}\] (\d+)\.(\d{3})ms \([^)]*\): +(\w+): */;
/**
 * `SYSTEM:EVENT: BODY` of a `perf script` that leaves out a column (-F): of time, CPU and thread one tells enough of who
 * and when, but for the time alone.
 */
const PERF = /^(.{0,300}?)(?:^| )([a-z][\w-]{0,63}):(\w{1,64}): */;
/** Systems whose events are told without a time too; of another a text can look so. */
const OWN = /^(?:dma|iommu|block|nvme|kmem|swiotlb|xen|libata|xhci-hcd|intel_iommu|ftrace)$/;
/**
 * A comment among the calls that the tracer function_graph draws, with a time and a task where its options ask for them
 * (kernel/trace/trace_functions_graph.c, print_graph_comment): "6.611366 |   0)   dd-209    | d..1. |   |  /* EVENT: BODY *\/".
 */
const GRAPH =
  /^ *(?:(\d+\.\d{6}) \| +)?(?:(\d{1,4})\) +)?(?:\S.{0,40}?-(\d+) +\|)?[^/]{0,100}\/\* (\w+): (.*?) ?\*\/$/;
/** Characters that stand before an event's body at most: a buffer's name, the task's, and columns. */
const LONGEST_HEAD = 512;

function latencyRecordOf(line: string): Record | null {
  const head = line.slice(0, LONGEST_HEAD);
  const [found, pid, on, time, micros, name] = LATENCY.exec(head) ?? [];
  if (found === undefined) return verboseRecordOf(line, head);
  const told = micros === undefined ? null : Number(micros) * 1e3;
  const at = time === undefined ? told : nanoseconds(time, 0, time.length);
  const cpu = Number(on);
  const task = taskOf(Number(pid), cpu);
  const buffer = bufferIn(found, found.indexOf(`-${pid} `));
  const rest = line.slice(found.length);
  if (name !== undefined) return { task, cpu, buffer, at, name, body: asPrinted(name, rest) };
  const stack = stackIn(rest);
  return stack === null ? null : { task, cpu, buffer, at, name: stack, body: "" };
}

function verboseRecordOf(line: string, head: string): Record | null {
  const [found, pid, on, millis, micros, name] = VERBOSE.exec(head) ?? [];
  if (found === undefined) return perfRecordOf(line, head);
  const at = Number(millis) * 1e6 + Number(micros) * 1e3;
  const body = asPrinted(name!, line.slice(found.length));
  const cpu = Number(on);
  return { task: taskOf(Number(pid), cpu), cpu, buffer: "", at, name: name!, body };
}

/** Where the CPU is left out all idle tasks are one; where the thread is, a CPU is one. */
function perfRecordOf(line: string, head: string): Record | null {
  const [found, columns = "", system = "", name = ""] = PERF.exec(head) ?? [];
  if (found === undefined) return graphRecordOf(line);
  const left = columns.trim().split(/ +/);
  const hasPeriod =
    /^\d+$/.test(left.at(-1) ?? "") && /^(?:\d.*:|\[\d+\])$/.test(left.at(-2) ?? "");
  if (hasPeriod) left.pop();
  const take = (pattern: RegExp): string | null => {
    const [, text] = pattern.exec(left.at(-1) ?? "") ?? [];
    if (text !== undefined) left.pop();
    return text ?? null;
  };
  const [time, on, thread] = [
    take(/^(\d+\.\d{6,9}):$/),
    take(/^\[(\d{1,4})\]$/),
    take(/^(?:\d+\/)?(\d{1,9})$/),
  ];
  if (on === null && thread === null) return null;
  if (time === null && !OWN.test(system)) return null;
  const cpu = Number(on ?? 0);
  const at = time === null ? null : nanoseconds(time, 0, time.length);
  const body = asPrinted(name, line.slice(found.length));
  return { task: taskOf(Number(thread ?? 0), cpu), cpu, buffer: "", at, name, body };
}

/** Where the task is left out a CPU is one, and without its CPU an idle task is one. */
function graphRecordOf(line: string): Record | null {
  const [, time, on, pid, name, body = ""] = GRAPH.exec(line) ?? [];
  if (name === undefined || (on === undefined && pid === undefined)) return null;
  const cpu = Number(on ?? 0);
  const at = time === undefined ? null : nanoseconds(time, 0, time.length);
  const task = taskOf(Number(pid ?? 0), cpu);
  return { task, cpu, buffer: "", at, name, body: asPrinted(name, body) };
}

/** What `grep -n` puts before a line: its number, which is no buffer's. */
const FOUND = /(?:^|:)\d{1,9}$/;

/** The name in front of a task that ends before `end`. A task's own name can look so: then it is that task's alone. */
function bufferIn(line: string, end: number): string {
  const first = line.indexOf(":");
  if (first < 0 || first > end) return "";
  const colon = line.indexOf(": ", first);
  return colon < 0 || colon > end ? "" : line.slice(skipSpaces(line, 0), colon).replace(FOUND, "");
}

/** On an idle task, whose pid is 0, the CPU is the thread. */
const taskOf = (pid: number, cpu: number): number => (pid === 0 ? -1 - cpu : pid);

function skipSpaces(line: string, from: number): number {
  let at = from;
  while (line.charCodeAt(at) === SPACE) at++;
  return at;
}

function wordEnd(line: string, from: number): number {
  const end = line.indexOf(" ", from);
  return end < 0 ? line.length : end;
}

/** Names of events: what is found by one is found by the text itself. */
const names = new Names();
/** The name found last: an event is mostly followed by one of its name. */
let lastName = "";

/** Whether an event of that name begins there, and not the system that perf has in front of one. */
function isLastName(line: string, from: number): boolean {
  if (lastName === "" || !line.startsWith(lastName, from)) return false;
  const end = from + lastName.length;
  return line.charCodeAt(end) === COLON && line.charCodeAt(end + 1) === SPACE;
}

/** Where in a function a mark was written, by the options sym-offset and sym-addr; the process of which perf tells. */
const PLACE = /(?:\(\d{1,9}|\+0x[0-9a-f]{1,8}\/0x[0-9a-f]{1,8})?(?: <[0-9a-f]{8,16}>)?$/;

/** The name of an event; null for a text that can be none. */
function nameOf(text: string): string | null {
  const known = names.known(text);
  if (known === undefined) {
    const name = text.replace(PLACE, "");
    if (name === "" || name.includes(" ")) return null;
    lastName = names.of(name);
  } else lastName = known;
  return lastName;
}

/** The number after the last minus sign or blank before the CPU; a thread group in brackets may stand between. */
function pidBefore(line: string, open: number): number {
  let end = open;
  while (line.charCodeAt(end - 1) === SPACE) end--;
  if (line.charCodeAt(end - 1) === CLOSED) {
    end = line.lastIndexOf("(", end);
    while (line.charCodeAt(end - 1) === SPACE) end--;
  }
  let start = end;
  while (start > 0 && isDigit(line.charCodeAt(start - 1))) start--;
  // perf writes PID or PID/TID behind a blank.
  const before = start > 0 ? line.charCodeAt(start - 1) : 0;
  const isSeparate = before === DASH || before === SPACE || before === SLASH;
  return start < end && isSeparate ? decimal(line, start, end) : -1;
}

function decimal(line: string, from: number, to: number): number {
  let value = 0;
  for (let at = from; at < to; at++) value = value * 10 + line.charCodeAt(at) - 48;
  return value;
}

const UNITS = Array.from({ length: 10 }, (_, digits) => 10 ** (9 - digits));

/** "6.611366" as nanoseconds; a number without a point is no time. */
function nanoseconds(line: string, from: number, to: number): number | null {
  let value = 0;
  let digits = -1;
  for (let at = from; at < to; at++) {
    const code = line.charCodeAt(at);
    if (isDigit(code)) {
      value = value * 10 + code - 48;
      if (digits >= 0) digits++;
    } else if (code === POINT && digits < 0) digits = 0;
    else return null;
  }
  return digits < 1 || digits > 9 ? null : value * UNITS[digits]!;
}

/** What was written to trace_marker: `print` names the function in front of it, or its address. */
export const markIn = (body: string): string =>
  body.replace(/^(?:tracing_mark_write|[0-9a-f]{8,16}s?): /, "");
