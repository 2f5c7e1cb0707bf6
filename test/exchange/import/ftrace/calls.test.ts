// calls.test.ts - what ftrace's dma:* and iommu:* lines become: in their own order, each for its own device.

import { describe, expect, test } from "vitest";
import { deviceOf } from "../../../../src/event/register.ts";
import type { Event } from "../../../../src/event/vocabulary.ts";
import { judgedOf } from "../../../../src/replay/judged.ts";
import { type Imported, importedText } from "../captured.ts";

/** Lines of one task a microsecond apart, `TASK|` before a line being another's. */
function traced(...lines: readonly string[]): Promise<Imported> {
  const text = lines.map((line, i) => {
    const [, task = "drv", body] = /^(?:(\w+)\|)?(.*)$/.exec(line)!;
    return body!.startsWith("CPU:")
      ? body!
      : ` ${task}-${task.length} [000] ..... 10.${`${i}`.padStart(6, "0")}: ${body}`;
  });
  return importedText({ "ftrace.txt": `# tracer: nop\n${text.join("\n")}\n` });
}

const DEVICE = "0000:07:00.0";
const map = (address: string, { dir = "TO_DEVICE", size = 1514, device = DEVICE } = {}) =>
  `dma_map_page: ${device} dir=${dir} dma_addr=${address} size=${size} phys_addr=${address} attrs=`;
const unmap = (address: string, { dir = "TO_DEVICE", size = 1514, device = DEVICE } = {}) =>
  `dma_unmap_page: ${device} dir=${dir} dma_addr=${address} size=${size} attrs=`;
const entry = (what: "map" | "unmap", iova = "ffff0000") =>
  what === "map"
    ? `map: IOMMU: iova=0x00000000${iova} - 0x1 paddr=0x0000000051000000 size=4096`
    : `unmap: IOMMU: iova=0x00000000${iova} - 0x1 size=4096 unmapped_size=4096`;

const told = ({ events }: Imported): string[] =>
  events.map(({ event }) => {
    const { device } = event as { device?: number | null };
    return `${event.kind} ${event.at! - 10e9}${device == null ? "" : ` ${deviceOf(device)}`}`;
  });

test("an entry is the device's whose call names it next, and stands where it was made", async () => {
  const handle = { size: 4096, device: "3f000000.mmc" };
  const of = (line: string) => line.replace("phys_addr=ffff0000", "phys_addr=51000000");
  const { mmc, gfx } = { mmc: handle, gfx: { ...handle, device: "3f200000.display" } };
  const imported = await traced(
    entry("map"),
    of(map("ffff0000", mmc)),
    `xorg|${entry("map")}`,
    `xorg|${of(map("ffff0000", gfx))}`,
    `xorg|${entry("unmap")}`,
    entry("unmap"),
    unmap("ffff0000", mmc),
    `xorg|${unmap("ffff0000", gfx)}`,
  );
  expect(told(imported)).toEqual([
    "iommu.mapped 0 3f000000.mmc",
    "dma.mapped 1000 3f000000.mmc",
    "iommu.mapped 2000 3f200000.display",
    "dma.mapped 3000 3f200000.display",
    "iommu.unmapped 4000 3f200000.display",
    "iommu.unmapped 5000 3f000000.mmc",
    "dma.unmapped 6000 3f000000.mmc",
    "dma.unmapped 7000 3f200000.display",
  ]);
});

test("a call that is traced first names the entries that its task clears next", async () => {
  const list = "nents=1/1 ents=1/1 dma_addrs={0xffff0000} sizes={0x1000}";
  const imported = await traced(
    entry("map"),
    `dma_map_sg: ${DEVICE} dir=TO_DEVICE ${list} phys_addrs={0x51000000} attrs=`,
    `dma_unmap_sg: ${DEVICE} dir=TO_DEVICE phys_addrs={0x51000000} attrs=`,
    entry("unmap"),
  );
  expect(told(imported).at(-1)).toBe(`iommu.unmapped 3000 ${DEVICE}`);
});

test("a call names the last entry of an address, and none that is let go before it", async () => {
  const again = await traced(entry("map"), entry("unmap"), entry("unmap"), unmap("ffff0000"));
  expect(told(again).slice(0, 3)).toEqual([
    "iommu.mapped 0",
    "iommu.unmapped 1000",
    `iommu.unmapped 2000 ${DEVICE}`,
  ]);
  const others = Array.from({ length: 2050 }, (_, i) => `other|${map(`${i}000`, { size: 16 })}`);
  const late = await traced(entry("unmap"), ...others, unmap("ffff0000"));
  expect(told(late)[0]).toBe("iommu.unmapped 0");
});

test("entries that no call names keep their place, and a fault behind them its own", async () => {
  const imported = await traced(
    entry("map"),
    entry("unmap"),
    "io_page_fault: IOMMU:vfio-pci 0000:07:00.0 iova=0x00000000ffff0000 flags=0x0020",
  );
  expect(told(imported)).toEqual([
    "iommu.mapped 0",
    "iommu.unmapped 1000",
    `fault.raised 2000 ${DEVICE}`,
  ]);
});

describe("an ending", () => {
  const free = (address: string, virt = "00000000a1b2c3d4") =>
    `dma_free: ${DEVICE} dir=BIDIRECTIONAL dma_addr=${address} size=4096 virt_addr=${virt} attrs=`;
  const alloc = (address: string, virt = "00000000a1b2c3d4") =>
    `dma_alloc: ${DEVICE} dir=BIDIRECTIONAL dma_addr=${address} size=4096 virt_addr=${virt} flags= attrs=`;
  const allocAt = (address: string) =>
    `dma_alloc: ${DEVICE} dma_addr=${address} size=4096 phys_addr=${address} flags= attrs=`;
  const freeAt = (address: string, phys = address) =>
    `dma_free: ${DEVICE} dma_addr=${address} size=4096 phys_addr=${phys} attrs=`;
  const alike = (count: number) =>
    [mapList, unmapList].flatMap((call) => Array(count).fill(call(["0x51000", "0x51000"])));
  const sound = [map("99000"), unmap("99000")];
  const mapList = (pages: readonly string[]) =>
    `dma_map_sg: ${DEVICE} dir=TO_DEVICE nents=${pages.length}/${pages.length} ents=${pages.length}/${pages.length} dma_addrs={${pages}} sizes={${pages.map(() => "0x1000")}} phys_addrs={${pages}} attrs=`;
  const unmapList = (pages: readonly string[]) =>
    `dma_unmap_sg: ${DEVICE} dir=TO_DEVICE phys_addrs={${pages}} attrs=`;
  const listAt = (handle: string) =>
    `dma_map_sg: ${DEVICE} dir=TO_DEVICE nents=1/1 ents=1/1 dma_addrs={${handle}} sizes={0x1000} phys_addrs={0x51000} attrs=`;
  const pages = ["0x51000", "0x53000", "0x57000"];
  const failedList = `dma_map_sg_err: ${DEVICE} dir=TO_DEVICE dma_addrs={${pages}} err=-5 attrs=`;

  test.each([
    ["of its mapping is right", [map("1000"), unmap("1000")], 0],
    ["of other size", [map("1000"), unmap("1000", { size: 60 })], 1],
    ["in another direction", [map("1000"), unmap("1000", { dir: "FROM_DEVICE" })], 1],
    ["a second time", [map("1000"), unmap("1000"), unmap("1000")], 1],
    ["for another device", [map("1000"), unmap("1000", { device: "0000:08:00.0" })], 1],
    ["of coherent memory as a page", [alloc("1000"), unmap("1000", { size: 4096 })], 1],
    ["of what was mapped before the trace began", [unmap("1000"), free("2000")], 0],
    ["of nothing at all", [alloc("1000"), free("0", "0000000000000000"), free("1000")], 0],
    ["behind a gap", [map("1000"), unmap("1000"), "CPU:0 [LOST 9 EVENTS]", unmap("1000")], 0],
    [
      "of a list that was mapped elsewhere among what was lost",
      [listAt("0xfff00000"), unmapList(["0x51000"]), "CPU:0 [LOST 9 EVENTS]"].concat(
        map("fff00000", { size: 4096 }),
        unmapList(["0x51000"]),
        unmap("fff00000", { size: 4096 }),
      ),
      0,
    ],
    [
      "of a list whose address is another's since records were lost",
      [listAt("0xfff00000"), "CPU:0 [LOST 9 EVENTS]", map("fff00000", { size: 4096 })].concat(
        unmapList(["0x51000"]),
        unmap("fff00000", { size: 4096 }),
      ),
      0,
    ],
    ["of all entries of a list", [mapList(pages), unmapList(pages)], 0],
    ["of another number of entries", [mapList(pages), unmapList(pages.slice(0, 2))], 1],
    [
      "of two lists that begin with the same page, each with its entries",
      [mapList(pages), mapList(pages.slice(0, 1)), unmapList(pages), unmapList(pages.slice(0, 1))],
      0,
    ],
    // __hash_bucket_find goes by the type as well.
    [
      "of a buffer beside a list of the same page, each by its function",
      [mapList(["0x51000"]), map("51000", { size: 4096 })].concat(
        unmap("51000", { size: 4096 }),
        unmapList(["0x51000"]),
      ),
      0,
    ],
    ["of a list that failed to map", [failedList, unmapList(pages)], 1],
    ["of a list that failed to map once", [failedList, mapList(pages), unmapList(pages)], 0],
    ["of coherent memory by its CPU address", [alloc("1000"), free("1000")], 0],
    [
      "of coherent memory by another CPU address",
      [alloc("1000"), free("1000", "00000000deadbeef")],
      1,
    ],
    // Before the kernel has a key for hashes it prints (____ptrval____) (lib/vsprintf.c).
    [
      "of coherent memory by an address that was not told",
      [alloc("1000", "(____ptrval____)"), free("1000")],
      0,
    ],
    ["of coherent memory by another handle", [alloc("1000"), free("5000")], 1],
    [
      "of coherent memory by another handle, which is another's",
      [alloc("1000"), alloc("5000", "00000000deadbeef"), free("5000"), free("1000")],
      1,
    ],
    // Linux 6.12.0 tells the CPU address as a physical one, and frees NULL by the number of that.
    ["of coherent memory by its physical address", [allocAt("1000"), freeAt("1000")], 0],
    [
      "of coherent memory by another physical address",
      [allocAt("1000"), freeAt("1000", "9000")],
      1,
    ],
    ["of nothing at all by its physical address", [freeAt("0", "778000000000")], 0],
    ["of more than sixteen lists that begin with one page", alike(20), 0],
    [
      "of one of two equal handles ends the one that fits",
      [map("1000"), map("1000", { dir: "FROM_DEVICE", size: 64 })].concat(
        unmap("1000"),
        unmap("1000", { dir: "FROM_DEVICE", size: 64 }),
      ),
      0,
    ],
  ])("%s", async (_, lines, count) => {
    const { judgement } = judgedOf((await traced(...sound, ...lines)).trace);
    expect(judgement.checks.find(({ check }) => check === "dma-release")?.count).toBe(count);
    expect(judgement.word).toBe(count === 0 ? "right" : "wrong");
  });
});

test.each([
  `dma_alloc: ${DEVICE} dir=BIDIRECTIONAL dma_addr=0 size=4096 virt_addr=0000000000000000 flags= attrs=`,
  `dma_alloc_pages: ${DEVICE} dir=TO_DEVICE dma_addr=0 size=4096 virt_addr=0000000000000000 flags= attrs=`,
  `dma_map_phys: ${DEVICE} dir=TO_DEVICE dma_addr=ffffffffffffffff size=4096 phys_addr=1000 attrs=MMIO`,
  // Of a kernel whose bus addresses have 32 bits.
  `dma_map_page: ${DEVICE} dir=TO_DEVICE dma_addr=ffffffff size=4096 phys_addr=1000 attrs=`,
  `dma_map_sg_err: ${DEVICE} dir=TO_DEVICE dma_addrs={0x1000,0x3000} err=-5 attrs=`,
  // Linux 6.12.0 tells no CPU address; an IOMMU's driver leaves the failure in the handle (drivers/iommu/dma-iommu.c).
  `dma_alloc: ${DEVICE} size=4096 dma_addr=ffffffffffffffff phys_addr=778000000000 flags= attrs=`,
  `dma_alloc: ${DEVICE} size=4096 dma_addr=ffffffff phys_addr=778000000000 flags= attrs=`,
])("a failure maps nothing and says so: %s", async (line) => {
  const { events, trace } = await traced(map("51000000"), line, unmap("51000000"));
  expect(events.map(({ event }) => event.kind)).toEqual([
    "dma.mapped",
    "fault.raised",
    "dma.unmapped",
  ]);
  expect(trace.about.platform).toBe("native");
  expect(judgedOf(trace).judgement).toMatchObject({ word: "right", uses: { inferred: 1 } });
});

describe("an address of all ones", () => {
  const list = (...[handle, own]: readonly string[]) =>
    `dma_map_sg: ${DEVICE} dir=TO_DEVICE dma_addrs={0x1000,0x${handle}} sizes={64,1} phys_addrs={0x1000,0x${own}} attrs=`;
  const segments = async (...at: readonly string[]) =>
    (await traced(list(...at))).events.map(({ event }) => event.kind);

  test("is no segment of a list, but where 32 bits of ones can be a buffer's last byte of a page", async () => {
    expect(await segments("ffffffffffffffff", "7fff")).toEqual(["dma.mapped", "fault.raised"]);
    expect(await segments("ffffffff", "7000")).toEqual(["dma.mapped", "fault.raised"]);
    expect(await segments("ffffffff", "ffffffff")).toEqual(["dma.mapped", "dma.mapped"]);
  });

  test("is no coherent memory's: who frees it is told, and who frees NULL is not", async () => {
    const freed = (handle: string, address: string) =>
      `dma_free: ${DEVICE} dma_addr=${handle} size=4096 ${address} attrs=`;
    for (const ones of ["ffffffff", "ffffffffffffffff"]) {
      const { trace } = await traced(map("1000"), freed(ones, "phys_addr=778000000000"));
      expect(judgedOf(trace).judgement.word).toBe("right");
      const other = await traced(map("1000"), freed(ones, "virt_addr=ffff888001000000"));
      expect(judgedOf(other.trace).judgement.word).toBe("wrong");
    }
  });

  test("takes no entry of the IOMMU from the device that it is for", async () => {
    const ones = map("ffffffff").replace("phys_addr=ffffffff", "phys_addr=1000");
    const { events } = await traced(
      entry("map", "fffff000"),
      ones,
      map("fffff000", { device: "0000:03:00.0" }).replace(
        "phys_addr=fffff000",
        "phys_addr=51000000",
      ),
    );
    expect(events.find(({ event }) => event.kind === "iommu.mapped")?.event).toMatchObject({
      device: 0x300,
    });
  });
});

describe("of a kernel that kprobes tell of", () => {
  const entered = (phys: string) =>
    `dma_map_page_attrs: (f+0x0/0x1) dev="${DEVICE}" phys=0x${phys} size=1 dir=1`;
  const gave = (dma: string) => `dma_map_page_attrs_ret: (g+0x1/0x2 <- f) dma=0x${dma}`;
  const kinds = async (...lines: readonly string[]) =>
    (await traced(...lines)).events.map(({ event }) => event.kind);

  test("32 bits of ones are a mapping that failed, but of a buffer at a page's last byte", async () => {
    expect(await kinds(entered("1000"), gave("1000"), entered("2000"), gave("ffffffff"))).toEqual([
      "dma.mapped",
      "fault.raised",
    ]);
    expect(await kinds(entered("ffffffff"), gave("ffffffff"))).toEqual(["dma.mapped"]);
  });

  test("32 bits of ones are no slot", async () => {
    const bounce = (orig: string, tlb: string) => [
      `swiotlb_tbl_map_single: (f+0x0/0x1) orig=0x${orig} map_size=1`,
      `swiotlb_tbl_map_single_ret: (g+0x1/0x2 <- f) tlb=0x${tlb}`,
    ];
    const good = [entered("1000"), gave("1000")];
    expect(await kinds(...good, ...bounce("2000", "ffffffff"))).toEqual(["dma.mapped"]);
    expect(await kinds(...good, ...bounce("27ff", "ffffffff"))).toHaveLength(2);
  });

  test("a list that was not mapped leaves none of its segments mapped", async () => {
    const listed = (mapped: number) => [
      `dma_map_sg_attrs: (f+0x0/0x1) dev="${DEVICE}" sg=0xffff888001000000 dir=1`,
      "dma_direct_sg_seg: (f+0x8/0x9) phys=0x1000 len=64 dma=0x1000",
      `dma_map_sg_attrs_ret: (g+0x1/0x2 <- f) mapped=${mapped}`,
    ];
    expect(await kinds(...listed(1))).toEqual(["dma.mapped"]);
    const undone = ["dma.mapped", "dma.unmapped", "fault.raised"];
    expect(await kinds(...listed(0))).toEqual(undone);
    expect(await kinds(...listed(-5))).toEqual(undone);
  });

  test("a mapping that failed is told, and nobody is accused of it", async () => {
    const ones = "f".repeat(16);
    const { events, trace } = await traced(
      entered("1000"),
      gave("1000"),
      entered("2000"),
      gave(ones),
    );
    const { judgement } = judgedOf(trace);
    expect(events.at(-1)?.event).toMatchObject({ kind: "fault.raised", fault: "not-mapped" });
    expect(judgement.wrong.events).toBe(0);
  });

  test("a driver that ends a mapping that failed is told", async () => {
    const ended = `dma_unmap_page_attrs: (f+0x0/0x1) dev="${DEVICE}" dma=0xffffffffffffffff`;
    const { trace } = await traced(entered("1000"), gave("1000"), ended);
    expect(judgedOf(trace).judgement.word).toBe("wrong");
  });
});

// kernel/dma/mapping.c: the IOVA is free before dma_unmap_page is traced, and another CPU or an interrupt can take it.
test("an ending that is traced behind the next mapping of its address ends its own", async () => {
  const at = (size: number, phys: string) =>
    map("ffff0000", { size }).replace("phys_addr=ffff0000", `phys_addr=${phys}`);
  const { trace } = await traced(
    entry("map"),
    at(100, "51000000"),
    entry("unmap"),
    `net|${entry("map").replace("51000000", "52000000")}`,
    `net|${at(200, "52000000")}`,
    unmap("ffff0000", { size: 100 }),
    `net|${entry("unmap")}`,
    `net|${unmap("ffff0000", { size: 200 })}`,
  );
  const { judgement } = judgedOf(trace);
  expect(judgement.word).toBe("right");
  expect(judgement.capture?.dma.live.total).toBe(0);
});

test("a request without a place ends though its end is told at all ones", async () => {
  const { events } = await traced(
    "block_rq_issue: 259,0 FF 0 () 0 + 0 none,0,0 [drv]",
    "block_rq_complete: 259,0 FF () 18446744073709551615 + 0 none,0,0 [0]",
  );
  expect(events).toMatchObject([
    { event: { kind: "request.issued", request: 1, what: "flush" } },
    { event: { kind: "request.completed", request: 1 } },
  ]);
});

test("what is asked for besides is kept", async () => {
  const { events } = await traced(map("1000").replace("attrs=", "attrs=SKIP_CPU_SYNC|MMIO"));
  expect(events[0]!.event as Event).toMatchObject({ text: "SKIP_CPU_SYNC|MMIO" });
});

test("a bus that sees memory at an offset is learnt from its buffers, and right", async () => {
  const at = (bus: string, phys: string) =>
    map(phys, { device: "fe340000.mmc" }).replace(`dma_addr=${phys}`, `dma_addr=${bus}`);
  const { trace } = await traced(
    at("c1200000", "1200000"),
    at("d5403000", "15403000"),
    at("ca000000", "a000000"),
  );
  expect(trace.about).toMatchObject({
    platform: "native",
    options: { busOffsets: "fe340000.mmc+0xc0000000" },
  });
  expect(judgedOf(trace).judgement).toMatchObject({ word: "right", uses: { inferred: 3 } });
});

// drivers/iommu/dma-iommu.c, iommu_dma_map_swiotlb: of the copy into the slot no tracepoint tells.
test("a buffer that is bounced behind an IOMMU is unknown, and one that is not is astray", async () => {
  const bounced = `swiotlb_bounced: dev_name: ${DEVICE} dma_mask=ffffffff dev_addr=51000040 size=60 NORMAL`;
  const mapped = map("ffff0040", { size: 60 }).replace("phys_addr=ffff0040", "phys_addr=51000040");
  const entered = entry("map").replace("paddr=0x0000000051000000", "paddr=0x000000007f000000");
  const verdictOf = async (...lines: readonly string[]) =>
    judgedOf((await traced(...lines)).trace).judgement.word;
  expect(await verdictOf(bounced, entered, mapped)).toBe("undecided");
  expect(await verdictOf(bounced.replace(DEVICE, ""), entered, mapped)).toBe("undecided");
  expect(await verdictOf(bounced, entered, mapped, entered, mapped)).toBe("wrong");
  // The tracepoint of swiotlb need not be on; buffers of whole pages are never bounced.
  expect(await verdictOf(entered, mapped)).toBe("undecided");
  const whole = mapped
    .replace("ffff0040 size=60", "ffff0000 size=4096")
    .replace("40 attrs", "00 attrs");
  expect(await verdictOf(entered, whole)).toBe("wrong");
});

// drivers/usb/host/xhci-trace.h.
test("what the driver names to a USB host controller is an address, where it is mapped for one device alone", async () => {
  const queued = (address: string, flags = "b:i:i:c:s:i:e:C") =>
    `xhci_queue_trb: BULK: Buffer ${address.padStart(16, "0")} length 64 TD size 0 intr 0 type 'Normal' flags ${flags}`;
  const { events } = await traced(
    map("51000000"),
    queued("51000000"),
    queued("51000000", "b:I:i:c:s:i:e:C"),
    queued("99000000"),
    "xhci_handle_event: EVENT: TRB 0000000051000000 status 'Success' len 0 slot 1 ep 3 type 'Transfer Event' flags e:C",
  );
  expect(events.map(({ event }) => [event.kind, event.cause ?? null])).toEqual([
    ["dma.mapped", null],
    ["descriptor.written", 1],
    ["call.entered", null],
    ["call.entered", null],
    ["call.entered", null],
  ]);
});

// AHCI 1.3.1, 4.2.3: an entry is four words, the address in the first two.
test("of a command table the whole entries are kept; words that are none of 32 bits are a line that cannot be used", async () => {
  const prepared = (prdt: string) =>
    `ahci_qc_prep_done: (ahci_qc_prep+0xea/0x150 [libahci]) tag=0 n_elem=5 ctba=0x51000500 cfis={0xec8027,0x0,0x0,0x0,0x0} prdt={${prdt}}`;
  const { events, sources } = await traced(
    prepared("0x51002000,0x0,0x0,0x1ff,0x51003000"),
    prepared("0x51002000,0x2000000,0x0,0x1ff,0x51003000,0x0,0x0"),
    prepared("0x51002000,0x100000000,0x0,0x1ff"),
  );
  expect(sources[0]!.counts.filter(({ skipped }) => skipped > 0)).toMatchObject([
    {
      name: "ahci_qc_prep_done",
      skipped: 1,
      why: expect.stringMatching(/:4:\d+: 'prdt' is no list of 32-bit words/),
    },
  ]);
  expect(events.map(({ event }) => (event as { bus?: number | bigint }).bus)).toEqual([
    0x51000500,
    0x51002000,
    0x51000500,
    0x0200000051002000n,
  ]);
});
