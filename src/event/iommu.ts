// iommu.ts - entries of an IOMMU and the DMA-mapping interface that asks for them.

import { hex } from "../address.ts";
import {
  busField,
  formerly,
  handleField,
  machineField,
  named,
  namedToo,
  optional,
  pageFields,
  pciField,
  sizeField,
  subject,
  textField,
  translationFields,
  virtField,
  wordField,
} from "./field.ts";
import { kind } from "./kind.ts";
import { deviceOf } from "./register.ts";

/**
 * Devices can have domains of their own in an IOMMU, each with its own entries: an entry's number is the
 * domain's number times this, and the page of the bus. 36 bits hold a page of a bus of 48 bits.
 */
export const ENTRIES_A_DOMAIN = 2 ** 36;

/** How a buffer is mapped for a device. */
export const mappings = ["coherent", "to-device", "from-device", "bidirectional"] as const;

/** The functions of the DMA API, by the names of their tracepoints (include/trace/events/dma.h). */
export const dmaCalls = {
  "dma.mapped": [
    ...(["dma_map_page", "dma_map_phys", "dma_map_resource", "dma_map_sg"] as const),
    ...(["dma_alloc", "dma_alloc_pages", "dma_alloc_sgt"] as const),
  ],
  "dma.unmapped": [
    ...(["dma_unmap_page", "dma_unmap_phys", "dma_unmap_resource", "dma_unmap_sg"] as const),
    ...(["dma_free", "dma_free_pages", "dma_free_sgt"] as const),
  ],
  "dma.synced": [
    ...(["dma_sync_single_for_cpu", "dma_sync_single_for_device"] as const),
    ...(["dma_sync_sg_for_cpu", "dma_sync_sg_for_device"] as const),
  ],
} as const;

/** The function of the DMA API, where `place` is the one that called it. */
const callOf = <K extends keyof typeof dmaCalls>(kind: K) => ({ call: namedToo(dmaCalls[kind]) });

const buffer = {
  handle: handleField,
  direction: formerly("way", named(mappings)),
  /** The device it is mapped for. */
  device: optional(pciField),
  ...translationFields,
  bus: busField,
  /** The buffer as the CPU has it; the other addresses are of what the device should reach, which can be a bounce slot. */
  virt: optional(virtField),
  size: sizeField,
  /** What the caller asked for besides: SKIP_CPU_SYNC, MMIO, CC_SHARED. */
  text: optional(textField),
} as const;

export const iommu = {
  "iommu.mapped": kind(
    { effect: "changes", doneBy: "platform", scope: "op", use: "none", inCaptures: false },
    {
      page: subject("iommu"),
      device: optional(pciField),
      ...translationFields,
      bus: busField,
      machine: machineField,
      size: sizeField,
      /** Bits 0 to 51 of the first entry. */
      word: optional(wordField),
    },
    (e) =>
      `iommu[${hex(e.bus)}] <- ${hex(e.reached ?? e.machine)}, ${e.size} bytes${whose(e.device)}`,
  ),
  "iommu.unmapped": kind(
    { effect: "changes", doneBy: "platform", scope: "op", use: "none", inCaptures: false },
    {
      page: subject("iommu"),
      device: optional(pciField),
      bus: busField,
      size: sizeField,
      /** What is left in the entries: 0, the entry of a spare page, a mark that they are set aside. */
      word: optional(wordField),
    },
    (e) =>
      `iommu[${hex(e.bus)}] ${e.word ? `left as ${hex(e.word)}` : "cleared"}, ${e.size} bytes${whose(e.device)}`,
  ),
  // A range of the bus: the entries of an IOMMU translate it, or memory from `machine` on is seen there as it is.
  "iommu.opened": kind(
    {
      effect: "changes-many",
      doneBy: "platform",
      scope: "op",
      use: "none",
      inCaptures: false,
    },
    { page: subject("iommu"), machine: optional(machineField), bus: busField, size: sizeField },
    (e) =>
      `bus from ${hex(e.bus)}:b, ${hex(e.size)} bytes: ${e.machine == null ? "translated by entries" : `memory from ${hex(e.machine)}:m`}`,
  ),
  // All entries from `page` on lead to one spare page, so that nothing on the bus meets a fault.
  "iommu.filled": kind(
    { effect: "changes-many", doneBy: "platform", scope: "op", use: "none", inCaptures: false },
    {
      page: subject("iommu"),
      ...pageFields,
      bus: busField,
      machine: machineField,
      size: sizeField,
    },
    (e) => `iommu[${hex(e.bus)}] and on, ${e.size / 4096} entries, lead to ${hex(e.machine)}`,
  ),
  "dma.mapped": kind(
    { effect: "changes", doneBy: "platform", scope: "trace", use: "handed", inCaptures: false },
    { ...buffer, ...callOf("dma.mapped") },
    (e) => `dma ${e.direction} ${e.size} bytes at ${hex(e.bus)}:b${whose(e.device)}${also(e.text)}`,
  ),
  "dma.unmapped": kind(
    { effect: "changes", doneBy: "platform", scope: "op", use: "none", inCaptures: false },
    { ...buffer, ...callOf("dma.unmapped") },
    (e) =>
      `dma ${e.direction} ${e.size} bytes at ${hex(e.bus)}:b${whose(e.device)} ended${also(e.text)}`,
  ),
  // A buffer changes hands while it stays mapped (dma_sync_*); the function says to whom.
  "dma.synced": kind(
    { effect: "fact", doneBy: "platform", scope: "op", use: "none", inCaptures: false },
    {
      direction: named(mappings),
      ...callOf("dma.synced"),
      device: optional(pciField),
      ...pageFields,
      bus: busField,
      size: sizeField,
    },
    (e) => `dma ${e.direction} ${e.size} bytes at ${hex(e.bus)}:b${whose(e.device)} synced`,
  ),
  // What the IOMMU itself said it made of an address that a device issued; both are whole pages.
  "iommu.translated": kind(
    { effect: "fact", doneBy: "platform", scope: "op", use: "handed", inCaptures: false },
    { device: optional(pciField), ...translationFields, bus: busField, size: sizeField },
    (e) =>
      `iommu takes ${hex(e.bus)}:b${whose(e.device)} to ${e.reached == null ? "nowhere" : `${hex(e.reached)}:m`}`,
  ),
};

const whose = (device: number | null | undefined): string =>
  device == null ? "" : ` for ${deviceOf(device)}`;

const also = (attributes: string | null | undefined): string =>
  attributes == null ? "" : `, ${attributes}`;
