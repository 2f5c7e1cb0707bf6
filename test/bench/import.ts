// import.ts - measures how fast recordings and logs become traces: captures repeated, with their clocks going on.

import { createWriteStream, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { gunzipSync } from "node:zlib";
import { traceDat } from "../../src/exchange/import/ftrace/trace-dat.ts";
import { Source } from "../../src/exchange/import/source/source.ts";
import { counted } from "../../src/report/text.ts";
import { type EventItem, writtenDat } from "../exchange/import/ftrace/written-dat.ts";
import type { Exchanged } from "./process/exchange.ts";
import { resultOf } from "./process.ts";
import { repeated } from "./repeat.ts";
import {
  atLeast,
  atMost,
  type Budget,
  megabytes,
  middleOf,
  named,
  peaks,
  type Row,
  rateOf,
  ratio,
  steadyMemory,
  type Table,
} from "./table.ts";

/** A file of a capture, and where its clock has its whole seconds. */
interface Repeatable {
  readonly capture: string;
  readonly clock: RegExp;
}
const kprobes: Repeatable = {
  capture: "linux-6.1.native/ftrace.txt.gz",
  clock: /(?<= )\d+(?=\.\d{6}: )/,
};
const tracepoints: Repeatable = { ...kprobes, capture: "linux-6.12.native-vtd/ftrace.txt.gz" };
const qemu: Repeatable = {
  capture: "linux-6.12.native-vtd/qemu-trace.log.gz",
  clock: /(?<=^\d+@)\d+(?=\.)/,
};
const kernelLog: Repeatable = {
  capture: "linux-6.12.fault-vtd/dmesg.txt.gz",
  clock: /(?<=^\[ *)\d+(?=\.\d{6}\])/,
};

export const importTable: Table = {
  name: "import",
  length: 1_000_000,
  short: 50_000,
  async measure(folder, length) {
    const file = async (name: string, of: Repeatable, times = timesOf(length, of)) => {
      const path = join(folder, name);
      await written(path, of, times);
      return path;
    };
    const text = await file("ftrace.txt", kprobes);
    const few = await file("few.txt", kprobes, timesOf(length / 10, kprobes));
    const calls = await file("calls.txt", tracepoints);
    const both = timesOf(length, tracepoints, qemu);
    const sides = [
      await file("kernel.txt", tracepoints, both),
      await file("device.log", qemu, both),
    ];
    const log = await file("qemu.log", qemu);
    const dmesg = await file("dmesg.txt", kernelLog);
    const recording = join(folder, "trace.dat");
    writeFileSync(recording, recorded(length));
    const report = join(folder, "report.txt");
    await printed(recording, report);
    const whole = middle(() => exchanged("import", text));
    return {
      title: `captures repeated to ${counted(length)} lines; a process each, the middle of ${ROUNDS} where there is a budget of rate`,
      heading: ["", "measured", "peak memory"],
      rows: [
        row(
          "ftrace of kprobes, the importer alone",
          middle(() => exchanged("read", text)),
          [400_000],
        ),
        row("  into a finished trace, judged", whole, [200_000]),
        row("ftrace of tracepoints, the importer alone", exchanged("read", calls), []),
        row("  into a finished trace, judged", exchanged("import", calls), []),
        row("  with QEMU's log of the same run", exchanged("import", ...sides), []),
        row("QEMU's log, into a finished trace", exchanged("import", log), []),
        row("a kernel's log, into a finished trace", exchanged("import", dmesg), []),
        row("trace.dat, decoded alone", exchanged("decode", recording), [1_000_000], "events"),
        row("  into a finished trace, judged", exchanged("import", recording), [], "events"),
        time("  time of the importer alone : of the same as text", recording, report),
        memory("peak memory, ten times the lines : once", whole, exchanged("import", few)),
      ],
    };
  },
};

const exchanged = (what: string, ...files: readonly string[]): Exchanged =>
  resultOf<Exchanged>("exchange", what, ...files);

const ROUNDS = 5;
const middle = (measure: () => Exchanged): Exchanged =>
  middleOf(Array.from({ length: ROUNDS }, measure), ({ seconds }) => seconds);

/** A recording against its text, each read in turns with the other. */
function time(what: string, recording: string, report: string): Row {
  const ratios = Array.from(
    { length: ROUNDS },
    () => exchanged("read", recording).seconds / exchanged("read", report).seconds,
  );
  const one = middleOf(ratios, (of) => of);
  return { cells: [what, ratio(one), ""], budgets: [atMost(1, one, ratio)] };
}

const row = (
  what: string,
  { units, seconds, peak }: Exchanged,
  least: readonly number[],
  noun = "lines",
): Row => ({
  cells: [what, rateOf(units, seconds, noun), megabytes(peak)],
  budgets: least.map((bound): Budget => atLeast(bound, units / seconds, rate)),
});

const rate = (lines: number): string => counted(Math.round(lines));

const memory = (what: string, many: Exchanged, few: Exchanged): Row => ({
  cells: [what, peaks(many.peak, few.peak), ""],
  budgets: [named("memory", steadyMemory(many.peak, few.peak))],
});

const linesOf = ({ capture }: Repeatable): readonly string[] =>
  gunzipSync(readFileSync(join("traces/captures", capture)))
    .toString()
    .split("\n")
    .filter((line) => /^[^#]/.test(line));

/** How often files of one run are repeated until all have so many lines together. */
const timesOf = (lines: number, ...files: readonly Repeatable[]): number =>
  Math.ceil(lines / files.reduce((sum, of) => sum + linesOf(of).length, 0));

function written(path: string, of: Repeatable, times: number): Promise<void> {
  const lines = linesOf(of);
  return pipeline(repeated(lines, of.clock, times * lines.length), createWriteStream(path));
}

/** The lines that a recording's text has. */
function printed(recording: string, path: string): Promise<void> {
  const texts = async function* () {
    const source = await Source.open(recording, { strict: false, follow: null });
    for await (const lines of traceDat.lines!(source)) yield `${lines.join("\n")}\n`;
    await source.close();
  };
  return pipeline(texts, createWriteStream(path));
}

/** Buffers to a page, and pages in the same order of time on each of so many CPUs. */
const [BUFFERS, CPUS] = [12, 4];
const [DEVICE, SIZE] = ["0000:00:04.0", 0x1000];

/** A buffer behind an IOMMU, mapped and given back, as a kernel tells it. */
function tellsOf(iova: number): readonly EventItem[] {
  const entry = { iova, paddr: iova + 0x40000000, size: SIZE, unmapped_size: SIZE };
  const call = { device: DEVICE, dma_addr: iova, phys_addr: entry.paddr, size: SIZE, dir: 1 };
  return [
    { of: "map", values: entry, delta: 900 },
    { of: "dma_map_page", values: call, delta: 900 },
    { of: "unmap", values: entry, delta: 900 },
    { of: "dma_unmap_page", values: call, delta: 900 },
  ];
}

/** A trace.dat of so many records. */
function recorded(records: number): Buffer {
  const cpus = Array.from({ length: CPUS }, (_, cpu) => {
    const iovas = Array.from({ length: BUFFERS }, (_, i) => (1 + cpu * BUFFERS + i) * SIZE);
    const items = iovas.flatMap(tellsOf).map((item) => ({ ...item, pid: 50 + cpu }));
    return Array.from({ length: Math.ceil(records / items.length / CPUS) }, (_, page) => ({
      at: 10_000_000_000n + BigInt(page * items.length * 1000 + cpu),
      items,
    }));
  });
  return writtenDat({ version: "7", buffers: [{ cpus }] });
}
