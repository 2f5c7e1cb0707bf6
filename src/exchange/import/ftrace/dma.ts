// dma.ts - the dma:* events of Linux since 6.12, whatever the order of their fields.
//
// Formats: include/trace/events/dma.h of 6.12, of stable 6.12.y and 6.13 (virt_addr), of 2025 (dma_map_phys).

import { virtOf } from "../join/run.ts";
import { deviceOf, directions } from "../kernel/buffers.ts";
import type { Direction, Mapping } from "../kernel/command.ts";
import { address, addressOf, list, size, sizeOf, textOf, Unusable } from "../source/fields.ts";
import type { Handler, Handlers, Kernel } from "./tasks.ts";

const deviceIn = (body: string): number | null => deviceOf(body.slice(0, body.indexOf(" ")));

export function directionIn(body: string, key = "dir"): Direction {
  const text = textOf(body, key) ?? "BIDIRECTIONAL";
  const direction = directions.get(text);
  if (direction === undefined) throw new Unusable(`'${key}=${text}' is no direction`, key);
  return direction;
}

const mapOne: Handler = (kernel, { task, name, body }) => {
  const device = deviceIn(body);
  const range = { bus: address(body, "dma_addr"), size: size(body, "size") };
  const direction = directionIn(body);
  const phys = address(body, "phys_addr");
  kernel.run.iommu.claim(task, device, range.bus, range.size);
  kernel.buffers.map({
    place: name,
    device,
    direction,
    phys,
    ...range,
    command: kernel.commandFor(task, device),
  });
  return true;
};

const unmapOne: Handler = (kernel, { task, name, body }) => {
  const [device, start] = [deviceIn(body), address(body, "dma_addr")];
  return giveBack(kernel, task, device, start, name);
};

/** Gives one buffer back; what was mapped before the trace began is given back without a mapping. */
export function giveBack(
  kernel: Kernel,
  task: number,
  device: number | null,
  start: number,
  place: string,
): boolean {
  const mapping = kernel.run.mappings.at(device, start);
  if (mapping === null) return true;
  if (!kernel.settle(mapping.command)) return false;
  if (!kernel.run.device.settleBuffer(mapping)) return false;
  release(kernel, task, [mapping], place);
  return true;
}

function release(kernel: Kernel, task: number, mapped: readonly Mapping[], place: string): void {
  for (const mapping of mapped) {
    const { device, start, size } = mapping;
    kernel.run.iommu.claim(task, device, start, size);
    if (mapping.ended === 0) kernel.buffers.unmap(mapping, place);
  }
}

/** A task is about to give these back: what it clears in the IOMMU next is theirs. */
export function announce(kernel: Kernel, task: number, mapped: readonly Mapping[]): void {
  const device = mapped[0]?.device ?? null;
  const start = Math.min(...mapped.map((mapping) => mapping.start));
  const end = Math.max(...mapped.map((mapping) => mapping.start + mapping.size));
  if (mapped.length > 0) kernel.givingBack.set(task, { device, start, end });
}

const alloc: Handler = (kernel, { task, name, body }) => {
  const virt = virtOf(textOf(body, "virt_addr") ?? "");
  const phys = textOf(body, "phys_addr") === null ? null : address(body, "phys_addr");
  const device = deviceIn(body);
  const range = { bus: address(body, "dma_addr"), size: size(body, "size") };
  kernel.run.iommu.claim(task, device, range.bus, range.size);
  kernel.buffers.map({
    place: name,
    device,
    direction: "coherent",
    phys: phys ?? kernel.physOfVirt(virt),
    ...range,
    virt,
    command: null,
  });
  return true;
};

const mapList: Handler = (kernel, { task, body }) => {
  const device = deviceIn(body);
  const direction = directionIn(body);
  const phys = list(body, "phys_addrs").map((text) => addressOf(text, "phys_addrs"));
  const starts = list(body, "dma_addrs").map((text) => addressOf(text, "dma_addrs"));
  const sizes = list(body, "sizes").map((text) => sizeOf(text, "sizes"));
  if (starts.length !== sizes.length)
    throw new Unusable("'dma_addrs' and 'sizes' differ in length", "dma_addrs");
  if (phys.length === 0) throw new Unusable("an empty list", "phys_addrs");
  cut(kernel, body);
  const bytes = sizes.reduce((sum, size) => sum + size, 0);
  const command = kernel.commandFor(task, device) ?? kernel.listCommand(task, device, bytes);
  for (const [i, start] of starts.entries()) kernel.run.iommu.claim(task, device, start, sizes[i]!);
  // An IOMMU can make one range of several segments; which of them lie in it, the record does not say.
  const paired = phys.length === starts.length;
  const mapped = starts.map((start, i) =>
    kernel.buffers.map({
      place: "dma_map_sg",
      device,
      direction,
      phys: paired ? phys[i]! : null,
      bus: start,
      size: sizes[i]!,
      command,
    }),
  );
  kernel.keepList(device, `${phys[0]}`, mapped);
  return true;
};

/** `nents=16/20`: the kernel prints the first 128 items, and how many there were. */
function cut(kernel: Kernel, body: string): void {
  for (const key of ["nents", "ents"]) {
    const [shown, total] = (textOf(body, key) ?? "").split("/").map(Number);
    if (total !== undefined && total > shown!)
      kernel.run.source?.tally.lost(`dma_map_sg ${key}`, total - shown!);
  }
}

const unmapList: Handler = (kernel, { task, body }) => {
  const device = deviceIn(body);
  const first = list(body, "phys_addrs")[0];
  if (first === undefined) throw new Unusable("an empty list", "phys_addrs");
  return giveBackList(kernel, task, device, `${addressOf(first, "phys_addrs")}`);
};

export function giveBackList(
  kernel: Kernel,
  task: number,
  device: number | null,
  name: string,
): boolean {
  const mapped: readonly Mapping[] = kernel.listOf(device, name);
  if (!kernel.settle(mapped[0]?.command ?? null)) return false;
  release(kernel, task, mapped, "dma_unmap_sg");
  kernel.dropList(device, name);
  return true;
}

export const dmaEvents: Handlers = {
  dma_map_page: mapOne,
  dma_map_resource: mapOne,
  dma_map_phys: mapOne,
  dma_unmap_page: unmapOne,
  dma_unmap_resource: unmapOne,
  dma_unmap_phys: unmapOne,
  dma_alloc: alloc,
  dma_alloc_pages: alloc,
  dma_free: unmapOne,
  dma_free_pages: unmapOne,
  dma_map_sg: mapList,
  dma_unmap_sg: unmapList,
};
