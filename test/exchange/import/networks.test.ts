// networks.test.ts - what was counted by an independent program in captures with a network card is found again.

import { describe, expect, test } from "vitest";
import { judgedOf } from "../../../src/replay/judged.ts";
import { captureFiles, importedFrom } from "./captured.ts";

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

test("devices on no PCI bus are told apart, and each handle is its buffer's own address", async () => {
  const { trace } = await importedFrom(captureFiles("linux-6.12.arm64-virtio-mmio"));
  const { capture, word } = judgedOf(trace).judgement;
  expect(word).toBe("right");
  expect(capture!.dma.page).toMatchObject({ pairs: 3061, identity: 3061 });
  expect(new Set(capture!.dma.live.by.map(({ device }) => device))).toEqual(
    new Set(["a003c00.virtio_mmio", "a003e00.virtio_mmio"]),
  );
});
