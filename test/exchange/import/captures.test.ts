// captures.test.ts - what was counted by hand in captures of real machines is found again in their traces.

import { beforeAll, describe, expect, test } from "vitest";
import { raw } from "../../../src/address.ts";
import { isWrong } from "../../../src/event/verdict.ts";
import type { Of } from "../../../src/event/vocabulary.ts";
import { verdictIn } from "../../../src/replay/provenance.ts";
import { verify } from "../../../src/replay/verify.ts";
import {
  captureCountsOf,
  captureFiles,
  captures,
  type Imported,
  importedFrom,
} from "./captured.ts";

const pairs = (count: number, identity: number, equalsP2m: number) => ({
  pairs: count,
  identity,
  equalsP2m,
});
const all = (count: number) => ({ total: count, inLiveMapping: count });
const noIommu = { maps: { total: 0, identity: 0 }, translations: { total: 0, matched: 0 } };

/** Counted when the captures were made, by means that know nothing of this program. */
const counted = {
  "linux-6.1.native": {
    dma: {
      page: pairs(82, 82, 82),
      sg: pairs(2714, 2714, 2714),
      coherent: pairs(14, 14, 14),
      deviceAccesses: all(2018),
    },
    iommu: noIommu,
  },
  "linux-6.1.native-vtd": {
    dma: { deviceAccesses: all(2018) },
    iommu: { maps: { total: 2882, identity: 0 }, translations: { total: 4678, matched: 4678 } },
  },
  "linux-6.1.xen-dom0": {
    dma: {
      page: pairs(80, 0, 80),
      sg: pairs(3044, 0, 3044),
      coherent: pairs(14, 0, 14),
      deviceAccesses: all(2144),
    },
    pageTableWrites: { present: 5082, equalsP2m: 5082 },
  },
  "linux-6.1.native-swiotlb-force": {
    dma: {
      page: pairs(78, 0, 0),
      sg: pairs(2689, 0, 0),
      coherent: pairs(15, 15, 15),
      deviceAccesses: all(2018),
    },
  },
  "linux-6.12.native": {
    dma: {
      page: pairs(81, 81, 81),
      sg: pairs(2230, 2230, 2230),
      coherent: pairs(15, 15, 15),
      deviceAccesses: all(1637),
    },
  },
  "linux-6.12.native-vtd": {
    dma: { page: pairs(90, 0, 0), sg: pairs(26, 0, 0), deviceAccesses: all(174) },
    iommu: { maps: { total: 2471, identity: 0 }, translations: { total: 6199, matched: 6199 } },
  },
  "linux-6.12.xen-dom0": {
    dma: {
      page: pairs(89, 0, 89),
      sg: pairs(2422, 0, 2422),
      coherent: pairs(17, 0, 17),
      deviceAccesses: all(1772),
    },
    pageTableWrites: { present: 5081, equalsP2m: 5081 },
  },
} as const;

describe.each(captures)("%s", (name) => {
  let imported: Imported;
  beforeAll(async () => {
    imported = await importedFrom(captureFiles(name), { strict: true });
  });

  test("comes to what was counted by hand, and no device touches what is not mapped", () => {
    const capture = captureCountsOf(imported.trace);
    expect(capture).toMatchObject(counted[name]);
    expect(capture?.misuses).toEqual({});
  });

  test("gives no device a number that leads elsewhere, and replay agrees with all of it", () => {
    const wrong = imported.events.filter((recorded) =>
      isWrong(verdictIn(imported.trace, recorded)),
    );
    expect(wrong).toEqual([]);
    expect(verify(imported.trace).disagreements).toEqual([]);
  });

  test("uses every line, and every event has the next number", () => {
    for (const { counts } of imported.sources)
      for (const { name, read, kept } of counts) expect([name, kept]).toEqual([name, read]);
    expect(imported.events.findIndex(({ seq }, i) => seq !== i + 1)).toBe(-1);
  });

  test("has an op for every OP marker, and each request inside one", () => {
    const began = imported.events.flatMap(({ event }) =>
      event.kind === "op.began" ? [event] : [],
    );
    expect(began.slice(0, 13).map(({ arguments: { bs, count } }) => `${bs} ${count}`)).toEqual([
      "512 1",
      "64k 16",
      "64k 16",
      "4k 32",
      "4k 32",
      "1M 4",
      "512k 3",
      "1536 8",
      "64k 16",
      "64k 16",
      "256k 4",
      "4k 16",
      ...(name.endsWith("xen-dom0") ? ["64k 8"] : ["512 1"]),
    ]);
  });

  test("fetches each NVMe command after its data are mapped and completes it after it was fetched", () => {
    const order = new Map<number, string[]>();
    for (const { event } of imported.events)
      if (event.kind.startsWith("request.")) {
        const { request, layer, kind } = event as Of<"request.issued">;
        if (layer !== "nvme" || request === 0) continue;
        const so = order.get(request) ?? [];
        so.push(kind);
        order.set(request, so);
      }
    const fetched = [...order.values()].filter((so) => so.includes("request.fetched"));
    expect(fetched.length).toBeGreaterThan(100);
    for (const so of fetched)
      expect(so.join(" ")).toMatch(
        /^request.issued( request.mapped)* request.fetched( request.completed)?$/,
      );
  });

  test("maps each byte of a request once, in order from its first block on", () => {
    const mapped = new Map<number, { from: number | null; bytes: number }>();
    for (const { event } of imported.events)
      if (event.kind === "request.mapped") {
        const { request, position = null, size } = event;
        const so = mapped.get(request) ?? { from: position, bytes: 0 };
        expect(position).toBe(so.from === null ? null : so.from + so.bytes);
        mapped.set(request, { from: so.from, bytes: so.bytes + size });
      }
    const asked = imported.events.flatMap(({ event }) =>
      event.kind === "request.issued" && event.layer === "ata" && event.size != null ? [event] : [],
    );
    expect(asked.length).toBeGreaterThan(30);
    for (const { request, lba, size } of asked)
      expect(mapped.get(request)).toEqual({ from: lba! * 512, bytes: size });
  });
});

test("a page of dom0 that changes its frame is unknown before, and as the dump says after", async () => {
  const { events } = await importedFrom(captureFiles("linux-6.1.xen-dom0"));
  const exchange = events.find(({ event }) => event.kind === "hypercall.made")!;
  expect(exchange.event).toMatchObject({ phys: 0xd060000, size: 16 * 4096 });
  const set = events.flatMap(({ seq, event }) =>
    event.kind === "p2m.set" && raw(event.phys) === 0xd060000 ? [{ seq, event }] : [],
  );
  expect(set).toMatchObject([{ event: { machine: 0x3fc40000, cause: exchange.seq } }]);
  const mapped = events.find(
    ({ event }) => event.kind === "dma.mapped" && raw(event.bus) === 0x3fc40000,
  )!;
  expect(mapped.event).toMatchObject({
    phys: 0xd060000,
    machine: 0x3fc40000,
    direction: "coherent",
  });
});

test("a bounced buffer is copied into its slot before the device reads it, and out after it wrote", async () => {
  const { events, trace } = await importedFrom(captureFiles("linux-6.1.native-swiotlb-force"));
  const access = events.find(({ event }) => event.kind === "device.read")!;
  const mapped = trace.event(access.event.cause!)!;
  const copied = trace.event(mapped.event.cause!)!;
  expect(copied.event).toMatchObject({
    kind: "page.copied",
    direction: "to-slot",
    phys: (mapped.event as Of<"dma.mapped">).phys,
    reached: (access.event as Of<"device.read">).reached,
  });
  const out = events.find(
    ({ event }) => event.kind === "page.copied" && event.direction === "from-slot",
  )!;
  expect(trace.event(out.event.cause!)?.event.kind).toBe("dma.unmapped");
});
