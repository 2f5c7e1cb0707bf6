// kernel-calls.ts - calls of the kernel's own DMA code, as the reference's scripts have them.
//
// Pages are given by number; what is mapped, allocated or made has an `id`, by which a later call names it.

import { z } from "zod";
import { formed } from "../event/field-schema.ts";

/** The largest number that a machine here tells from the next one; more address lines than these reach no further. */
const MOST = 2 ** 53 - 1;
/** "0x1f" as a number; more than that as the most. */
const hexText = formed(/^0x[0-9a-f]{1,16}$/, 'expected a hexadecimal number such as "0x1f"');
export const hexNumber = hexText.transform((text) => Math.min(Number.parseInt(text, 16), MOST));
const pfn = hexNumber.refine((page) => page < 2 ** 38, "expected a page below 2^38");

const id = z.int().min(0);
const count = z
  .int()
  .min(0)
  .max(2 ** 32);
const bytes = z
  .int()
  .min(0)
  .max(2 ** 40);
const within = z.int().min(0).max(65535);
const flag = z.union([z.literal(0), z.literal(1)]);
const dir = z.enum(["to", "from", "both", "none"]).optional();
const piece = z.tuple([pfn, within, bytes]);
const sg = z.array(piece).min(1, "expected at least one element");
/** Whose call it is: dma_mask of the device, and whether the device is the bridge to ISA. */
const whose = { mask: hexNumber.optional(), isa: flag.optional() } as const;

const call = <const N extends string, S extends z.ZodRawShape>(name: N, shape: S) =>
  z.strictObject({ op: z.literal(name), ...shape });
const single = { id, pfn, offset: within, size: bytes, dir, ...whose } as const;
const ending = { id, size: bytes.optional(), dma: hexNumber.optional(), dir, ...whose } as const;

const sector = z
  .int()
  .min(0)
  .max(2 ** 40);

/** What is asked of the block layer. */
const blockCalls = [
  call("queue", {
    max_sectors: count.optional(),
    phys: count.optional(),
    hw: count.optional(),
    segment_size: count.optional(),
    boundary: hexText.transform((text) => BigInt(text)).optional(),
    bounce_pfn: pfn.optional(),
    cluster: flag.optional(),
  }),
  call("bio", { id, sector, vecs: z.int().min(0).max(65535), rw: z.int().min(0).max(31) }),
  call("add", { id, pages: z.array(piece).min(1, "expected at least one page") }),
  call("count", { id }),
  call("contig", { id, with: id }),
  call("submit", { id }),
  call("unplug", {}),
  call("nr_vecs", {}),
] as const;

const dmaCalls = [
  call("map_single", single),
  call("unmap_single", ending),
  call("map_page", single),
  call("unmap_page", ending),
  call("map_sg", { id, sg, dir, again: flag.optional(), stale: flag.optional(), ...whose }),
  call("unmap_sg", { id, nents: count.optional(), dir, ...whose }),
  call("alloc_coherent", { id, size: bytes, ...whose }),
  call("free_coherent", { id, ...whose }),
  call("sync_single", {
    id,
    side: z.enum(["cpu", "device"]),
    offset: bytes.optional(),
    size: bytes.optional(),
    dir,
    ...whose,
  }),
  call("sync_sg", { id, side: z.enum(["cpu", "device"]), dir, ...whose }),
  call("supported", { of: hexNumber.optional(), mask: hexNumber.optional() }),
  call("bus_to_phys", { bus: hexNumber }),
  /** map_single of the same buffer, so many times or to the first error. */
  call("fill", { pfn, size: bytes, count, dir, ...whose }),
  call("read_table", { from: count, count }),
  /** The next writes of FLUSHTLB go unseen by the hardware. */
  call("stubborn", { times: count }),
  /** AGP's part of alpha's arena. */
  call("reserve", { id, count, align_mask: count }),
  call("release", { id, count }),
  call("bind", { id, from: count, pfns: z.array(pfn).min(1) }),
  call("unbind", { id, from: count, count }),
] as const;

export const kernelCallSchema = z.discriminatedUnion("op", [...dmaCalls, ...blockCalls]);

export type KernelCall = z.output<typeof kernelCallSchema>;
export type BlockCall = z.output<(typeof blockCalls)[number]>;
export type DmaCall = z.output<(typeof dmaCalls)[number]>;
const blockOps: readonly string[] = blockCalls.map(({ shape }) => shape.op.value);
export const isBlockCall = (call: { readonly op: string }): call is BlockCall =>
  blockOps.includes(call.op);
export type CallOf<O extends KernelCall["op"]> = Extract<KernelCall, { readonly op: O }>;
