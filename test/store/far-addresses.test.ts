// far-addresses.test.ts - bus addresses of 57 and 64 bits are kept, found, ordered and exported exactly.

import { parquetReadObjects } from "hyparquet";
import { afterAll, beforeAll, expect, test } from "vitest";
import { bus, busPageOf, hex, machine, phys } from "../../src/address.ts";
import { toLine } from "../../src/event/line.ts";
import { fromJson } from "../../src/event/line-read.ts";
import { csv } from "../../src/exchange/export/csv.ts";
import { parquet } from "../../src/exchange/export/parquet.ts";
import { changesOf } from "../../src/replay/changes.ts";
import { subjectNamed } from "../../src/replay/subject.ts";
import { TimeTravel } from "../../src/replay/travel.ts";
import { subjectRows } from "../../src/report/subject-text.ts";
import type { TraceReader } from "../../src/store/read.ts";
import { capture, native, told } from "../check/judged.ts";
import { fileOf } from "../exchange/written.ts";
import { memoryTrace } from "../memory-trace.ts";
import { stored } from "../replay/stored.ts";

/** The last plain number, both sides of 2^53, of 2^57 and of 2^63, and DMA_MAPPING_ERROR. */
const addresses = [
  0xffffe000n,
  2n ** 49n + 0x123n,
  2n ** 53n - 1n,
  2n ** 53n,
  2n ** 53n + 1n,
  0x3fffff80000001n,
  2n ** 57n - 0x1000n,
  2n ** 63n - 1n,
  2n ** 63n,
  2n ** 63n + 1n,
  2n ** 64n - 0x1001n,
  2n ** 64n - 1n,
] as const;
const events = addresses.flatMap((address) => {
  const [handle, size] = [bus(address), 1];
  const page = { phys: phys(0x51000), machine: machine(0x51000) };
  const map = {
    handle,
    bus: handle,
    direction: "to-device",
    device: 0x700,
    size,
    ...page,
  } as const;
  return [told("dma.mapped", map), told("fault.raised", { fault: "iommu", bus: handle })];
});
const recorded = events.map((event, i) => ({ seq: i + 1, op: -1, event }));
const lines = recorded.map((one) => toLine(one, 0n));

let trace: TraceReader;
beforeAll(async () => {
  trace = await stored(memoryTrace(capture(native), recorded), 4);
});
afterAll(() => trace.close());

const texts = (values: readonly bigint[]) => values.map((value) => `0x${value.toString(16)}`);
const handles = addresses.map((address) => `dma[0x${address.toString(16)}]`);
const twice = (values: readonly string[]) => values.flatMap((value) => [value, value]);
const mappedBy = (found: Iterable<{ event: { kind: string; bus?: unknown } }>) =>
  [...found].map(({ event }) => hex(event.bus as bigint));

test("an event is read as it was written, from the file and from its line of JSON", () => {
  expect([...trace.events()]).toEqual(recorded);
  expect(lines.map((line) => fromJson(JSON.parse(line), 0n))).toEqual(recorded);
  expect(trace.digest).toBe(trace.recomputeDigest());
});

test("the column is an integer in two's complement, the view hexadecimal", () => {
  expect([...trace.query("SELECT bus FROM events ORDER BY seq").rows].flat()).toEqual(
    twice(texts(addresses)),
  );
  const raw = [...trace.query("SELECT DISTINCT bus FROM event ORDER BY seq").rows].flat();
  expect(raw.map(String)).toEqual(addresses.map((one) => `${BigInt.asIntN(64, one)}`));
});

test("the view names a handle by its address, also from 2^48 on", () => {
  const query = "SELECT subject FROM events WHERE kind = 'dma.mapped' ORDER BY seq";
  expect([...trace.query(query).rows].flat()).toEqual(handles);
});

test.each(addresses.map((address, i) => [hex(address), i] as const))("%s is found", (text, i) => {
  const subject = subjectNamed(trace, `dma:${text}`);
  expect(mappedBy(changesOf(trace, subject, { from: 1, to: trace.count }))).toEqual([text]);
  expect(
    mappedBy(trace.search({ from: 1, to: trace.count, subject: 0, bus: subject.parts[0]!.bus! })),
  ).toEqual([]);
  const travel = new TimeTravel(trace);
  const rows = (moment: number) => subjectRows(travel, subject, travel.stateAt(moment));
  expect(rows(2 * i)).toEqual([]);
  expect(rows(trace.count)).toMatchObject([{ subject: `dma[${text}]` }]);
});

test.each([
  [2, 5],
  [6, 9],
  [8, 11],
  [0, 11],
])("a range from the address %i to %i is exact", (from, to) => {
  const subject = subjectNamed(trace, `dma:${hex(addresses[from]!)}..${hex(addresses[to]!)}`);
  const found = mappedBy(changesOf(trace, subject, { from: 1, to: trace.count }));
  expect(found).toEqual(texts(addresses.slice(from, to + 1)));
});

test("the state has them by the order of their pages", () => {
  const { dma } = new TimeTravel(trace).stateAt(trace.count);
  const pages = [...dma].map(({ handle }) => hex(busPageOf(handle)));
  expect(pages).toEqual(texts(addresses.map((one) => one >> 12n)));
});

test("CSV and Parquet have them whole", async () => {
  const [names, ...all] = fileOf(csv, [trace]).toString().trim().split("\n");
  const inColumn = (name: string) =>
    all.map((line) => line.split(",")[names!.split(",").indexOf(name)]);
  expect(inColumn("bus")).toEqual(twice(texts(addresses)));
  expect(inColumn("subject")).toEqual(handles.flatMap((handle) => [handle, ""]));
  const bytes = fileOf(parquet, [trace]);
  const file = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length);
  const rows = await parquetReadObjects({ file: file as ArrayBuffer });
  expect(rows.flatMap(({ bus }) => [bus])).toEqual(addresses.flatMap((one) => [one, one]));
  expect(rows.map(({ subject }) => subject)).toEqual(handles.flatMap((handle) => [handle, null]));
});
