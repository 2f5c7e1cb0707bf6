// import.ts - measures how fast a kernel's log becomes a trace: a capture repeated, with its clock going on.

import { once } from "node:events";
import { createWriteStream, readFileSync } from "node:fs";
import { join } from "node:path";
import { finished } from "node:stream/promises";
import { gunzipSync } from "node:zlib";
import { PROBES, probesFrom } from "../../src/exchange/import/kernel/probes.ts";
import { importFiles } from "../../src/exchange/import/merge.ts";
import { counted } from "../../src/report/text.ts";
import { TraceWriter } from "../../src/store/write.ts";
import { repeated } from "./repeat.ts";
import { atLeast, rateOf, type Table } from "./table.ts";

export const importTable: Table = {
  name: "import",
  length: 1_000_000,
  short: 50_000,
  async measure(folder, length) {
    const log = join(folder, "ftrace.txt");
    await written(log, length);
    const { lines, importer, stored } = await timeImport(folder, log);
    return {
      title: `${counted(lines)} lines of ftrace, a capture repeated`,
      heading: ["", "measured"],
      rows: [
        {
          cells: ["importer alone", rateOf(lines, importer, "lines")],
          budgets: [atLeast(200_000, lines / importer, rate)],
        },
        { cells: ["into a finished trace", rateOf(lines, stored, "lines")], budgets: [] },
      ],
    };
  },
};

const rate = (lines: number): string => counted(Math.round(lines));

/** Writes a capture's ftrace over and over until there are so many lines. */
async function written(path: string, lines: number): Promise<void> {
  const capture = gunzipSync(readFileSync("traces/captures/linux-6.1.native/ftrace.txt.gz"));
  const records = capture
    .toString()
    .split("\n")
    .filter((line) => /^[^#]/.test(line));
  const out = createWriteStream(path);
  out.write("# tracer: nop\n");
  for (const text of repeated(records, /(?<= )\d+(?=\.\d{6}: )/, lines))
    if (!out.write(text)) await once(out, "drain");
  await finished(out.end());
}

/** Seconds that an import takes, into a trace and into nothing. */
async function timeImport(folder: string, path: string) {
  const wishes = {
    strict: true,
    follow: null,
    probes: probesFrom(PROBES),
    keep: null,
  };
  const begun = performance.now();
  await importFiles([path], wishes, () => () => {});
  const imported = performance.now();
  let writer = null as TraceWriter | null;
  const sources = await importFiles([path], wishes, async (about) => {
    const opened = await TraceWriter.create(join(folder, "imported.gart"), about, { force: true });
    writer = opened;
    return (seq, op, event, state) => opened.append(seq, op, event, state);
  });
  writer!.finish();
  const stored = performance.now();
  return {
    lines: sources[0]!.lines,
    importer: (imported - begun) / 1000,
    stored: (stored - imported) / 1000,
  };
}
