// transfers.test.ts - runs of two kernels compared by what moved between the same blocks and memory.

import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { beforeAll, describe, expect, test } from "vitest";
import { bus, machine, phys } from "../../src/address.ts";
import { answerOf } from "../../src/diff/comparison.ts";
import { compare } from "../../src/diff/diff.ts";
import type { About } from "../../src/event/trace.ts";
import type { Event } from "../../src/event/vocabulary.ts";
import type { Trace } from "../../src/replay/trace.ts";
import { captureFiles, importedFrom, importedText } from "../exchange/import/captured.ts";
import { memoryTrace } from "../memory-trace.ts";

describe("captures of one workload", () => {
  let native: Trace;
  beforeAll(async () => {
    native = (await importedFrom(captureFiles("linux-6.12.native"))).trace;
  });
  const comparedWith = async (name: string) =>
    compare(native, (await importedFrom(captureFiles(name))).trace);

  test("natively and in dom0 move the same blocks by other bus addresses, each through the right page", async () => {
    const { counts, transferred, first, opsAlone } = await comparedWith("linux-6.12.xen-dom0");
    expect(counts).toMatchObject({ same: 0, "wrong-space": 0, "wrong-frame": 0, missing: 0 });
    expect(counts["same after translation"]).toBeGreaterThan(2287);
    // What dom0 alone did is what xentrace was watching: marks of a tool are no difference.
    expect([opsAlone, counts.extra, first]).toEqual([2, 0, null]);
    expect(transferred).toMatchObject({ requests: { a: 169, b: 187 }, shared: 158 });
    expect(transferred?.segments).toEqual({ a: 2287, b: 2287 });
  });

  test("are alike behind VT-d, which joins what the pages keep apart", async () => {
    const comparison = await comparedWith("linux-6.12.native-vtd");
    expect(answerOf(comparison)).toBe("alike");
    expect(comparison.transferred?.segments).toEqual({ a: 2287, b: 214 });
    expect(comparison.transferred?.cuts).toEqual({
      a: { frames: 0, pages: 2082, other: 0 },
      b: { frames: 0, pages: 0, other: 0 },
    });
  });

  test("are the same, number by number, against themselves", async () => {
    const { counts } = compare(native, native, { exact: true });
    expect(counts).toMatchObject({ same: 2287, "same after translation": 0 });
  });

  test("differ where a device is given a page's pseudo-physical address", async () => {
    const text = (name: string) =>
      gunzipSync(readFileSync(`traces/captures/linux-6.12.xen-dom0/${name}.gz`)).toString();
    const log = text("qemu-trace.log");
    const [told, address] =
      /pci_nvme_write .*lba 0x0\n.*\n.*pci_nvme_map_addr addr 0x3([0-9a-f]+)/.exec(log)!;
    const { trace } = await importedText({
      "ftrace.txt": text("ftrace.txt"),
      "p2m.txt": text("p2m.txt"),
      "qemu-trace.log": log.replace(told, told.replaceAll(`0x3${address}`, `0x${address}`)),
    });
    const { first } = compare(
      (await importedFrom(captureFiles("linux-6.12.xen-dom0"))).trace,
      trace,
    );
    expect([first?.class, first?.a]).toEqual(["wrong-space", null]);
    expect(first?.b?.recorded.event).toMatchObject({
      place: "pci_nvme_map_addr",
      bus: Number.parseInt(address!, 16),
    });
  });
});

const about: About = {
  platform: "native",
  hooks: "dma-api",
  chipset: "none",
  workload: "captured",
  operations: null,
  seed: 0,
  options: {},
  virtBase: 0n,
  physIsMachine: true,
  source: "imported",
  origin: "a test",
};

interface Part {
  readonly request?: number;
  readonly position?: number;
  readonly size?: number;
  readonly page?: number;
  readonly frame?: number;
  readonly reaches?: number;
}

/** A run whose requests are in these parts; pages and frames by number. */
function run(parts: readonly Part[], options: { readonly hasOps: boolean } = { hasOps: true }) {
  const events: Event[] = parts.map(
    ({ request = 1, position, size = 4096, page = 1, frame = page, reaches = frame }) => ({
      kind: "request.mapped",
      actor: "driver",
      ...{ request, what: "read", layer: "nvme", size },
      position: position === undefined ? null : position * 4096,
      phys: phys(page * 4096),
      machine: machine(frame * 4096),
      bus: bus(reaches * 4096),
      reached: machine(reaches * 4096),
    }),
  );
  const began: Event = {
    kind: "op.began",
    actor: "workload",
    ...{ op: 0, name: "op", arguments: {} },
  };
  const ended: Event = { kind: "op.ended", actor: "workload", op: 0, result: {} };
  const all = options.hasOps ? [began, ...events, ended] : events;
  return memoryTrace(
    about,
    all.map((event, i) => ({ seq: i + 1, op: options.hasOps ? 0 : -1, event })),
  );
}

test("pages that follow each other and frames that do not are named as what cuts a segment", () => {
  const joined = run([{ position: 0, size: 8192, page: 1 }]);
  const apart = run([
    { position: 0, page: 1, frame: 0x31 },
    { position: 1, page: 2, frame: 0x30 },
  ]);
  const { transferred, counts } = compare(joined, apart);
  expect(transferred?.cuts.b).toEqual({ frames: 1, pages: 0, other: 0 });
  expect(counts["same after translation"]).toBe(2);
  expect(compare(apart, joined).transferred?.cuts.a).toEqual({ frames: 1, pages: 0, other: 0 });
});

test("blocks that two requests ask for are those of one", () => {
  const one = run([{ position: 0, size: 8192, page: 1 }]);
  const two = run([
    { request: 1, position: 0, page: 1 },
    { request: 2, position: 1, page: 2 },
  ]);
  const comparison = compare(one, two);
  expect(answerOf(comparison)).toBe("alike");
  expect(comparison.transferred).toMatchObject({ requests: { a: 1, b: 2 }, shared: 0 });
});

test("blocks that are read twice have their partners in the order of reading", () => {
  const whole = run([
    { request: 1, position: 0, size: 8192, page: 1 },
    { request: 2, position: 1, size: 8192, page: 8 },
  ]);
  const cut = run([
    { request: 1, position: 0, page: 1 },
    { request: 1, position: 1, page: 2 },
    { request: 2, position: 1, page: 8 },
    { request: 2, position: 2, page: 9 },
  ]);
  const comparison = compare(whole, cut, { exact: true });
  expect(answerOf(comparison)).toBe("alike");
  expect(comparison.counts.same).toBe(4);
  expect(comparison.transferred?.shared).toBe(2);
});

test("a pseudo-physical number that leads elsewhere is of the wrong space", () => {
  const right = run([{ position: 3, page: 1, frame: 0x31 }]);
  const wrong = run([{ position: 3, page: 1, frame: 0x31, reaches: 1 }]);
  expect(compare(right, wrong).first).toMatchObject({ class: "wrong-space" });
  expect(compare(wrong, wrong).first).toBeNull();
});

test("a block that one side alone moves is missing on the other", () => {
  const [both, one] = [run([{ position: 0 }, { position: 1, page: 2 }]), run([{ position: 0 }])];
  expect(compare(both, one).counts).toMatchObject({ same: 1, missing: 1 });
  expect(compare(one, both).counts).toMatchObject({ same: 1, extra: 1 });
});

test("what may be the partner of a segment without blocks is unknown", () => {
  const [told, vague] = [run([{ position: 0 }]), run([{}])];
  const comparison = compare(told, vague);
  expect(answerOf(comparison)).toBe("undecided");
  expect(comparison.unknown).toBe(1);
  expect(comparison.transferred?.unplaced).toEqual({ a: 0, b: 1 });
});

test("runs without ops are compared from end to end", () => {
  const [a, b] = [run([{ position: 0 }], { hasOps: false }), run([], { hasOps: false })];
  expect(compare(a, a).counts.same).toBe(1);
  expect(compare(a, b).counts.missing).toBe(1);
});
