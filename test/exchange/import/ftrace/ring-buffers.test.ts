// ring-buffers.test.ts - a record that two ring buffers of one file hold is one event; nothing else is taken for a double.

import { describe, expect, test } from "vitest";
import { type Record, recordOf } from "../../../../src/exchange/import/ftrace/record.ts";
import { RingBuffers } from "../../../../src/exchange/import/ftrace/ring-buffers.ts";
import { importedText } from "../captured.ts";

const MAP =
  "dma_map_page: 0000:00:04.0 dir=TO_DEVICE dma_addr=fffff000 size=512 phys_addr=1234000 attrs=";
const UNMAP = "dma_unmap_page: 0000:00:04.0 dir=TO_DEVICE dma_addr=fffff000 size=512 attrs=";
/** As `trace-cmd report` has them: an instance's name in front, none before the top buffer's (tracecmd/trace-read.c). */
const line = (buffer: string, at: number, text: string, cpu = 0, pid = 50): string =>
  `${buffer === "" ? "     " : `${buffer}: `}          dd-${pid}    [00${cpu}] ${at.toFixed(9)}: ${text}`;

async function kinds(lines: readonly string[]): Promise<string[]> {
  const { events } = await importedText({ "report.txt": ["cpus=2", ...lines, ""].join("\n") });
  return events.map(({ event }) => event.kind).filter((kind) => kind.startsWith("dma."));
}
/** Which of the records are new. */
function newOf(lines: readonly string[]): boolean[] {
  const buffers = new RingBuffers();
  return lines.map((text) => buffers.isNew(recordOf(text) as Record));
}

test.each([
  ["of an instance", line("iov", 1.5, MAP), "iov"],
  ["of the top buffer", line("", 1.5, MAP), ""],
  [
    "of an instance, in latency format",
    "iov:       dd-50      0....    1.500000: map: body",
    "iov",
  ],
  ["that grep numbers", `12:${line("", 1.5, MAP)}`, ""],
  ["that grep numbers in a file", `report.txt:12:${line("", 1.5, MAP)}`, "report.txt"],
  ["of ftrace itself", "              dd-50      [000] .....     1.500000: map: body", ""],
])("a record %s is known by what stands in front of its task", (_, text, buffer) => {
  expect(recordOf(text)).toMatchObject({ task: 50, buffer });
});

describe("a call that the top buffer and an instance hold", () => {
  test("is made once, whichever has it first", async () => {
    const lines = [
      line("", 1, MAP),
      line("iov", 1.0000004, MAP),
      line("iov", 2, UNMAP),
      line("", 2.0000004, UNMAP),
    ];
    expect(await kinds(lines)).toEqual(["dma.mapped", "dma.unmapped"]);
  });

  test("is counted as read in both", async () => {
    const text = ["cpus=1", line("", 1, MAP), line("iov", 1.0000004, MAP), ""].join("\n");
    const { sources } = await importedText({ "report.txt": text });
    expect(sources[0]!.counts).toMatchObject([{ name: "dma_map_page", kept: 2, skipped: 0 }]);
  });

  test("is one where others stand between", () => {
    const lines = [line("", 1, MAP), line("", 1.0000001, MAP, 1, 60), line("iov", 1.0000004, MAP)];
    expect(newOf(lines)).toEqual([true, true, false]);
  });

  test("is one of three buffers as well", () => {
    const lines = ["", "a", "b"].map((buffer, i) => line(buffer, 1 + i / 1e7, MAP));
    expect(newOf(lines)).toEqual([true, false, false]);
  });
});

test.each([
  ["in one buffer", [line("iov", 1, MAP), line("iov", 1.0000004, MAP)]],
  ["of two tasks", [line("", 1, MAP), line("iov", 1.0000004, MAP, 0, 51)]],
  ["on two CPUs", [line("", 1, MAP), line("iov", 1.0000004, MAP, 1)]],
  ["that say other things", [line("", 1, MAP), line("iov", 1.0000004, UNMAP)]],
  ["a tenth of a second apart", [line("", 1, MAP), line("iov", 1.1, MAP)]],
])("two records %s are two", (_, lines) => {
  expect(newOf(lines)).toEqual([true, true]);
});

test("a call made twice is told twice by each, and made twice", () => {
  const lines = [
    line("", 1, MAP),
    line("iov", 1.0000004, MAP),
    line("", 1.00001, MAP),
    line("iov", 1.0000104, MAP),
  ];
  expect(newOf(lines)).toEqual([true, false, true, false]);
});

test("where the clock counts no time, a double stands some records behind", () => {
  const counted = (buffer: string, at: number, text = MAP) =>
    line(buffer, at, text).replace(/\d+\.\d{9}/, `${at}`);
  expect(newOf([counted("", 1), counted("iov", 2)])).toEqual([true, false]);
  const far = Array.from({ length: 20 }, (_, i) => counted("", i + 2, UNMAP));
  expect(newOf([counted("", 1), ...far, counted("iov", 30)]).at(-1)).toBe(true);
});

test("a loss has the name of its buffer in front, in the place of the record behind it", async () => {
  const [first = "", lost = ""] = ["iov: CPU:0 [258 EVENTS DROPPED]", line("", 1.0000004, MAP)];
  const text = ["cpus=2", line("", 1, MAP), first, lost, ""].join("\n");
  const { events, sources } = await importedText({ "report.txt": text });
  expect(events.map(({ event }) => event.kind)).toEqual(["dma.mapped", "events.lost"]);
  expect(sources[0]!.counts).toMatchObject([
    { name: "dma_map_page", kept: 2, skipped: 0 },
    { name: "events", lost: 258 },
  ]);
});
