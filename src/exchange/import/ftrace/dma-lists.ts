// dma-lists.ts - the kernel's DMA trace events of scatterlists: each segment is a mapping, and the list ends them together.

import type { End } from "../kernel/buffers.ts";
import type { Mapping } from "../kernel/command.ts";
import { isFailed } from "../kernel/handles.ts";
import {
  addresses,
  addressOf,
  busAddresses,
  busAddressOf,
  list,
  sizes,
  textOf,
  Unusable,
} from "../source/fields.ts";
import { attributesIn, deviceIn, directionIn, failed, giveBack } from "./dma.ts";
import type { Handler, Handlers, Kernel } from "./tasks.ts";

const mapList: Handler = (kernel, { task, name, body }) => {
  const device = deviceIn(body);
  const direction = directionIn(body);
  const phys = addresses(body, "phys_addrs");
  const starts = busAddresses(body, "dma_addrs");
  const lengths = sizes(body, "sizes");
  if (starts.length !== lengths.length)
    throw new Unusable("'dma_addrs' and 'sizes' differ in length", "dma_addrs");
  if (phys.length === 0) throw new Unusable("an empty list", "phys_addrs");
  cut(kernel, body);
  const bytes = lengths.reduce((sum, size) => sum + size, 0);
  const command = kernel.commandFor(task, device) ?? kernel.listCommand(task, device, bytes);
  const attributes = attributesIn(body);
  // An IOMMU can make one range of several segments; which of them lie in it, the record does not say.
  const paired = phys.length === starts.length;
  const hasFailed = failedIn(body);
  const mapped: Mapping[] = [];
  for (const [i, start] of starts.entries())
    if (hasFailed(i)) failed(kernel, name, device, `segment ${i} of ${body}`);
    else
      mapped.push(
        kernel.buffers.map({
          place: name,
          device,
          direction,
          phys: paired ? phys[i]! : null,
          bus: start,
          size: lengths[i]!,
          attributes,
          command,
        }),
      );
  kernel.keepList(device, `${phys[0]}`, mapped, entriesOf(body, phys.length));
  return true;
};

/** Which segments of a list have no handle; a list that was mapped has none such. Hot: once a list. */
export function failedIn(body: string): (segment: number) => boolean {
  if (!body.includes("ffffffff")) return noneFailed;
  const [handles, own] = [list(body, "dma_addrs"), list(body, "phys_addrs")];
  const paired = handles.length === own.length;
  return (i) => isFailed(handles[i], paired ? own[i] : null);
}
const noneFailed = (): boolean => false;

/** How many entries a list has; null for one that is cut (DMA_TRACE_MAX_ENTRIES of include/trace/events/dma.h). */
function entriesOf(body: string, shown: number): number | null {
  const [, total] = (textOf(body, "nents") ?? "").split("/").map(Number);
  return total ?? (shown < MOST_SHOWN ? shown : null);
}
const MOST_SHOWN = 128;

/** `nents=16/20`: the kernel prints the first 128 items, and how many there were. */
function cut(kernel: Kernel, body: string): void {
  for (const key of ["nents", "ents"]) {
    const [shown, total] = (textOf(body, key) ?? "").split("/").map(Number);
    if (total !== undefined && total > shown!)
      kernel.run.source?.tally.lost(`dma_map_sg ${key}`, total - shown!);
  }
}

const unmapList: Handler = (kernel, { name, body }) => {
  const device = deviceIn(body);
  const pages = list(body, "phys_addrs");
  const [first] = pages;
  if (first === undefined) throw new Unusable("an empty list", "phys_addrs");
  // It is spread last into what it is part of: V8 takes 1 us for each field behind a spread (bench: import).
  const end = {
    place: name,
    device,
    direction: directionIn(body),
    attributes: attributesIn(body),
  };
  const start = addressOf(first, "phys_addrs");
  const key = `${start}`;
  const entries = entriesOf(body, pages.length);
  const over = kernel.endedList(device, key);
  if (over === null && kernel.listOf(device, key, entries) === null) {
    // What was never a list may be the driver's single buffer, where handles are their buffers' addresses.
    if (kernel.hasFailed(device, key)) {
      kernel.buffers.failed("dma-api", name, device, `a list that failed to map is ended: ${body}`);
      return true;
    }
    const single = kernel.run.mappings.ended({ device, start });
    if (single?.own === start && single.place !== "dma_map_sg")
      return giveBack(kernel, { start, size: single.size, ...end });
  }
  if (over === null) return giveBackList(kernel, { name: key, entries, ...end });
  kernel.doubt();
  kernel.buffers.unmap(null, { start: over.start, size: over.size, ...end });
  return true;
};

/** A scatterlist that is given back by the name that it was kept under; one that was never seen tells no address. */
export function giveBackList(
  kernel: Kernel,
  {
    name,
    place,
    device,
    direction = null,
    attributes = null,
    entries = null,
  }: Omit<End, "start"> & { readonly name: string; readonly entries?: number | null },
): boolean {
  const given = kernel.listOf(device, name, entries);
  if (given === null) return true;
  if (!kernel.settle(given.mapped[0]?.command ?? null)) return false;
  for (const mapping of given.mapped)
    if (mapping.ended === 0) {
      const { start, size } = mapping;
      kernel.buffers.unmap(mapping, { place, device, direction, attributes, start, size });
    }
  const isSure = entries !== null && given.entries !== null && kernel.isOnlyList(device, name);
  kernel.dropList(given);
  if (isSure && entries !== given.entries && !kernel.doubt()) {
    const says = `${entries} entries of a list end, ${given.entries} were mapped`;
    kernel.buffers.failed("dma-api", place, device, says, given.mapped[0]?.start);
  }
  return true;
}

const syncList: Handler = (kernel, { name, body }) => {
  const { buffers, run } = kernel;
  const starts = list(body, "dma_addrs");
  const lengths = sizes(body, "sizes");
  const said = { place: name, device: deviceIn(body), direction: directionIn(body) };
  // Of a list that was merged the segments behind the last have no address and no length.
  for (const [i, size] of lengths.entries())
    if (size > 0 && starts[i] !== undefined)
      buffers.synced({ start: busAddressOf(starts[i], "dma_addrs"), size, ...said });
  const [first] = starts;
  if (first === undefined) return true;
  const start = busAddressOf(first, "dma_addrs");
  const { mapping } = run.mappings.tie(said.device, start, 1);
  const mapped = mapping?.ended === 0 ? kernel.entriesFrom(mapping) : null;
  if (mapped !== null && mapped !== starts.length) {
    const says = `${starts.length} entries of a list are synced, ${mapped} were mapped`;
    buffers.failed("dma-api", name, said.device, says, start);
  }
  return true;
};

const listNotMapped: Handler = (kernel, { name, body }) => {
  const device = deviceIn(body);
  // The addresses of a list that failed are the physical ones.
  const [first] = list(body, "dma_addrs");
  if (first !== undefined) kernel.failedList(device, `${addressOf(first, "dma_addrs")}`);
  return failed(kernel, name, device, body);
};

export const dmaListEvents: Handlers = {
  dma_map_sg: mapList,
  dma_map_sg_err: listNotMapped,
  dma_unmap_sg: unmapList,
  dma_sync_sg_for_cpu: syncList,
  dma_sync_sg_for_device: syncList,
};
