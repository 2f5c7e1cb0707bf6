// boot-clock.test.ts - times that run backwards are said of their file, once; what a sound kernel prints is not.

import { expect, test } from "vitest";
import { sourcesText } from "../../../../src/report/sources-text.ts";
import { importedText } from "../captured.ts";

const message = (at: string) => `[${at.padStart(12)}] nvme 0000:00:04.0: ready`;
const record = (at: string) =>
  `drv-50 [000] ..... ${at}: dma_map_page: 0000:07:00.0 dir=TO_DEVICE dma_addr=51000000 size=4096 phys_addr=51000000 attrs=`;
const qemu = (at: string) => `1@${at}:pci_nvme_map_addr addr 0x51000000 len 4096`;
const mark = (at: string) => `MARK ${at} hello`;

const TRACE = `${record("4.000100")}\n`;

/** What is said of a file of such lines beside a trace. */
async function saidOf(line: (at: string) => string, times: readonly string[]): Promise<string[]> {
  const { sources } = await importedText({
    ...(line === qemu ? { "trace.txt": TRACE } : {}),
    log: `${times.map(line).join("\n")}\n`,
  });
  const { counts } = sources.find(({ path }) => path.endsWith("log"))!;
  return counts
    .filter(({ read }) => read === 0)
    .map(({ name, why }) => `${name}: ${why!.replace(/\/\S*\/log:/, "log:")}`);
}

test.each([
  ["a kernel's log", message],
  ["ftrace", record],
  ["QEMU's log", qemu],
  ["mmiotrace", mark],
])("%s, with count, file and line, and how far", async (_, line) => {
  const times = ["5.000111", "5.200001", "5.100000", "5.150000", "5.200002", "4.900001", "5.3"];
  expect(
    await saidOf(
      line,
      times.map((at) => at.padEnd(8, "0")),
    ),
  ).toEqual([
    "times that run backwards: 3 lines are older than one before, by up to 0.300001 s; the first is log:3: time goes back from 5.200001 s to 5.100000 s",
  ]);
});

test("a jiffy, which the clocks of two CPUs can be apart, is nothing", async () => {
  expect(await saidOf(message, ["5.200001", "5.190001", "5.200001"])).toEqual([]);
  expect(await saidOf(message, ["5.200001", "5.190000"])).toHaveLength(1);
});

test("a kernel that counted jiffies until it knew its TSC begins anew once", async () => {
  for (const jiffies of ["0.060000", "0.053333", "0.056666", "0.017000"]) {
    const times = ["0.000000", jiffies, "0.000871", "0.001729", "0.070001"];
    expect(await saidOf(message, times)).toEqual([]);
    expect(await saidOf(message, [...times, "0.050000"])).toHaveLength(1);
  }
  expect(await saidOf(message, ["0.060001", "0.001729"])).toHaveLength(1);
});

// QEMU without KVM, whose TSC the kernel does not trust: "smpboot: x86: Booting SMP configuration:" is said at 1.308428.
test("what a CPU says that is coming up, before its first tick, is no other boot", async () => {
  const times = ["1.308803", "0.000000", "0.000000", "1.509796"];
  expect(await saidOf(message, times)).toEqual([
    "times that run backwards: 2 lines are older than one before, by up to 1.308803 s; the first is log:2: time goes back from 1.308803 s to 0.000000 s",
  ]);
  for (const more of [["0.000000"], ["0.000000", "0.250001"], ["0.250001"]])
    await expect(saidOf(message, ["1.308803", ...more])).rejects.toThrow(
      /log:2: time goes back from 1\.308803 s to 0\.\d+ s: there are two boots/,
    );
  await expect(saidOf(record, times)).rejects.toThrow(/two boots/);
});

test("a message that has the time of day alone, among those with the kernel's own, does not go back", async () => {
  const { sources, events } = await importedText({
    log: [
      "Nov 28 17:19:58 box kernel: imklog 5.8.10, log source = /proc/kmsg started.",
      "Nov 28 17:20:04 box kernel: klogd is ready",
      "Nov 28 17:20:04 box kernel: [    0.000000] Linux version 6.12.0",
      "Nov 28 17:20:04 box kernel: [    0.900001] nvme 0000:00:04.0: ready",
    ].join("\n"),
  });
  expect(events).toHaveLength(4);
  expect(sources[0]!.counts.map(({ name }) => name)).toEqual(["message"]);
});

test("it stands under the table, as a sentence, and counts no line", async () => {
  const { sources, events } = await importedText({
    log: `${[message("5.200001"), message("5.100000")].join("\n")}\n`,
  });
  expect(events).toHaveLength(2);
  expect(sourcesText(sources).split("\n").slice(1)).toEqual([
    expect.stringMatching(/^ +read +kept/),
    expect.stringMatching(/^ +message +2 +2 +0 +0$/),
    expect.stringMatching(/^ +in all +2 +2 +0 +0$/),
    expect.stringMatching(
      /^ +times that run backwards: 1 line is older than one before, by up to 0\.100001 s; the first is \S+log:2: time goes back/,
    ),
  ]);
});
