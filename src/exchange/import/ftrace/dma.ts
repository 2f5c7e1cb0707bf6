// dma.ts - the dma:* events of one buffer, of Linux since 6.12, whatever the order of their fields.
//
// Formats: include/trace/events/dma.h of 6.12, of stable 6.12.y and 6.13 (virt_addr), of 2025 (dma_map_phys).

import { hex } from "../../../address.ts";
import { virtOf } from "../join/run.ts";
import { directions, type End } from "../kernel/buffers.ts";
import type { Direction, Mapping } from "../kernel/command.ts";
import { deviceAt, deviceOf } from "../kernel/device.ts";
import { COHERENT, isFailed } from "../kernel/handles.ts";
import { wholeOf } from "../source/far.ts";
import {
  address,
  addressOf,
  busAddress,
  LARGEST,
  list,
  size,
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

/** What a call for one buffer says of it. */
interface OneBuffer {
  readonly device: number | null;
  readonly bus: number;
  readonly size: number;
  readonly direction: Direction;
  readonly attributes: string | null;
}

/**
 * What a recording has of a call for one buffer; null where there is none, and where the text has to be asked: of what
 * failed, of attributes, and of lists.
 */
export function recordedCall({ name, fields }: Record): OneBuffer | null {
  if (fields === undefined) return null;
  const [device, bus] = [fields.text("device"), fields.number("dma_addr")];
  const [size, dir] = [fields.number("size"), fields.number("dir")];
  const direction = directions.get(`${dir}`);
  if (device === null || bus === null || size === null || direction === undefined) return null;
  if (bus % 2 ** 32 === ONES || size > LARGEST) return null;
  if (!name.startsWith("dma_sync_") && fields.number("attrs") !== 0) return null;
  return { device: deviceOf(device), bus, size, direction, attributes: null };
}
const ONES = 0xffffffff;

const toldCall = (body: string): OneBuffer => ({
  device: deviceIn(body),
  bus: busAddress(body, "dma_addr"),
  size: size(body, "size"),
  direction: directionIn(body),
  attributes: attributesIn(body),
});

/** What a record of a call for one buffer says; null for one that failed. */
function callIn(record: Record): OneBuffer | null {
  const recorded = recordedCall(record);
  if (recorded !== null) return recorded;
  return isNotMapped(record.name, record.body) ? null : toldCall(record.body);
}

const mapOne: Handler = (kernel, record) => {
  const { task, name } = record;
  const call = callIn(record);
  if (call === null) return failed(kernel, name, deviceIn(record.body), record.body);
  kernel.buffers.map({
    place: name,
    ...call,
    phys: record.fields?.number("phys_addr") ?? address(record.body, "phys_addr"),
    command: kernel.commandFor(task, call.device),
  });
  return true;
};

/** The text ends with them, and has none where nothing was asked for. */
export const attributesIn = (body: string): string | null => textOf(body, "attrs");

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

const unmapOne: Handler = (kernel, record) => {
  const { name } = record;
  const call = callIn(record);
  if (call === null) return endsFailed(kernel, name, deviceIn(record.body), record.body);
  const { bus: start, ...said } = call;
  return giveBack(kernel, { place: name, start, ...said });
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
  const known = run.mappings.ended(end);
  const isKnown = known !== null;
  // Until 6.13 the address is told as the kernel's number of it, which NULL has none of.
  if (!isKnown && (isNone || end.start === 0) && textOf(body, "virt_addr") === null) return true;
  if (!giveBack(kernel, end, known)) return false;
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
export function giveBack(
  kernel: Kernel,
  end: End,
  mapping = kernel.run.mappings.ended(end),
): boolean {
  if (mapping !== null && !kernel.settle(mapping.command)) return false;
  if (mapping !== null && !kernel.run.device.settleBuffer(mapping)) return false;
  if (kernel.missesUntold && !fits(kernel, mapping, end)) kernel.doubt();
  kernel.buffers.unmap(mapping, end);
  return true;
}

/** Whether an end is of what is mapped there; what was never mapped in the trace may have been before it. */
const fits = (kernel: Kernel, mapping: Mapping | null, end: End): boolean =>
  mapping === null
    ? kernel.run.mappings.callAt(end.start) === null
    : (end.size ?? mapping.size) === mapping.size &&
      (end.direction ?? mapping.direction) === mapping.direction;

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

const notMapped: Handler = (kernel, { name, body }) => failed(kernel, name, deviceIn(body), body);

const syncOne: Handler = (kernel, record) => {
  const { device, bus, size, direction } = recordedCall(record) ?? toldCall(record.body);
  const sync = { place: record.name, device, start: bus, size, direction };
  if (kernel.missesUntold) {
    const { mapping } = kernel.run.mappings.tie(sync.device, sync.start, sync.size);
    if (mapping !== null && mapping.ended !== 0) kernel.doubt();
  }
  kernel.buffers.synced(sync);
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
  dma_alloc_sgt_err: notMapped,
  dma_sync_single_for_cpu: syncOne,
  dma_sync_single_for_device: syncOne,
};
