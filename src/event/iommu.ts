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

/** Files of debugfs that show what is in force: events of these places say that it was, not who made it or when. */
export const standingPlaces = { mapping: "dma-api/dump", entry: "domain_translation_struct" };
export const isStanding = ({ place }: { readonly place?: string | null }): boolean =>
  place === standingPlaces.mapping || place === standingPlaces.entry;

/** What the functions of the DMA API make and end, by the kernel's names of it (kernel/dma/debug.c): one ends what its like made. */
const dmaTypes: ReadonlyMap<string, string> = new Map(
  [
    ["single", "dma_map_page", "dma_unmap_page", "dma_map_phys", "dma_unmap_phys"],
    ["resource", "dma_map_resource", "dma_unmap_resource"],
    ["scatterlist", "dma_map_sg", "dma_unmap_sg"],
    ["coherent", "dma_alloc", "dma_free"],
    ["noncoherent", "dma_alloc_pages", "dma_free_pages"],
    ["noncontiguous", "dma_alloc_sgt", "dma_free_sgt"],
  ].flatMap(([type, ...calls]) => calls.map((call): [string, string] => [call, type!])),
);

// Several mappings at one address are of one function mostly: asking the map each time costs some 10 ns.
let [lastCall, lastType] = ["", null as string | null];

/** Null for a function that is not known. Hot: once for each of several mappings at one address (bench: import). */
export function dmaTypeOf(call: string | null | undefined): string | null {
  if (call == null) return null;
  if (call !== lastCall) [lastCall, lastType] = [call, dmaTypes.get(call) ?? null];
  return lastType;
}

const callOf = <K extends keyof typeof dmaCalls>(kind: K) => ({
  /** The function of the DMA API, where `place` is the one that called it. */
  call: namedToo(dmaCalls[kind]),
});

const buffer = {
  handle: handleField,
  /** Which way the bytes go; `coherent` memory is shared. */
  direction: formerly("way", named(mappings)),
  /** The device it is mapped for: bus x 256 + slot x 8 + function, above it the domain x 65536. */
  device: optional(pciField),
  ...translationFields,
  bus: busField,
  /** The buffer as the CPU has it; the other addresses are of what the device should reach, which can be a bounce slot. */
  virt: optional(virtField),
  /** Bytes of the buffer. */
  size: sizeField,
  /** What the caller asked for besides: SKIP_CPU_SYNC, MMIO, CC_SHARED. */
  text: optional(textField),
} as const;

export const iommu = {
  /** An entry of the IOMMU is made, or entries that follow each other. */
  "iommu.mapped": kind(
    { effect: "changes", doneBy: "platform", scope: "op", use: "none", inCaptures: false },
    {
      /** The first page of the bus, its domain above the lowest 36 bits; names the subject. */
      page: subject("iommu"),
      /** The device whose entries these are, where devices have their own: bus x 256 + slot x 8 + function, above it the domain x 65536. */
      device: optional(pciField),
      ...translationFields,
      bus: busField,
      machine: machineField,
      /** Bytes that the entries stand for. */
      size: sizeField,
      /** Bits 0 to 51 of the first entry. */
      word: optional(wordField),
    },
    (e) =>
      `iommu[${hex(e.bus)}] <- ${hex(e.reached ?? e.machine)}, ${e.size} bytes${whose(e.device)}`,
  ),
  /** An entry of the IOMMU is cleared, or entries that follow each other. */
  "iommu.unmapped": kind(
    { effect: "changes", doneBy: "platform", scope: "op", use: "none", inCaptures: false },
    {
      /** The first page of the bus, its domain above the lowest 36 bits; names the subject. */
      page: subject("iommu"),
      /** The device whose entries these are, where devices have their own: bus x 256 + slot x 8 + function, above it the domain x 65536. */
      device: optional(pciField),
      bus: busField,
      /** Bytes that the entries stood for. */
      size: sizeField,
      /** What is left in the entries: 0, the entry of a spare page, a mark that they are set aside. */
      word: optional(wordField),
    },
    (e) =>
      `iommu[${hex(e.bus)}] ${e.word ? `left as ${hex(e.word)}` : "cleared"}, ${e.size} bytes${whose(e.device)}`,
  ),
  /** A range of the bus: the entries of an IOMMU translate it, or memory from `machine` on is seen there as it is. */
  "iommu.opened": kind(
    {
      effect: "changes-many",
      doneBy: "platform",
      scope: "op",
      use: "none",
      inCaptures: false,
    },
    {
      /** The first page of the bus, its domain above the lowest 36 bits; names the subject. */
      page: subject("iommu"),
      /** Where the memory that is seen there begins, in bytes; none where entries translate. */
      machine: optional(machineField),
      bus: busField,
      /** Bytes of the range. */
      size: sizeField,
    },
    (e) =>
      `bus from ${hex(e.bus)}:b, ${hex(e.size)} bytes: ${e.machine == null ? "translated by entries" : `memory from ${hex(e.machine)}:m`}`,
  ),
  /** All entries from `page` on lead to one spare page, so that nothing on the bus meets a fault. */
  "iommu.filled": kind(
    { effect: "changes-many", doneBy: "platform", scope: "op", use: "none", inCaptures: false },
    {
      /** The first page of the bus, its domain above the lowest 36 bits; names the subject. */
      page: subject("iommu"),
      ...pageFields,
      bus: busField,
      /** Where the spare page is, in bytes. */
      machine: machineField,
      /** Bytes that the entries stand for. */
      size: sizeField,
    },
    (e) => `iommu[${hex(e.bus)}] and on, ${e.size / 4096} entries, lead to ${hex(e.machine)}`,
  ),
  /** A buffer is mapped for a device, coherent or streaming. */
  "dma.mapped": kind(
    { effect: "changes", doneBy: "platform", scope: "trace", use: "handed", inCaptures: false },
    { ...buffer, ...callOf("dma.mapped") },
    (e) => `dma ${e.direction} ${e.size} bytes at ${hex(e.bus)}:b${whose(e.device)}${also(e.text)}`,
  ),
  /** The mapping ends. */
  "dma.unmapped": kind(
    { effect: "changes", doneBy: "platform", scope: "op", use: "none", inCaptures: false },
    { ...buffer, ...callOf("dma.unmapped") },
    (e) =>
      `dma ${e.direction} ${e.size} bytes at ${hex(e.bus)}:b${whose(e.device)} ended${also(e.text)}`,
  ),
  /** A buffer changes hands while it stays mapped (`dma_sync_*`); the function says to whom. */
  "dma.synced": kind(
    { effect: "fact", doneBy: "platform", scope: "op", use: "none", inCaptures: false },
    {
      /** Which way the bytes of the mapping go. */
      direction: named(mappings),
      ...callOf("dma.synced"),
      /** The device it is mapped for: bus x 256 + slot x 8 + function, above it the domain x 65536. */
      device: optional(pciField),
      ...pageFields,
      bus: busField,
      /** Bytes that change hands. */
      size: sizeField,
    },
    (e) => `dma ${e.direction} ${e.size} bytes at ${hex(e.bus)}:b${whose(e.device)} synced`,
  ),
  /** What the IOMMU itself says it made of an address that a device put on the bus; both are whole pages. */
  "iommu.translated": kind(
    { effect: "fact", doneBy: "platform", scope: "op", use: "handed", inCaptures: false },
    {
      /** The device that issued the address: bus x 256 + slot x 8 + function, above it the domain x 65536. */
      device: optional(pciField),
      ...translationFields,
      bus: busField,
      /** Bytes of the page. */
      size: sizeField,
    },
    (e) =>
      `iommu takes ${hex(e.bus)}:b${whose(e.device)} to ${e.reached == null ? "nowhere" : `${hex(e.reached)}:m`}`,
  ),
};

const whose = (device: number | null | undefined): string =>
  device == null ? "" : ` for ${deviceOf(device)}`;

const also = (attributes: string | null | undefined): string =>
  attributes == null ? "" : `, ${attributes}`;
