// dressed.test.ts - every fault is the same fault in every form that a log has on its way to somebody's mail.

import { expect, test } from "vitest";
import { linuxFaults, xenFaults } from "./fault-lines.ts";
import { logged } from "./logged.ts";

type Dress = (lines: readonly string[]) => string[];
const each =
  (dress: (line: string, i: number) => string): Dress =>
  (lines) =>
    lines.map(dress);

const [ESCAPE, BELL] = [String.fromCharCode(27), String.fromCharCode(7)];
const micros = (i: number): string => String(400_017 + i).padStart(6, "0");
const monotonic = (i: number): string => `[   31.${micros(i)}]`;
/** What is not printable is \x09 in /dev/kmsg. */
const escaped = (text: string): string => text.replaceAll("\t", "\\x09");
const record = (i: number): string => `3,${1234 + i},31${micros(i)},-`;

/** An entry of a journal, its own fields around. */
const journal = (message: string, i: number) => ({
  __CURSOR: `s=1;i=${i}`,
  __MONOTONIC_TIMESTAMP: "99000000",
  PRIORITY: "3",
  SYSLOG_IDENTIFIER: "kernel",
  MESSAGE: message,
  _TRANSPORT: "kernel",
  _SOURCE_MONOTONIC_TIMESTAMP: `31${micros(i)}`,
});

const dresses: { readonly [name: string]: Dress } = {
  dmesg: each((line, i) => `${monotonic(i)} ${line}`),
  "dmesg -t": each((line) => line),
  "dmesg with callers": each((line, i) => `${monotonic(i)}[  T123] ${line}`),
  "dmesg -r": each((line, i) => `<3>${monotonic(i)} ${line}`),
  "dmesg -x": each((line, i) => `kern  :err   : ${monotonic(i)} ${line}`),
  "dmesg -d": each((line, i) => `${monotonic(i).slice(0, -1)} <    0.000001>] ${line}`),
  "dmesg -T": each((line) => `[Sun Jan  5 10:20:30 2025] ${line}`),
  "dmesg -T -x": each((line) => `kern  :err   : [Sun Jan  5 10:20:30 2025] ${line}`),
  "dmesg -H, -e": each((line, i) => `${i === 0 ? "[Jan 5 10:20]" : "[  +0.000001]"} ${line}`),
  "dmesg --time-format delta": each((line, i) => `[<    0.${micros(i)}>] ${line}`),
  "dmesg --time-format iso": each((line, i) => `2025-01-05T10:20:30,${micros(i)}+00:00 ${line}`),
  "dmesg --json": (lines) => [
    '{\n   "dmesg": [',
    ...lines.map((line, i) =>
      [
        "      {",
        '         "pri":    3,',
        `         "time":    31.${micros(i)},`,
        `         "msg": ${JSON.stringify(line)}`,
        `      }${i === lines.length - 1 ? "" : ","}`,
      ].join("\n"),
    ),
    "   ]\n}",
  ],
  "/dev/kmsg": each((line, i) => `${record(i)};${escaped(line)}`),
  "/dev/kmsg with what belongs to a record": each(
    (line, i) => `${record(i)};${escaped(line)}\n SUBSYSTEM=pci\n DEVICE=+pci:0000:07:00.0`,
  ),
  "/dev/kmsg with callers": each((line, i) => `${record(i)},caller=C1;${escaped(line)}`),
  pstore: (lines) => ["Panic#1 Part1", ...lines.map((line, i) => `<3>${monotonic(i)} ${line}`)],
  "pstore without times": each((line) => `<3>${line}`),
  netconsole: each((line, i) => `${record(i)};${line}`),
  "netconsole with a release": each((line, i) => `6.12.0-rc1+,${record(i)};${line}`),
  "journalctl -k": each((line) => `Jan  5 10:20:30 box kernel: ${line}`),
  "journalctl -k -o short-precise": each(
    (line, i) => `Jan 05 10:20:30.${micros(i)} box kernel: ${line}`,
  ),
  "journalctl -k -o short-iso": each((line) => `2025-01-05T10:20:30+0100 box kernel: ${line}`),
  "journalctl -k -o short-full": each((line) => `Sun 2025-01-05 10:20:30 UTC box kernel: ${line}`),
  "journalctl -k -o short-monotonic": each((line, i) => `${monotonic(i)} box kernel: ${line}`),
  "journalctl -k -o short-unix": each((line, i) => `1736072430.${micros(i)} box kernel: ${line}`),
  "journalctl -k -o json-seq": each((line, i) => `\u001e${JSON.stringify(journal(line, i))}`),
  "journalctl -k -o json-pretty": each((line, i) =>
    [
      "{",
      ...Object.entries(journal(line, i)).map(
        ([name, value]) => `\t"${name}" : ${JSON.stringify(value)},`,
      ),
      "}",
    ].join("\n"),
  ),
  "journalctl -k -o json-pretty, lists of bytes": each((line, i) =>
    [
      "{",
      '\t"MESSAGE" : [',
      [...Buffer.from(line)].map((byte) => `\t\t${byte}`).join(",\n"),
      "\t],",
      '\t"_TRANSPORT" : "kernel",',
      `\t"_SOURCE_MONOTONIC_TIMESTAMP" : "31${micros(i)}"`,
      "}",
    ].join("\n"),
  ),
  "journalctl -k -o export": each((line, i) =>
    [...Object.entries(journal(line, i)).map(([name, value]) => `${name}=${value}`), ""].join("\n"),
  ),
  "journalctl -k -o export, behind their length": each((line, i) => {
    const length = Buffer.alloc(8);
    length.writeUInt32LE(Buffer.byteLength(line));
    const told = Object.entries(journal(line, i)).filter(([name]) => name !== "MESSAGE");
    const rest = told.map(([name, value]) => `${name}=${value}`).join("\n");
    return `${rest}\nMESSAGE\n${length.toString("utf8")}${line}\n_PID=1\n`;
  }),
  "journalctl -k -o json": each((line, i) =>
    JSON.stringify({
      _TRANSPORT: "kernel",
      PRIORITY: "3",
      _SOURCE_MONOTONIC_TIMESTAMP: `31${micros(i)}`,
      MESSAGE: line,
    }),
  ),
  "journalctl -k -o verbose": each((line, i) =>
    [
      `Sun 2025-01-05 10:20:30.${micros(i)} UTC [s=${"a1".repeat(16)};i=${i + 1};b=${"b2".repeat(16)};m=1d8f${i}00;t=62af;x=1f]`,
      ...Object.entries(journal(line, i)).map(([name, value]) => `    ${name}=${value}`),
    ].join("\n"),
  ),
  "grep -n": each((line, i) => `${i + 8}:${monotonic(i)} ${line}`),
  "cat -n": each((line, i) => `${String(i + 8).padStart(6)}\t${monotonic(i)} ${line}`),
  "less -N": each((line, i) => `${String(i + 8).padStart(7)} ${monotonic(i)} ${line}`),
  "a page that numbers lines": each((line, i) => `${i + 8}. ${monotonic(i)} ${line}`),
  "a page whose blanks do not break": each((line, i) =>
    `${monotonic(i)} ${line}`.replaceAll(" ", "\u00a0"),
  ),
  "a page that may break after colons": each(
    (line, i) => `${monotonic(i)} ${line.replaceAll(": ", ":\u200b ")}`,
  ),
  "files that are joined": each((line, i) => `\ufeff${monotonic(i)} ${line}`),
  "grep of a folder": each(
    (line, i) => `var/log/kern.log.1:Jan  5 10:20:30 box kernel: ${monotonic(i)} ${line}`,
  ),
  "kern.log": each((line, i) => `Jan  5 10:20:30 box kernel: ${monotonic(i)} ${line}`),
  "kern.log with ISO times": each(
    (line, i) => `2025-01-05T10:20:30.${micros(i)}+01:00 box kernel: ${monotonic(i)} ${line}`,
  ),
  "RFC 5424": each(
    (line, i) =>
      `<3>1 2025-01-05T10:20:30.${micros(i)}+01:00 box kernel - - - ${monotonic(i)} ${line}`,
  ),
  "busybox syslogd": each(
    (line, i) => `Jan  5 10:20:30 box kern.err kernel: ${monotonic(i)} ${line}`,
  ),
  "a mail": each((line, i) => `> ${monotonic(i)} ${line}`),
  "a mail about a mail": each((line, i) => `> > ${monotonic(i)} ${line}`),
  "an indented paste": each((line, i) => `    ${monotonic(i)} ${line}`),
  "a coloured terminal": each(
    (line, i) => `${ESCAPE}[32m${monotonic(i)} ${ESCAPE}[0m${ESCAPE}[31m${line}${ESCAPE}[0m`,
  ),
  "a DOS file": each((line, i) => `${monotonic(i)} ${line}\r`),
  "dmesg with callers, by util-linux": each((line, i) => `${monotonic(i)} [    T123] ${line}`),
  "dmesg -T with callers": each((line) => `[Sun Jan  5 10:20:30 2025] [    T123] ${line}`),
  "dmesg --time-format iso with callers": each(
    (line, i) => `2025-01-05T10:20:30,${micros(i)}+00:00 [      C1] ${line}`,
  ),
  "dmesg in two forms of time": each(
    (line, i) => `[Sun Jan  5 10:20:30 2025] ${monotonic(i)} ${line}`,
  ),
  "dmesg -T in German": each((line) => `[So Mär  5 10:20:30 2025] ${line}`),
  "dmesg -T in French": each((line) => `[dim. févr.  5 10:20:30 2025] ${line}`),
  "dmesg -H in Chinese": each(
    (line, i) => `${i === 0 ? "[1月 5 10:20]" : "[  +0.000001]"} ${line}`,
  ),
  "journalctl -k in Russian": each((line) => `мар 05 10:20:30 box kernel: ${line}`),
  "journalctl -k in Chinese": each((line) => `1月 05 10:20:30 box kernel: ${line}`),
  "journalctl -k -o short-full in a zone without a name": each(
    (line) => `Sun 2025-01-05 10:20:30 +03 box kernel: ${line}`,
  ),
  "journalctl -k -o json-sse": each((line, i) => `data: ${JSON.stringify(journal(line, i))}\n`),
  "journalctl -k -o json, as jq prints a list": (lines) => [
    JSON.stringify(lines.map(journal), null, 2),
  ],
  "journalctl -k -o json, as jq prints a list in one line": (lines) => [
    JSON.stringify(lines.map(journal)),
  ],
  "dmesg --json in one line": (lines) => [
    JSON.stringify({ dmesg: lines.map((msg, i) => ({ pri: 3, time: 31.4 + i / 1e6, msg })) }),
  ],
  "dmesg --json, a message a line": each((msg, i) =>
    JSON.stringify({ pri: 3, time: 31.4 + i / 1e6, msg }),
  ),
  "log -m of crash": each((line, i) => `${monotonic(i)} <3>${line}`),
  "RFC 5424 with what is structured": each(
    (line, i) =>
      `<3>1 2025-01-05T10:20:30.${micros(i)}Z box kernel - - [meta sequenceId="${i}"] ${monotonic(i)} ${line}`,
  ),
  "kern.log in which tabs are escaped": each(
    (line, i) => `Jan  5 10:20:30 box kernel: ${monotonic(i)} ${line.replaceAll("\t", "#011")}`,
  ),
  "netconsole by a syslog": each(
    (line, i) => `Jan  5 10:20:30 192.168.0.7 ${monotonic(i)} ${line}`,
  ),
  "a log that a power cut filled": each(
    (line, i) => `${"\0".repeat(i === 0 ? 0 : 40)}${monotonic(i)} ${line}`,
  ),
  "a console by conserver": each((line, i) => `[Sun Jan  5 10:20:30 2025]${monotonic(i)} ${line}`),
  "a console by tio": each((line, i) => `[10:20:30.123] ${monotonic(i)} ${line}`),
  "a console by grabserial": each((line, i) => `[${i}.200000 0.000100] ${monotonic(i)} ${line}`),
  "a console by ts -s": each((line, i) => `00:00:0${i} ${monotonic(i)} ${line}`),
  "a console by ts %.s": each((line, i) => `1736072430.${micros(i)} ${monotonic(i)} ${line}`),
  "grep -n of dmesg -x": each((line, i) => `${i + 8}:kern  :err   : ${monotonic(i)} ${line}`),
  "grep -n of dmesg -T": each((line, i) => `${i + 8}:[Sun Jan  5 10:20:30 2025] ${line}`),
  "grep -n of /dev/kmsg": each((line, i) => `${i + 8}:${record(i)};${escaped(line)}`),
  "a page's entities": each((line, i) =>
    `> <3>${monotonic(i)} ${line}`
      .replaceAll("&", "&amp;")
      .replaceAll("<", "&lt;")
      .replaceAll(">", "&gt;")
      .replaceAll('"', "&quot;"),
  ),
  "a page's elements": each(
    (line, i) => `<p><span class="time">${monotonic(i)}</span> <b>${line}</b><br/></p>`,
  ),
  "a page's blanks": each((line, i) => `${monotonic(i)} ${line}`.replaceAll(" ", "\u202f")),
  "a page whose lines end in U+2028": (lines) => [
    lines.map((line, i) => `${monotonic(i)} ${line}`).join("\u2028"),
  ],
  "a word processor's dashes": each((line, i) =>
    `${monotonic(i)} ${line}`.replaceAll("-", "\u2013"),
  ),
  "tabs for blanks": each((line, i) => `${monotonic(i)} ${line}`.replaceAll(" ", "\t")),
  "kern.log in columns": each(
    (line, i) => `Jan  5 10:20:30\tbox\tkernel:\t${monotonic(i)}\t${line}`,
  ),
  "blanks behind a line": each((line, i) => `${monotonic(i)} ${line} \t `),
  Markdown: (lines) => ["```", ...lines.map((line, i) => `${monotonic(i)} ${line}`), "```"],
  "Markdown's code in a line": each((line, i) => `\`${monotonic(i)} ${line}\``),
  "Markdown's table": each((line, i) => `| ${monotonic(i)} ${line} |`),
  "strings of a list": each((line, i) => `        "${monotonic(i)} ${line}",`),
  "an indented mail": each((line, i) => ` > ${monotonic(i)} ${line}`),
  "a mail that names who is quoted": each((line, i) => `JD> ${monotonic(i)} ${line}`),
  "a difference": each((line, i) => `+${monotonic(i)} ${line}`),
  "a comment": each((line, i) => `# ${monotonic(i)} ${line}`),
  "a list of kern.log": each((line, i) => `- Jan  5 10:20:30 box kernel: ${monotonic(i)} ${line}`),
  "a terminal's other sequences": each(
    (line, i) => `${ESCAPE}]0;box${BELL}${ESCAPE}(B${ESCAPE}[m${monotonic(i)} ${line}${ESCAPE}[K`,
  ),
  "colours as cat -v shows them": each(
    (line, i) => `^[[32m${monotonic(i)} ^[[0m^[[31m${line}^[[0m`,
  ),
  "colours that lost their escape": each((line, i) => `[32m${monotonic(i)} [0m[31m${line}[0m`),
  "a console that Xen writes to as well": (lines) =>
    lines.flatMap((line, i) => [
      `${monotonic(i)} ${line}`,
      `(XEN) [2025-01-05 10:20:30] HVM d1v0 save: CPU ${i}`,
    ]),
};

test.each(Object.entries(dresses))("%s tells every fault that Linux prints", async (_, dress) => {
  for (const { source, lines, fault } of linuxFaults) {
    const { faults } = await logged(...dress(lines));
    expect([source, ...faults]).toEqual([source, fault]);
  }
});

test.each([
  ["without a time", () => ""],
  ["by date", () => "[2025-01-05 10:20:30] "],
  ["by date and milliseconds", (i: number) => `[2025-01-05 10:20:30.${100 + i}] `],
  ["since boot", (i: number) => `[   31.${micros(i)}] `],
  ["in cycles", (i: number) => `[${String(1_000_000 + i).padStart(20, "0")}] `],
])("Xen's console tells every fault, %s", async (_, time) => {
  for (const { source, lines, fault } of xenFaults) {
    const { faults } = await logged(...lines.map((line, i) => `(XEN) ${time(i)}${line}`));
    expect([source, ...faults]).toEqual([source, fault]);
  }
});

test("a program that quotes them in the journal reports none of them", async () => {
  const quoted = linuxFaults.flatMap(({ lines }) =>
    lines.map((line) => `Jan  5 10:20:30 box watch[812]: ${line}`),
  );
  expect(
    (await logged("Jan  5 10:20:30 box kernel: Linux version 6.12", ...quoted)).faults,
  ).toEqual([]);
});

test("a line of a megabyte that begins like records of /dev/kmsg all along is read once", async () => {
  const long = "1,2,3,".repeat(160_000);
  const { faults } = await logged(
    "[    0.000000] Linux version 6.12",
    long,
    ...linuxFaults[0]!.lines.map((line, i) => `${monotonic(i)} ${line}`),
  );
  expect(faults).toHaveLength(1);
});

// The length of 2,400,000 is no UTF-8: such a value ends where a field follows.
test.each([2_400_000, 2_391_808])(
  "a value of %i bytes in short lines is read once, and the entries behind it tell their fault",
  async (bytes) => {
    const { lines, fault } = linuxFaults[0]!;
    const length = Buffer.alloc(8);
    length.writeUInt32LE(bytes);
    const { faults } = await logged(
      "__CURSOR=s=0",
      "COREDUMP_PROC_MAPS",
      `${length.toString("utf8")}${"x\n".repeat(bytes / 2 - 1)}xx`,
      "_TRANSPORT=journal",
      "",
      ...dresses["journalctl -k -o export"]!(lines),
    );
    expect(faults).toEqual([fault]);
  },
);
