// iommu.test.ts - what QEMU's models of IOMMUs say of an address: where it leads, or that it is refused.

import { expect, test } from "vitest";
import { hex } from "../../../../src/address.ts";
import { deviceOf } from "../../../../src/event/register.ts";
import type { Event } from "../../../../src/event/vocabulary.ts";
import { importedText } from "../captured.ts";

const log = async (...lines: readonly string[]) => {
  const told = lines.map((line, i) =>
    /^(\w+-|Invalid)/.test(line) ? line : `71@1700000000.00010${i}:${line}`,
  );
  const { events, sources } = await importedText({ "qemu.log": `${told.join("\n")}\n` });
  return { events: events.map(({ event }) => event), counts: sources[0]!.counts };
};

function spoken(event: Event): string {
  if (event.kind === "iommu.translated")
    return `${deviceOf(event.device!)} ${hex(event.bus)} -> ${hex(event.reached!)}, ${event.size}`;
  if (event.kind !== "fault.raised") return `${event.kind} ${event.cause ?? "-"}`;
  const { device, bus } = event;
  return `${device == null ? "?" : deviceOf(device)} ${bus == null ? "?" : hex(bus)} refused`;
}

const region = "smmuv3-iommu-memory-region-40-2";
const failed = `${region} translation failed for iova=0xfffa3b82 (SMMU_EVT_F_TRANSLATION)`;

test.each([
  [
    "VT-d",
    ["vtd_dmar_translate dev 07:00.00 iova 0x700000000 -> gpa 0x61000000 mask 0xfff"],
    ["0000:07:00.0 0x700000000 -> 0x61000000, 4096"],
  ],
  [
    "a fault of VT-d",
    ["vtd_dmar_fault sid 0x708 fault 6 addr 0x61400000 write 0"],
    ["0000:07:01.0 0x61400000 refused"],
  ],
  [
    "AMD-Vi, of which nowhere is a fault",
    [
      "amdvi_translation_result devid: 00:04.0 gpa 0xffffe000 hpa 0x657f000",
      "amdvi_translation_result devid: 00:04.0 gpa 0xffffd000 hpa 0x0",
    ],
    ["0000:00:04.0 0xffffe000 -> 0x657f000, 4096", "0000:00:04.0 0xffffd000 refused"],
  ],
  [
    "virtio-iommu, whose endpoint is the device's PCI address",
    ["virtio_iommu_translate_out 0xffffe25c -> 0x4461525c for sid=8"],
    ["0000:00:01.0 0xffffe000 -> 0x44615000, 4096"],
  ],
  [
    "an SMMU, which tells the address to the byte",
    [`smmuv3_translate_success ${region} sid=0x128 iova=0xffffe25c translated=0x4461525c perm=0x3`],
    ["0000:01:05.0 0xffffe000 -> 0x44615000, 4096"],
  ],
  [
    "a fault of an SMMU: the line of guest_errors, the event's record, the access",
    [
      `smmuv3_translate_success ${region} sid=0x128 iova=0xffffe25c translated=0x4461525c perm=0x3`,
      failed,
      "smmuv3_record_event SMMU_EVT_F_TRANSLATION sid=0x128",
      "Invalid read at addr 0xFFFA3B82, size 2, region '(null)', reason: rejected",
    ],
    [
      "0000:01:05.0 0xffffe000 -> 0x44615000, 4096",
      "0000:01:05.0 0xfffa3b82 refused",
      "call.entered 3",
      "call.entered 3",
    ],
  ],
  ["an SMMU that has translated nothing yet", [failed], ["0000:00:05.0 0xfffa3b82 refused"]],
  [
    "an SMMU without guest_errors",
    ["smmuv3_record_event SMMU_EVT_F_TRANSLATION sid=0x28"],
    ["0000:00:05.0 ? refused"],
  ],
  [
    "virtio",
    ["virtio_iommu_report_fault FAULT reason=2 flags=258 endpoint=40 address =0xfffa3000"],
    ["0000:00:05.0 0xfffa3000 refused"],
  ],
  ["a flush", ["amdvi_pages_inval AMD-Vi pages for domain 0x4 invalidated"], ["tlb.flushed -"]],
])("%s", async (_, lines, said) => {
  // The first line tells the format, and is event 1.
  const { events, counts } = await log("vtd_switch_address_space begin", ...lines);
  expect(events.slice(1).map(spoken)).toEqual(said);
  expect(counts.every(({ skipped }) => skipped === 0)).toBe(true);
});
