// dma.ts - the dma:* events of Linux since 6.12, whatever the order of their fields.
//
// Formats: include/trace/events/dma.h of 6.12, of stable 6.12.y and 6.13 (virt_addr), of 2025 (dma_map_phys).

import { hex } from "../../../address.ts";
import { virtOf } from "../join/run.ts";
import { directions, type End } from "../kernel/buffers.ts";
import type { Direction, Mapping } from "../kernel/command.ts";
import { deviceAt } from "../kernel/device.ts";
import { COHERENT, isFailed } from "../kernel/handles.ts";
import { wholeOf } from "../source/far.ts";
import {
  address,
  addresses,
  addressOf,
  busAddress,
  busAddresses,
  busAddressOf,
  list,
  size,
  sizes,
  textOf,
  Unusable,
} from "../source/fields.ts";
import type { Record } from "./record.ts";
import type { Handler, Handlers, Kernel } from "./tasks.ts";

export const deviceIn = (body: string): number | null => deviceAt(body, 0, " ");

export function directionIn(body: string, key = "dir"): Direction {
  const text = textOf(body, key) ?? "BIDIRECTIONAL";
  const direction = directions.get(text);
  if (direction === undefined) throw new Unusable(`'${key}=${text}' is no direction`, key);
  return direction;
}

/**
 * Whether the handle of a record of one buffer says that it failed; what ends one does not tell the buffer's own address.
 * Hot: once a call, of which hardly one fails.
 */
export function isNotMapped(name: string, body: string): boolean {
  const handle = textOf(body, "dma_addr");
  if (handle === null || !handle.endsWith("ffffffff")) return false;
  const isCoherent = /^dma_(?:alloc|free)/.test(name);
  return isFailed(handle, isCoherent ? COHERENT : textOf(body, "phys_addr"));
}

const mapOne: Handler = (kernel, { task, name, body }) => {
  const device = deviceIn(body);
  if (isNotMapped(name, body)) return failed(kernel, name, device, body);
  const range = { bus: busAddress(body, "dma_addr"), size: size(body, "size") };
  kernel.buffers.map({
    place: name,
    device,
    direction: directionIn(body),
    phys: address(body, "phys_addr"),
    ...range,
    attributes: attributesIn(body),
    command: kernel.commandFor(task, device),
  });
  return true;
};

/** The text ends with them, and has none where nothing was asked for. */
const attributesIn = (body: string): string | null => textOf(body, "attrs");

/** A mapping or an allocation that failed is told, and nothing is mapped by it. */
export function failed(kernel: Kernel, name: string, device: number | null, body: string): true {
  const fault = name.includes("alloc") ? "no-memory" : "not-mapped";
  kernel.buffers.failed(fault, name, device, `${name} ${body}`);
  return true;
}

/** The kernel's own check complains of it too (kernel/dma/debug.c, check_unmap). */
export function endsFailed(
  kernel: Kernel,
  name: string,
  device: number | null,
  body: string,
): true {
  kernel.buffers.failed("dma-api", name, device, `a mapping that failed is ended: ${body}`);
  return true;
}

const unmapOne: Handler = (kernel, { name, body }) => {
  const device = deviceIn(body);
  if (isNotMapped(name, body)) return endsFailed(kernel, name, device, body);
  return giveBack(kernel, {
    place: name,
    device,
    start: busAddress(body, "dma_addr"),
    size: size(body, "size"),
    direction: directionIn(body),
    attributes: attributesIn(body),
  });
};

/** What `dma_free_coherent` says of direction is bidirectional always; freeing NULL is nothing. */
const free: Handler = (kernel, { name, body }) => {
  const { run } = kernel;
  if (isNull(textOf(body, "virt_addr"))) return true;
  const address = cpuAddressIn(body);
  const end = {
    place: name,
    device: deviceIn(body),
    start: busAddress(body, "dma_addr"),
    size: size(body, "size"),
    direction: name === "dma_free" ? "coherent" : directionIn(body),
    attributes: attributesIn(body),
  } as const;
  const isNone = isNotMapped(name, body);
  if (isNone && textOf(body, "virt_addr") !== null)
    return endsFailed(kernel, name, end.device, body);
  const isKnown = run.mappings.ended(end) !== null;
  // Until 6.13 the address is told as the kernel's number of it, which NULL has none of.
  if (!isKnown && (isNone || end.start === 0) && textOf(body, "virt_addr") === null) return true;
  if (!giveBack(kernel, end)) return false;
  const handle = isKnown ? null : kernel.handleOf(end.device, address);
  if (handle !== null) {
    const says = `frees the memory at CPU address ${address}, whose handle is ${hex(wholeOf(handle))}:b`;
    kernel.buffers.failed("dma-api", name, end.device, says, end.start);
    return true;
  }
  const allocated = kernel.freed(end.device, end.start);
  if (isKnown && allocated !== null && address !== null && allocated !== address) {
    const says = `frees the memory at CPU address ${address}, ${allocated} was allocated`;
    kernel.buffers.failed("dma-api", name, end.device, says, end.start);
  }
  return true;
};

/** The kernel's address of coherent memory, as far as a trace prints it; before there is a key for hashes it does not. */
function cpuAddressIn(body: string): string | null {
  const text = textOf(body, "virt_addr") ?? textOf(body, "phys_addr");
  return text !== null && /^(?:0x)?[0-9a-f]+$/.test(text) ? text : null;
}

/** Gives one buffer back; what was mapped before the trace began is given back without a mapping. */
export function giveBack(kernel: Kernel, end: End): boolean {
  const mapping = kernel.run.mappings.ended(end);
  if (mapping !== null && !kernel.settle(mapping.command)) return false;
  if (mapping !== null && !kernel.run.device.settleBuffer(mapping)) return false;
  kernel.buffers.unmap(mapping, end);
  return true;
}

/** A task is about to give these back: what it clears in the IOMMU next is theirs. */
export function announce(kernel: Kernel, task: number, mapped: readonly Mapping[]): void {
  const device = mapped[0]?.device ?? null;
  const start = Math.min(...mapped.map((mapping) => mapping.start));
  const end = Math.max(...mapped.map((mapping) => mapping.start + mapping.size));
  if (mapped.length > 0) kernel.givingBack.set(task, { device, start, end });
}

/** A null pointer as the kernel, libtraceevent or perf print it. */
const isNull = (pointer: string | null): boolean => /^(?:0x)?0+$|^\(n/.test(pointer ?? "");

const alloc: Handler = (kernel, { name, body }) => {
  const device = deviceIn(body);
  // A failed allocation gives virt_addr=0, and no address (include/trace/events/dma.h); before virt_addr what is left in it.
  const given = textOf(body, "virt_addr") ?? textOf(body, "phys_addr") ?? "1";
  const isUntold = textOf(body, "virt_addr") === null;
  if (isNull(given) || (isUntold && isNotMapped(name, body)))
    return failed(kernel, name, device, body);
  const virt = virtOf((textOf(body, "virt_addr") ?? "").replace(/^0x/, ""));
  const phys = textOf(body, "phys_addr") === null ? null : address(body, "phys_addr");
  const handle = busAddress(body, "dma_addr");
  kernel.allocated(device, handle, cpuAddressIn(body));
  kernel.buffers.map({
    place: name,
    device,
    direction: name === "dma_alloc" ? "coherent" : directionIn(body),
    phys: phys ?? kernel.physOfVirt(virt),
    bus: handle,
    size: size(body, "size"),
    virt,
    attributes: attributesIn(body),
    command: null,
  });
  return true;
};

/** One range of the bus over pages from anywhere (dma_alloc_noncontiguous). */
const allocTable: Handler = (kernel, { name, body }) => {
  const pages = list(body, "phys_addrs");
  kernel.buffers.map({
    place: name,
    device: deviceIn(body),
    direction: directionIn(body),
    phys: pages.length === 1 ? addressOf(pages[0]!, "phys_addrs") : null,
    bus: busAddress(body, "dma_addr"),
    size: size(body, "size"),
    attributes: attributesIn(body),
    command: null,
  });
  return true;
};

const notMapped: Handler = (kernel, { name, body }: Record) => {
  const device = deviceIn(body);
  // The addresses of a list that failed are the physical ones.
  const [first] = name === "dma_map_sg_err" ? list(body, "dma_addrs") : [];
  if (first !== undefined) kernel.failedList(device, `${addressOf(first, "dma_addrs")}`);
  return failed(kernel, name, device, body);
};

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
  if (isSure && entries !== given.entries) {
    const says = `${entries} entries of a list end, ${given.entries} were mapped`;
    kernel.buffers.failed("dma-api", place, device, says, given.mapped[0]?.start);
  }
  return true;
}

const syncOne: Handler = ({ buffers }, { name, body }) => {
  buffers.synced({
    place: name,
    device: deviceIn(body),
    start: busAddress(body, "dma_addr"),
    size: size(body, "size"),
    direction: directionIn(body),
  });
  return true;
};

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

export const dmaEvents: Handlers = {
  dma_map_page: mapOne,
  dma_map_resource: mapOne,
  dma_map_phys: mapOne,
  dma_unmap_page: unmapOne,
  dma_unmap_resource: unmapOne,
  dma_unmap_phys: unmapOne,
  dma_alloc: alloc,
  dma_alloc_pages: alloc,
  dma_alloc_sgt: allocTable,
  dma_free: free,
  dma_free_pages: free,
  dma_free_sgt: unmapOne,
  dma_map_sg_err: notMapped,
  dma_alloc_sgt_err: notMapped,
  dma_sync_single_for_cpu: syncOne,
  dma_sync_single_for_device: syncOne,
  dma_sync_sg_for_cpu: syncList,
  dma_sync_sg_for_device: syncList,
  dma_map_sg: mapList,
  dma_unmap_sg: unmapList,
};
