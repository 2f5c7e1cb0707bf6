// linear.ts - where a kernel sees its own memory: its linear addresses against the kernel-physical ones.

import { raw } from "../address.ts";
import type { Trace } from "./trace.ts";

/**
 * How far the kernel's linear addresses are from the kernel-physical ones, relative to the trace's virt base: as a
 * captured kernel says it (`page_offset_base`), or by the first page that shows it. Null where nothing tells.
 */
export function linearOffset(trace: Trace): number | null {
  const { options, virtBase } = trace.about;
  if (typeof options.pageOffset === "string") return Number(BigInt(options.pageOffset) - virtBase);
  const query = { from: 1, to: trace.count, kinds: ["page.allocated"] } as const;
  for (const { event } of trace.search(query))
    if (event.kind === "page.allocated" && event.virt != null && event.phys != null)
      return raw(event.virt) - raw(event.phys); // the offset of the linear mapping is between two spaces
  return null;
}
