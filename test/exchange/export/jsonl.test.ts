// jsonl.test.ts - a trace written as lines and imported again is the same trace.

import { writeFileSync } from "node:fs";
import fc from "fast-check";
import { expect, test } from "vitest";
import { toLine } from "../../../src/event/line.ts";
import { jsonl } from "../../../src/exchange/export/jsonl.ts";
import { jsonl as lines } from "../../../src/exchange/import/lines/jsonl.ts";
import { Source } from "../../../src/exchange/import/source/source.ts";
import { TraceReader } from "../../../src/store/read.ts";
import { TraceWriter } from "../../../src/store/write.ts";
import { setupOf, workloadOf } from "../../laws.ts";
import { recorded } from "../../memory-trace.ts";
import { freshPath } from "../../store/sample.ts";
import { anyTrace, fileOf, stored } from "../written.ts";

async function imported(file: Buffer): Promise<TraceReader> {
  const [from, path] = [freshPath("lines"), freshPath()];
  writeFileSync(from, file);
  let writer = null as TraceWriter | null;
  const source = await Source.open(from, { strict: true, follow: null });
  await lines.read(source, async (about) => {
    const opened = await TraceWriter.create(path, about, { force: false });
    writer = opened;
    return { take: (seq, op, event) => opened.append(seq, op, event) };
  });
  writer!.finish();
  return TraceReader.open(path);
}

test("whatever a trace says, its lines say it exactly: the same events, run and digest", async () => {
  await fc.assert(
    fc.asyncProperty(anyTrace, async (events) => {
      const trace = await stored(events);
      const again = await imported(fileOf(jsonl, [trace]));
      expect([...again.events()].map((event) => toLine(event, trace.about.virtBase))).toEqual(
        events.map((event) => toLine(event, trace.about.virtBase)),
      );
      expect([...again.ops()]).toEqual([...trace.ops()]);
      expect(again.about).toEqual(trace.about);
      expect(again.digest).toBe(trace.digest);
      trace.close();
      again.close();
    }),
    { numRuns: 30 },
  );
});

/** A line as it was before its fields had names of their own: `way` for all, handles in decimal. */
function formerLine(line: string): string {
  const json = JSON.parse(line);
  const former = (fields: object) =>
    Object.fromEntries(
      Object.entries(fields).map(([name, value]) => [
        name === "instruction" || name === "direction" || name === "function" ? "way" : name,
        name === "handle" ? Number(value) : value,
      ]),
    );
  const { arguments: asked, ...rest } = former(json);
  return JSON.stringify(asked === undefined ? rest : { ...rest, arguments: former(asked) });
}

test("lines with the names that fields had before make the same trace", async () => {
  const workload = workloadOf(
    { op: "init" },
    { op: "device", device: 1, lines: 30 },
    { op: "buffer", buffer: 0, pages: 2 },
    { op: "dma_map", buffer: 0, direction: "bidirectional", device: 1 },
    { op: "dma_unmap", buffer: 0 },
  );
  const run = recorded(setupOf("xen-i386-swiotlb gart", { workload }));
  const trace = await stored([...run.events()]);
  const [header, ...present] = fileOf(jsonl, [trace]).toString().trimEnd().split("\n");
  const former = present.map(formerLine);
  const renamed = present.filter((line, i) => line !== former[i]);
  expect(new Set(renamed.map((line) => JSON.parse(line).kind))).toEqual(
    new Set([
      ...["op.began", "cache.flushed", "table.remapped"],
      ...["dma.mapped", "page.copied", "dma.unmapped"],
    ]),
  );
  const again = await imported(Buffer.from(`${[header, ...former].join("\n")}\n`));
  expect(again.digest).toBe(trace.digest);
  trace.close();
  again.close();
});

test("the header says what the lines are, and of what run", async () => {
  const trace = await stored([]);
  const [header, ...rest] = fileOf(jsonl, [trace]).toString().trimEnd().split("\n");
  expect(rest).toEqual([]);
  expect(JSON.parse(header!)).toMatchObject({
    format: "gartrace",
    version: 1,
    events: 0,
    about: { platform: "xen-i386", physIsMachine: false, virtBase: "0xc000000000000000" },
  });
});
