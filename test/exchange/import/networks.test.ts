// networks.test.ts - what was counted by an independent program in captures with a network card is found again.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { judgedOf } from "../../../src/replay/judged.ts";
import { captureFiles, importedFrom, importedText } from "./captured.ts";

const sound = { total: 0, found: 0 };
const counted = {
  "native-e1000e": { platform: "native", accesses: [5070, 5070], translations: 0, ...sound },
  amdvi: { platform: "native-amdvi", accesses: [3820, 3820], translations: 14042, ...sound },
  "fault-vtd": {
    platform: "native-vtd",
    accesses: [1650, 1513],
    translations: 5517,
    ...{ total: 1419, found: 137 },
  },
  "fault-smmuv3": {
    platform: "native-smmu",
    accesses: [1612, 1475],
    translations: 6953,
    ...{ total: 1419, found: 137 },
  },
} as const;

describe.each(Object.entries(counted))("%s", (name, so) => {
  test("has every access where its buffer was mapped, and what was not mapped is wrong", async () => {
    const { trace } = await importedFrom(captureFiles(`linux-6.12.${name}`));
    const { judgement } = judgedOf(trace);
    const { dma, iommu } = judgement.capture!;
    const found = judgement.checks.filter(({ count }) => count > 0).map(({ check }) => check);
    expect(trace.about.platform).toBe(so.platform);
    expect([dma.deviceAccesses.total, dma.deviceAccesses.inLiveMapping]).toEqual(so.accesses);
    expect(iommu.translations).toEqual({ total: so.translations, matched: so.translations });
    expect(judgement.faults).toBe(so.total);
    expect(judgement.checks.find(({ check }) => check === "dma-access")!.count).toBe(so.found);
    expect(judgement.word).toBe(so.found === 0 ? "right" : "wrong");
    for (const check of found) expect(["dma-access", "device-fault"]).toContain(check);
  });
});

/** What a capture comes to with each line of some of its files told otherwise; null for one that is left out. */
async function retold(
  name: string,
  tell: { readonly [file: string]: (line: string, part: number) => string | null },
) {
  const files = ["ftrace.txt", "qemu-trace.log", "dmesg.txt"].map((file) => {
    const path = join("traces/captures", `linux-6.12.${name}`, `${file}.gz`);
    const lines = gunzipSync(readFileSync(path)).toString("utf8").split("\n");
    const told = lines.map((line, i) => (tell[file] ?? String)(line, i / lines.length));
    return [file, told.filter((line) => line !== null).join("\n")] as const;
  });
  const { trace } = await importedText(Object.fromEntries(files));
  const { judgement } = judgedOf(trace);
  const found = judgement.checks.filter(({ count }) => count > 0).map(({ check }) => check);
  const { total, inLiveMapping } = judgement.capture!.dma.deviceAccesses;
  return { accesses: [total, inLiveMapping], found, faults: judgement.faults };
}

test("a recording by perf is placed as one by ftrace is", async () => {
  const RECORD = /^ *(.+)-(\d+) +(\[\d+\]) \S+ +([\d.]+): (\w+):/;
  const perf = (line: string) =>
    line.startsWith("#") ? null : line.replace(RECORD, "$1 $2 $3 $4: system:$5:");
  expect(await retold("native-e1000e", { "ftrace.txt": perf })).toMatchObject({
    accesses: [5070, 5070],
    found: [],
  });
});

describe("nobody is accused by what has no sure place:", () => {
  test.each(["native-e1000e", "fault-vtd"] as const)(
    "a device's log without times, %s",
    async (name) => {
      const { total, accesses } = counted[name];
      const untimed = (line: string) => line.replace(/^\d+@[\d.]+:/, "");
      const { found, faults, ...told } = await retold(name, { "qemu-trace.log": untimed });
      expect(told.accesses[0]).toBe(accesses[0]);
      expect(faults).toBe(total);
      expect(found).toEqual(total === 0 ? [] : ["dma-access", "device-fault"]);
    },
  );

  test.each([
    ["entries of the IOMMU are not traced", /: (?:un)?map: IOMMU/],
    ["calls that own the entries are not traced", /: dma_/],
  ])("a device of which the %s", async (_, left) => {
    const traced = (line: string) => (left.test(line) ? null : line);
    const { accesses, found } = await retold("amdvi", { "ftrace.txt": traced });
    expect(accesses[0]).toBe(3820);
    expect(found).toEqual([]);
  });

  test("what a device did behind the kernel's trace, where the kernel's log goes on", async () => {
    const cut = (line: string, part: number) => (part < 0.6 ? line : null);
    const { found, faults } = await retold("fault-vtd", { "ftrace.txt": cut });
    expect(found).toEqual(["dma-access", "device-fault"]);
    expect(faults).toBe(1419);
  });
});

test("devices on no PCI bus are told apart, and each handle is its buffer's own address", async () => {
  const { trace } = await importedFrom(captureFiles("linux-6.12.arm64-virtio-mmio"));
  const { capture, word } = judgedOf(trace).judgement;
  expect(word).toBe("right");
  expect(capture!.dma.page).toMatchObject({ pairs: 3061, identity: 3061 });
  expect(new Set(capture!.dma.live.by.map(({ device }) => device))).toEqual(
    new Set(["a003c00.virtio_mmio", "a003e00.virtio_mmio"]),
  );
});
