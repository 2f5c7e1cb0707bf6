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
  /** Frees a buffer. */
  operation("buffer_free", { buffer }),
  /** The CPU gives each page of a buffer new content. */
  operation("cpu_write", { buffer }),
  /** The CPU reads each page and counts those with other content than should be there: `wrong_pages`. */
  operation("cpu_read", { buffer }),
  /** dma_alloc_coherent. */
  operation("dma_alloc", { buffer, pages, device }),
  /** dma_free_coherent. */
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
  /** dma_sync_*: the buffer is given to this side. */
  operation("dma_sync", { buffer, side: z.enum(["cpu", "device"]) }),
  /** dma_unmap_* of the last mapping. */
  operation("dma_unmap", { buffer }),
  /** The device reads the buffer by the handles of its last mapping, even after dma_unmap. */
  operation("dma_read", { buffer }),
  /** The device writes it. */
  operation("dma_write", { buffer }),
  /** Blocks of 4096 bytes of a disk of 32 MB are read into the pages of a buffer. */
  operation("disk_read", { buffer, block: z.int().min(0).max(0xffffffff) }),
  /** The pages of a buffer are written to blocks of the disk. */
  operation("disk_write", { buffer, block: z.int().min(0).max(0xffffffff) }),
] as const;
