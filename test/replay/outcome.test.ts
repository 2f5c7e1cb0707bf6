// outcome.test.ts - who is right in the thread of March 2005: every hook set on every platform, and its end.

import { describe, expect, test } from "vitest";
import { usualEra } from "../../src/agpgart/era.ts";
import { chipsets } from "../../src/chipset/index.ts";
import { hooksOf, missingOn } from "../../src/hooks/index.ts";
import { platforms } from "../../src/platform/index.ts";
import { outcomeOf } from "../../src/replay/outcome.ts";
import { workloads } from "../../src/workload/index.ts";
import { recorded } from "../memory-trace.ts";

const platformOf = (name: string) => platforms.find((platform) => platform.name === name)!;

function outcome(platformName: string, hooks: string) {
  const platform = platformOf(platformName);
  return outcomeOf(
    recorded({
      platform,
      hooks: hooksOf(hooks),
      chipset: chipsets.find(({ name }) => name === platform.chipsets[0])!,
      era: usualEra,
      workload: workloads.find(({ name }) => name === "smoke")!,
      seed: 0,
      lenientIoremap: false,
      device: true,
    }),
  );
}

describe("what the thread says of each hook set", () => {
  test.each([
    ["legacy", "native-i386", "right"],
    ["legacy", "xen-i386", "refused"],
    ["legacy", "ppc64-g5", "right"],
    ["dma-coherent", "native-i386", "right"],
    ["dma-coherent", "xen-i386", "right"],
    ["dma-handle", "xen-i386", "right"],
    ["dma-handle", "ppc64-g5", "wrong"],
    ["dma-handle", "ppc64-g5hi", "wrong"],
    ["fsb", "xen-i386", "right"],
    ["agp", "xen-i386", "right"],
    ["gart", "native-i386", "right"],
    ["gart", "xen-i386", "right"],
    ["gart", "ppc64-g5", "right"],
    ["gart", "ppc64-g5hi", "right"],
    ["gart", "xen-i386-domu", "refused"],
    ["fsb", "native-i386", "right"],
    ["fsb", "ppc64-g5", "right"],
    ["agp", "native-i386", "right"],
    ["agp", "ppc64-g5", "right"],
    ["override", "native-i386", "right"],
    ["override", "xen-i386", "refused"],
    ["override", "ppc64-g5", "right"],
    ["legacy", "ppc32-mac", "wrong"],
    ["gart", "ppc32-mac", "wrong"],
    ["legacy", "alpha", "right"],
    ["dma-coherent", "alpha", "wrong"],
    ["dma-handle", "alpha", "wrong"],
    ["gart", "alpha", "right"],
    ["legacy", "ia64-zx1", "right"],
    ["dma-coherent", "ia64-zx1", "right"],
    // Its IOMMU lets memory that a device reaches be passed by.
    ["dma-handle", "ia64-zx1", "right"],
    ["gart", "ia64-zx1", "right"],
  ])("%s on %s is %s", (hooks, platform, ends) => {
    expect(outcome(platform, hooks).ends).toBe(ends);
  });

  test("the posted patch does not build on a G5, which has no virt_to_bus", () => {
    expect(missingOn(platformOf("ppc64-g5"), hooksOf("dma-coherent"))).toBe("virt_to_bus");
    expect(missingOn(platformOf("xen-i386"), hooksOf("dma-coherent"))).toBeNull();
  });
});

describe("half-right sets under Xen", () => {
  test("conversion without contiguous pages is refused: the next frame is a stranger's", () => {
    const { ends, errno } = outcome("xen-i386", "to=virt_to_gart,from=gart_to_virt");
    expect({ ends, errno }).toEqual({ ends: "refused", errno: -12 });
  });

  test("contiguous pages without conversion are refused as with the legacy hooks", () => {
    const { ends, first } = outcome("xen-i386", "alloc=alloc_gatt_pages,free=free_gatt_pages");
    expect(ends).toBe("refused");
    expect(first?.verdict).toBe("wrong-space");
  });

  test("allocation and conversion without the way back free what is no page of this kernel", () => {
    const { ends } = outcome(
      "xen-i386",
      "to=virt_to_gart,alloc=alloc_gatt_pages,free=free_gatt_pages",
    );
    expect(ends).toBe("oops");
  });
});

describe("the handle of the bzflag mail", () => {
  test("sends the U3 to the IOMMU's number for its table: the base register is the first to go wrong", () => {
    const { first, reads, rightReads } = outcome("ppc64-g5", "dma-handle");
    expect(first?.recorded.event.kind).toBe("register.written");
    expect({ reads, rightReads }).toEqual({ reads: 4, rightReads: 0 });
  });
});

test("a mixture names its parts, and an unknown one lists the known", () => {
  expect(() => hooksOf("to=virt_to_gart,form=gart_to_virt")).toThrow(
    /known: to, from, alloc, free/,
  );
  expect(() => hooksOf("to=virt_to_nothing")).toThrow(
    /known: virt_to_phys, virt_to_bus, virt_to_gart/,
  );
  expect(() => hooksOf("nothing")).toThrow(/known: legacy, dma-coherent/);
});
