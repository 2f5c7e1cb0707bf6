// head.test.ts - a log in whatever form: who says a line, when, and what.

import { expect, test } from "vitest";
import { logged } from "./logged.ts";

/** A value as `journalctl -o export` has one of several lines: its length in eight bytes, the lowest first. */
function exportedLength(value: string): string {
  const length = Buffer.alloc(8);
  length.writeUInt32LE(Buffer.byteLength(value));
  return length.toString("utf8") + value;
}

const fault =
  "DMAR: [DMA Read] Request device [07:00.0] fault addr 2c441000 [fault reason 06] PTE Read access is not set";
const seconds = 31_400_017_000;
const colour = (code: number): string => `${String.fromCharCode(27)}[${code}m`;

test.each([
  ["dmesg", `[   31.400017] ${fault}`, seconds],
  ["dmesg with callers", `[   31.400017][  T123] ${fault}`, seconds],
  ["dmesg -r", `<3>[   31.400017] ${fault}`, seconds],
  ["dmesg -x", `kern  :err   : [   31.400017] ${fault}`, seconds],
  ["dmesg -d", `[   31.400017 <    0.000012>] ${fault}`, seconds],
  ["dmesg -T", `[Sun Jan  5 10:20:30 2025] ${fault}`, 0],
  ["dmesg -T -x", `kern  :err   : [Sun Jan  5 10:20:30 2025] ${fault}`, 0],
  ["dmesg -H", `[Jan 5 10:20] ${fault}`, 0],
  ["dmesg -H, later", `[  +0.000017] ${fault}`, 17_000],
  ["dmesg --time-format iso", `2025-01-05T10:20:30,400017+00:00 ${fault}`, 0],
  ["dmesg --time-format delta", `[<    0.000017>] ${fault}`, 17_000],
  ["dmesg --time-format delta, back", `[<   -0.000017>] ${fault}`, 0],
  ["/dev/kmsg", `3,1234,31400017,-;${fault}`, seconds],
  ["/dev/kmsg with callers", `3,1234,31400017,-,caller=T12;${fault}`, seconds],
  ["netconsole with a release", `6.12.0-rc1+,3,1234,31400017,-;${fault}`, seconds],
  ["pstore", `<3>${fault}`, undefined],
  ["journalctl -k", `Jan  5 10:20:30 box kernel: ${fault}`, 0],
  ["journalctl -k -o short-iso", `2025-01-05T10:20:30+0100 box kernel: ${fault}`, 0],
  ["journalctl -k -o short-full", `Sun 2025-01-05 10:20:30 UTC box kernel: ${fault}`, 0],
  ["journalctl -k -o short-monotonic", `[   31.400017] box kernel: ${fault}`, seconds],
  ["journalctl -k -o short-delta", `[   31.400017                ] box kernel: ${fault}`, seconds],
  [
    "journalctl -k -o short-delta, later",
    `[   31.400017 <    0.000012 >] box kernel: ${fault}`,
    seconds,
  ],
  [
    "a kernel that is up for 142 days, whose nanoseconds are past 2^53",
    `[12345678.400017] ${fault}`,
    0,
  ],
  ["journalctl -k -o short-unix", `1736072430.123456 box kernel: ${fault}`, 0],
  ["kern.log", `Jan  5 10:20:30 box kernel: [   31.400017] ${fault}`, seconds],
  [
    "kern.log with ISO times",
    `2025-01-05T10:20:30.123456+01:00 box kernel: [   31.400017] ${fault}`,
    seconds,
  ],
  ["busybox syslogd", `Jan  5 10:20:30 box kern.err kernel: [   31.400017] ${fault}`, seconds],
  ["logread", `Sun Jan  5 10:20:30 2025 kern.err kernel: [   31.400017] ${fault}`, seconds],
  ["a vendor's kernel", `[   31.400017]  [6:    swapper/0:    1] ${fault}`, seconds],
  ["another vendor's", `<3>[   31.400017]  (0)[123:kworker/0:1]${fault}`, seconds],
  ["one with callers too", `[   31.400017][  T123] .(2)[1:swapper/0]${fault}`, seconds],
  ["one that names the unit", `[   31.400017s][pid:1,cpu2,swapper/0]${fault}`, seconds],
  ["logcat -b kernel", `01-05 10:20:30.123     0     0 E ${fault.replace(":", "    :")}`, 0],
  ["logcat -b kernel -v uid", `01-05 10:20:30.123  root     0     0 E ${fault}`, 0],
  ["logcat -b kernel -v time", `01-05 10:20:30.123 E/DMAR    (    0): ${fault.slice(6)}`, 0],
  ["logcat -b kernel -v brief", `E/DMAR    (    0): ${fault.slice(6)}`, undefined],
  ["a mail", `> > [   31.400017] ${fault}`, seconds],
  ["a list", `- [   31.400017] ${fault}`, seconds],
  [
    "a serial console with the terminal's times",
    `2025-01-05 10:20:30.123 [   31.400017] ${fault}`,
    seconds,
  ],
  [
    "a serial console with the terminal's times in brackets",
    `[2025-01-05T10:20:30.123Z] [   31.400017] ${fault}`,
    seconds,
  ],
  ["a message that is indented", `[   31.400017]  ${fault}`, seconds],
  ["a paste that is indented", `    [   31.400017] ${fault}`, seconds],
  [
    "a coloured terminal",
    `${colour(32)}[   31.400017] ${colour(0)}${colour(33)}DMAR: ${colour(0)}${fault.slice(6)}`,
    seconds,
  ],
  ["no time", fault, undefined],
])("%s", async (_, line, at) => {
  const { faults, events } = await logged(line);
  expect(faults).toEqual(["0000:07:00.0 0x2c441000"]);
  expect(events[0]!.at ?? undefined).toBe(at);
});

const xen = "[VT-D]DMAR:[DMA Write] Request device [0000:07:00.0] fault addr 2c0000000";
test.each([
  ["without a time", `(XEN) ${xen}`, undefined],
  ["behind the terminal's time", `Jan  5 10:20:30 (XEN) ${xen}`, undefined],
  ["by date", `(XEN) [2025-01-05 10:20:30] ${xen}`, 0],
  ["by date and milliseconds", `(XEN) [2025-01-05 10:20:30.123] ${xen}`, 0],
  ["since boot", `(XEN) [   31.400017] ${xen}`, seconds],
])("the hypervisor's console, %s", async (_, line, at) => {
  const { faults, events } = await logged(line);
  expect(faults).toEqual(["0000:07:00.0 0x2c0000000"]);
  expect(events[0]).toMatchObject({ actor: "hypervisor" });
  expect(events[0]!.at ?? undefined).toBe(at);
});

test.each([
  ["a journal", `Jan  5 10:20:30 box watch[812]: ${fault}`],
  ["a monotonic journal", `[   31.400017] box watch[812]: ${fault}`],
  ["a monotonic journal, of the hypervisor", `[   31.400017] box watch[812]: (XEN) ${xen}`],
  ["/dev/kmsg, of the hypervisor", `[   31.400017] watch[812]: (XEN) ${xen}`],
  ["a journal in another language", `мар 05 10:20:30 box watch[812]: ${fault}`],
  ["a journal, as a page has it", `Jan  5 10:20:30 box watch[812]: &#10;[   31.400017] ${fault}`],
  ["/dev/kmsg", `12,1234,31400017,-;${fault}`],
  ["logcat", `01-05 10:20:30.123   812   933 I Watch   : ${fault}`],
  ["logcat -v time", `01-05 10:20:30.123 I/Watch   (  812): ${fault}`],
  ["dmesg -x", `user  :err   : [   31.400017] ${fault}`],
  ["dmesg -r", `<12>[   31.400017] ${fault}`],
  ["a guest of the hypervisor", `(d1) ${fault}`],
  ["journalctl -o json", JSON.stringify({ _TRANSPORT: "stdout", PRIORITY: "6", MESSAGE: fault })],
  [
    "journalctl -o json-seq",
    `\u001e${JSON.stringify({ _TRANSPORT: "stdout", PRIORITY: "6", MESSAGE: fault })}`,
  ],
  [
    "journalctl -o json-pretty",
    `{\n\t"MESSAGE" : ${JSON.stringify(fault)},\n\t"_TRANSPORT" : "stdout"\n}`,
  ],
  ["journalctl -o export", `__CURSOR=s=1\n_TRANSPORT=stdout\nMESSAGE=${fault}\n`],
  [
    "a text of several lines of journalctl -o export",
    `__CURSOR=s=1\n_TRANSPORT=stdout\nMESSAGE\n${exportedLength(`see:\n[    9.000000] ${fault}\n\n[    9.100000] ${fault}`)}\n`,
  ],
])("a program that quotes the kernel in %s reports nothing", async (_, line) => {
  const { faults, events } = await logged("[   31.000000] Linux version 6.12.0", line);
  expect(faults).toEqual([]);
  expect(events[1]).toMatchObject({ kind: "message.logged", actor: "workload" });
});

test.each([10, 126, 127, 128, 300])(
  "a value of %i bytes behind its length ends where it says, or where a field follows",
  async (bytes) => {
    const says = `${"x".repeat(bytes - 2)}\nx`;
    const entry = (message: string, at: number) =>
      `__CURSOR=s=1\nMESSAGE\n${exportedLength(message)}\n_TRANSPORT=kernel\n_SOURCE_MONOTONIC_TIMESTAMP=${at}\nPRIORITY=4\n`;
    const { events } = await logged(entry(says, 31000000), entry(says, 32000000));
    expect(events).toHaveLength(2);
    for (const [i, event] of events.entries())
      expect(event).toMatchObject({
        actor: "kernel",
        at: (31 + i) * 1e9,
        level: "warning",
        text: says,
      });
  },
);

test("behind an entry of journalctl -o export nothing but an entry speaks", async () => {
  const { events } = await logged(
    "__CURSOR=s=1\nMESSAGE=hello\n_TRANSPORT=kernel\n",
    `[   31.400017] ${fault}`,
  );
  expect(events).toHaveLength(1);
});

test("journalctl -o json has the kernel's own time and level", async () => {
  const { faults, events } = await logged(
    JSON.stringify({
      _TRANSPORT: "kernel",
      PRIORITY: "3",
      _SOURCE_MONOTONIC_TIMESTAMP: "31400017",
      MESSAGE: fault,
    }),
    JSON.stringify({
      _TRANSPORT: "kernel",
      PRIORITY: "4",
      _SOURCE_MONOTONIC_TIMESTAMP: "31400018",
      MESSAGE: [...Buffer.from("dmar_fault: 7 callbacks suppressed")],
    }),
  );
  expect(faults).toHaveLength(1);
  expect(events[0]!.at).toBe(seconds);
  expect(events[1]).toMatchObject({ level: "warning" });
});

test("dmesg --json has a field a line", async () => {
  const { faults, events, skipped } = await logged(
    "{",
    '   "dmesg": [',
    "      {",
    '         "pri": 3,',
    '         "time":    31.400017,',
    `         "msg": ${JSON.stringify(fault)}`,
    "      }",
    "   ]",
    "}",
  );
  expect(faults).toHaveLength(1);
  expect(events).toHaveLength(1);
  expect(events[0]!.at).toBe(seconds);
  expect(skipped).toBe(0);
});

test("what /dev/kmsg adds to a record is part of it", async () => {
  const { events, skipped } = await logged(
    "6,1,100,-;acpi PNP0A08:00: host bridge",
    " SUBSYSTEM=acpi",
    " DEVICE=+acpi:PNP0A08:00",
  );
  expect(events).toHaveLength(1);
  expect(skipped).toBe(0);
});

test("kernel and hypervisor cut each other's lines on a serial console", async () => {
  const { faults } = await logged(
    `[   31.400017] ${fault.slice(0, 70)}(XEN) ${xen}`,
    fault.slice(70),
    `(XEN) Brought up 4 CPUs[   32.000000] ${fault}`,
  );
  expect(faults).toEqual([
    "0000:07:00.0 0x2c441000",
    "0000:07:00.0 0x2c0000000",
    "0000:07:00.0 0x2c441000",
  ]);
});

test("the further lines of a program's message, which journalctl indents, are the program's", async () => {
  const { faults, events } = await logged(
    "Jan  5 10:20:30 box kernel: Linux version 6.12.0",
    "Jan  5 10:20:30 box watch[812]: the kernel said",
    `                                [   31.400017] ${fault}`,
    "Jan  5 10:20:30 box watch: and",
    `                           [   31.400017] ${fault}`,
    "Jan  5 10:20:31 box kernel: eth0: link up",
    `    [   32.400017] ${fault}`,
  );
  expect(faults).toEqual(["0000:07:00.0 0x2c441000"]);
  expect(events.map(({ actor }) => actor)).toEqual([
    "kernel",
    ...Array(4).fill("workload"),
    "kernel",
    "kernel",
  ]);
});

test("a line that a mail has wrapped is one", async () => {
  const { faults, skipped } = await logged(
    `> [   31.400017] ${fault.slice(0, fault.indexOf(" addr"))}`,
    `> ${fault.slice(fault.indexOf("addr"))}`,
    "> what a program prints",
  );
  expect(faults).toEqual(["0000:07:00.0 0x2c441000"]);
  expect(skipped).toBe(1);
});

test("a journal of two boots is refused", async () => {
  await expect(
    logged(
      `Jan  5 10:20:30 box kernel: ${fault}`,
      "-- Boot 0123456789abcdef0123456789abcdef --",
      `Jan  5 10:30:30 box kernel: ${fault}`,
    ),
  ).rejects.toThrow(/dmesg\.txt:2: there are two boots in this file/);
});

test("a CPU that comes up without a clock begins no second boot", async () => {
  const { events } = await logged(
    "[    1.396514] .... node  #0, CPUs:      #1",
    "[    0.000000] calibrate_delay_direct() failed to get a good estimate for loops_per_jiffy.",
    "[    1.634558] smp: Brought up 1 node, 2 CPUs",
  );
  expect(events).toHaveLength(3);
});
