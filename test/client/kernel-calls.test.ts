// kernel-calls.test.ts - scripts of the kernel's DMA code: what no recording asks, worked out by hand from its sources.

import { expect, test } from "vitest";
import { usualEra } from "../../src/agpgart/era.ts";
import { chipsets } from "../../src/chipset/index.ts";
import { gart } from "../../src/hooks/gart.ts";
import { platforms } from "../../src/platform/index.ts";
import { type Variant, varied } from "../../src/platform/variant.ts";
import { parseWorkload, platformFor } from "../../src/workload/workload.ts";
import { recorded } from "../memory-trace.ts";

type Call = { readonly op: string; readonly [field: string]: unknown };

/** The results of a script's calls, in order. */
function resultsOf(
  name: string,
  machine: object,
  ops: readonly Call[],
  variant: Variant = {},
): { readonly [fact: string]: unknown }[] {
  const workload = parseWorkload(JSON.stringify({ name: "script", machine, ops }), "script.json");
  const plain = varied(platforms.find((one) => one.name === name)!, variant);
  const platform = platformFor(plain, workload);
  const chipset = chipsets.find((one) => one.name === platform.chipsets[0])!;
  const run = { platform, hooks: gart, chipset, era: usualEra, workload, seed: 0 };
  const results: { readonly [fact: string]: unknown }[] = [];
  for (const { event } of recorded({ ...run, lenientIoremap: false, device: true }).events())
    if (event.kind === "op.ended") results.push(event.result);
  return results;
}

const map = (id: number, pfn: string, size: number, more: object = {}): Call => ({
  ...{ op: "map_single", id, pfn, offset: 0, size, dir: "to" },
  ...more,
});

test("zx1 frees to the end of a word what begins inside it, however much is unmapped", () => {
  // The mapping of one entry is unmapped as one of 16, 64 times: then what is saved up is freed.
  const high = Array.from({ length: 62 }, (_, i) => map(i, "0x140000", 4096));
  const end = { op: "unmap_single", id: 60, size: 16 * 4096 };
  const rest = Array.from({ length: 63 }, () => ({ op: "unmap_single", id: 0 }));
  const calls = [...high, map(62, "0x140000", 4096), map(63, "0x140000", 4096)];
  const more = [map(64, "0x140000", 4096), map(65, "0x140000", 4096)];
  const results = resultsOf("ia64-zx1", {}, [...calls, ...more, end, ...rest]);
  // 66 entries were taken: 60 to 63 and 0 are free, and 64 and 65 are not.
  expect((results.at(-1)!.after as number[])[2]).toBe(61);
});

test("zx1 gives the place that it would search from for no bytes, and marks nothing", () => {
  const results = resultsOf("ia64-zx1", {}, [map(0, "0x140000", 4096), map(1, "0x140000", 0)]);
  expect(results[1]).toMatchObject({ dma: "0x40000000", after: [0, 0, 1, 0] });
});

test("alpha's arena rounds by the bits of the mask, and frees up to its end", () => {
  const reserve = (id: number, align_mask: number) => ({ op: "reserve", id, count: 1, align_mask });
  const results = resultsOf("alpha", {}, [reserve(0, 0), reserve(1, 2), reserve(2, 2)]);
  // (1 + 2) & ~2 is 1, and (2 + 2) & ~2 is 4.
  expect(results.map(({ ret }) => ret)).toEqual([0, 1, 4]);
});

test("without a DART coherent memory is cleared and ordered by the bytes asked for", () => {
  const machine = { ram: [["0x0", "0x40000000"]], reserved: [["0x0", "0x1000000"]] };
  const calls = [{ op: "alloc_coherent", id: 0, size: 5000 }];
  const [result] = resultsOf("ppc64-g5", machine, calls, { layout: "dart" });
  expect(result).toEqual({ phys: "0x1000000", dma: "0x1000000" });
});

test("iommu= passes over the word behind a number and its comma", () => {
  const low = [map(0, "0x100", 4096)];
  const at = (iommu: string) => resultsOf("native-x86_64iommu", { iommu }, low)[0]!.dma;
  expect(at("force,67108864")).not.toBe("0x100000");
  expect(at("67108864,force")).toBe("0x100000");
  expect(at("67108864,nomerge,force")).not.toBe("0x100000");
});

test("iommu=forcesac tells wide devices that they are not supported", () => {
  const supported = (mask: string) => ({ op: "supported", of: mask });
  const calls = [supported("0xffffffff"), supported("0xffffffffffffffff")];
  const results = resultsOf("native-x86_64iommu", { iommu: "forcesac" }, calls);
  expect(results.map(({ ret }) => ret)).toEqual([1, 0]);
});

test("a forced list that does not fit is mapped once more, with what was copied over its elements", () => {
  // 16 MB of aperture, half of it for devices: 2,048 entries, 32 of them empty for good.
  const machine = { iommu: "force,8388608", aperture_mb: 32 };
  const filling = [map(0, "0x100", 2000 * 4096), map(1, "0x100", 10 * 4096)];
  const sg = [
    ...[
      ["0x200", 0, 4096],
      ["0x300", 0, 4096],
      ["0x400", 8, 4096],
    ],
    ["0x500", 0, 16 * 4096],
  ];
  const results = resultsOf("native-x86_64iommu", machine, [
    ...filling,
    { op: "map_sg", id: 2, sg, dir: "to" },
  ]);
  // The first two had become one, the third was copied over the second; the last did not fit.
  expect(results[2]!.segments).toEqual([
    ["0x200000", 4096],
    ["0x400008", 4096],
    ["0x400008", 4096],
    ["0x500000", 65536],
  ]);
});

test("a mapping in no direction is a BUG of Xen's dma_map_page as well", () => {
  const page = { ...map(0, "0x100", 4096), op: "map_page", dir: "none" };
  const [result] = resultsOf("xen-i386-swiotlb", {}, [page]);
  expect(result).toMatchObject({ stopped: "BUG", why: "pci-dma.c" });
});

test("swiotlb= takes its word from behind the number, and only that word", () => {
  const low = [map(0, "0x100", 4096)];
  const at = (swiotlb: string) => resultsOf("native-x86_64swiotlb", { swiotlb }, low)[0]!.dma;
  expect(at("512,force")).not.toBe("0x100000");
  expect(at("512force")).not.toBe("0x100000");
  expect(at("512k,force")).toBe("0x100000");
});

test("a script ends where the kernel kills its caller", () => {
  const dying = { ...map(0, "0x100", 4096), dir: "none" };
  const results = resultsOf("native-x86_64iommu", {}, [dying, { op: "unmap_single", id: 0 }]);
  expect(results).toEqual([{ stopped: "BUG", why: "pci-gart.c" }]);
});

test("the page allocator has no block for coherent memory of no bytes", () => {
  const calls = [{ op: "alloc_coherent", id: 0, size: 0 }];
  expect(resultsOf("xen-i386-swiotlb", {}, calls)[0]).toMatchObject({ error: 1 });
});

test("without the AGP driver x86-64 finds no aperture that ends at 4 GB, and maps nothing", () => {
  const high = { ...map(0, "0x100000", 4096), mask: "0xffffffff" };
  const machine = { aperture: "0xe0000000", aperture_mb: 512, iommu: "noagp" };
  expect(resultsOf("native-x86_64iommu", machine, [map(0, "0x100", 4096)])).toMatchObject([
    { dma: "0x100000" },
  ]);
  expect(resultsOf("native-x86_64iommu", machine, [high])).toMatchObject([
    { stopped: "panic", why: "PCI-DMA: high address but no IOMMU." },
  ]);
  const lower = { ...machine, aperture: "0xc0000000" };
  expect(resultsOf("native-x86_64iommu", lower, [high])).toMatchObject([{ dma: "0xc0020000" }]);
});
