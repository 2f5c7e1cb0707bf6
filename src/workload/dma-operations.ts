// dma-operations.ts - what drivers of PCI devices ask of the kernel: buffers, DMA mappings, blocks of a disk.

import { z } from "zod";
import { operation } from "./process-operations.ts";

const buffer = z.int().min(0).max(1023);
const device = z.int().min(0).max(31).default(0);
const lines = z.int().min(20).max(64);
const pages = z.int().min(1).max(1024);

export const dmaOperations = [
  /** A PCI device drives so many address lines; its driver says so of it, or something else. */
  operation("device", { device, lines, mask: lines.nullable().default(null) }),
  /** Memory of a driver's: pages in a row, or ones that only vmalloc puts in a row. */
  operation("buffer", { buffer, pages, kind: z.enum(["pages", "vmalloc"]).default("pages") }),
  operation("buffer_free", { buffer }),
  /** The CPU gives each page new content; it reads them and knows what should be there. */
  operation("cpu_write", { buffer }),
  operation("cpu_read", { buffer }),
  operation("dma_alloc", { buffer, pages, device }),
  operation("dma_free", { buffer }),
  /**
   * dma_map_single of the whole, or dma_map_sg of segments: pages that follow each other in physical memory, up
   * to so many bytes. `bytes` is how much of it, if not all.
   */
  operation("dma_map", {
    buffer,
    direction: z.enum(["to-device", "from-device", "bidirectional"]),
    by: z.enum(["single", "sg"]).default("single"),
    segment: z.int().min(4096).multipleOf(4096).default(4096),
    bytes: z.int().min(0).nullable().default(null),
    device,
  }),
  operation("dma_sync", { buffer, side: z.enum(["cpu", "device"]) }),
  operation("dma_unmap", { buffer }),
  /** The device reads or writes the buffer by the handles of its last mapping. */
  operation("dma_read", { buffer }),
  operation("dma_write", { buffer }),
  /** A disk of 32 MB: the buffer's pages to blocks of 4096 bytes, or from them. */
  operation("disk_read", { buffer, block: z.int().min(0).max(0xffffffff) }),
  operation("disk_write", { buffer, block: z.int().min(0).max(0xffffffff) }),
] as const;
