// memory.ts - generic.c's functions for blocks of memory: allocate, free, bind and unbind, for every chipset.
//
// Order of operations as in drivers/char/agp/generic.c.

import { mfnOf, PAGE_SIZE, type Virt, virt } from "../address.ts";
import { flushAgpMappings, mapPageIntoAgp, unmapPageFromAgp } from "../platform/agp-header.ts";
import type { DeviceAddress, Kernel } from "../platform/kernel.ts";
import { type AgpMemory, type Bridge, EINVAL } from "./bridge.ts";

const MAXKEY = 4096 * 32;

/** agp_generic_alloc_page: a page of ordinary memory, on x86 uncached from here on. */
export function allocPage(bridge: Bridge, use: "agp" | "scratch"): Virt | null {
  const { arch, era } = bridge.board;
  const page = arch.kernel.allocate("alloc_page", 0, use, "agp_generic_alloc_page");
  if (page === null) return null;
  if (era.clearsPages) clearPage(arch.kernel, page);
  mapPageIntoAgp(arch.kernel, page, era.flushesEachPage);
  bridge.currentMemory++;
  return page;
}

/** clear_page: what __GFP_ZERO adds to an allocation. */
export function clearPage(kernel: Kernel, page: Virt): void {
  const phys = kernel.physOf(page);
  const machine = kernel.machineOf(phys)!;
  kernel.machine.emit({
    kind: "cpu.wrote",
    actor: "kernel",
    place: "clear_page",
    frame: mfnOf(machine),
    tag: 0,
    virt: page,
    phys,
    machine,
  });
}

/** agp_generic_destroy_page. */
export function destroyPage(bridge: Bridge, page: Virt, use: "agp" | "scratch" = "agp"): void {
  const { arch, era } = bridge.board;
  unmapPageFromAgp(arch.kernel, page, era.flushesEachPage);
  arch.kernel.free("free_page", page, 0, use, "agp_generic_destroy_page");
  bridge.currentMemory--;
}

/** The flush after some pages, where not each of them had one. */
export function flushOnce({ board: { arch, era } }: Bridge, place: string): void {
  if (!era.flushesEachPage) flushAgpMappings(arch.kernel, place);
}

/** agp_allocate_memory: null for every kind of failure. `count` is a size_t. */
export function allocateMemory(
  bridge: Bridge | null,
  count: number,
  type: number,
): AgpMemory | null {
  const place = "agp_allocate_memory";
  if (bridge === null) return null;
  const { arch, hooks, era } = bridge.board;
  const { wordBits } = arch.kernel.platform;
  const word = 2 ** wordBits;
  const sum = (bridge.currentMemory + count) % word;
  // The sum wraps: in 2005 (size_t)-1 pages pass this check as soon as something is allocated.
  if (sum > bridge.maxMemory || (era.refusesWrap && sum < count)) return null;
  if (type !== 0) {
    const typed = bridge.driver.allocByType(bridge, count, type);
    if (typed !== null) typed.bridge = bridge;
    return typed;
  }
  const entriesPerPage = arch.kernel.sizeOf(0) / (wordBits / 8);
  const numScratchPages = Math.floor(((count + entriesPerPage - 1) % word) / entriesPerPage);
  const memory = createMemory(bridge, numScratchPages);
  if (memory === null) return null;
  for (let i = 0; i < count; i++) {
    const page = bridge.driver.allocPage(bridge, "agp");
    if (page === null) {
      freeMemory(memory, bridge);
      return null;
    }
    memory.memory.push(hooks.toDevice(arch, page, place));
  }
  memory.bridge = bridge;
  flushAgpMappings(arch.kernel, place);
  return memory;
}

/** agp_create_memory: takes the lowest free key; vmalloc fails for no page, and for more than there are. */
export function createMemory(
  bridge: Bridge,
  numScratchPages: number,
  typed: { type: number; physical: DeviceAddress | null } = { type: 0, physical: null },
): AgpMemory | null {
  const { kernel } = bridge.board.arch;
  // vmalloc is asked for bytes, of which an unsigned long holds the low bits.
  const pages = numScratchPages % 2 ** (kernel.platform.wordBits - Math.log2(PAGE_SIZE));
  if (pages === 0 || pages > kernel.platform.ram.pages) return null;
  let key = 0;
  while (bridge.keys.has(key)) key++;
  if (key >= MAXKEY) return null;
  bridge.keys.add(key);
  return {
    ...typed,
    bridge: null,
    key,
    memory: [],
    numScratchPages,
    pgStart: 0,
    isBound: false,
    isFlushed: false,
  };
}

/** agp_free_memory: unbinds first if it is bound. `global` is the one agp_bridge, which has the keys. */
export function freeMemory(curr: AgpMemory | null, global: Bridge | null): void {
  if (curr === null) return;
  const place = "agp_free_memory";
  if (curr.isBound) unbindMemory(curr);
  if (curr.type !== 0) {
    curr.bridge!.driver.freeByType(curr.bridge!, curr);
    return;
  }
  for (const address of curr.memory) {
    // After a partial allocation the bridge is not set yet: curr->bridge->driver is read through NULL.
    if (curr.bridge === null)
      badPointer(global!, global!.board.arch.kernel.platform.wordBits / 8, place);
    else {
      const { arch, hooks } = curr.bridge.board;
      curr.bridge.driver.destroyPage(curr.bridge, hooks.fromDevice(arch, address, place), "agp");
    }
  }
  if (curr.memory.length > 0 && curr.bridge !== null) flushOnce(curr.bridge, place);
  (curr.bridge ?? global)?.keys.delete(curr.key);
}

/** agp_bind_memory: 0 or an errno. The cache is flushed before anything is checked, once a block. */
export function bindMemory(curr: AgpMemory | null, pgStart: number): number {
  if (curr === null) return EINVAL;
  const bridge = curr.bridge!;
  const { kernel } = bridge.board.arch;
  if (curr.isBound) {
    kernel.printk("info", "agpgart: memory  is already bound!", "agp_bind_memory");
    return EINVAL;
  }
  if (!curr.isFlushed) {
    bridge.driver.cacheFlush(bridge, "agp_bind_memory");
    curr.isFlushed = true;
  }
  checkTable(bridge, "agp_bind_memory");
  const result = bridge.driver.insertMemory(bridge, curr, pgStart);
  if (result !== 0) return result;
  curr.isBound = true;
  curr.pgStart = pgStart;
  return 0;
}

/** agp_unbind_memory: 0 or -EINVAL. */
export function unbindMemory(curr: AgpMemory | null): number {
  if (curr === null) return EINVAL;
  const bridge = curr.bridge!;
  if (!curr.isBound) {
    bridge.board.arch.kernel.printk("info", "agpgart: memory  was not bound!", "agp_unbind_memory");
    return EINVAL;
  }
  checkTable(bridge, "agp_unbind_memory");
  const result = bridge.driver.removeMemory(bridge, curr);
  if (result !== 0) return result;
  curr.isBound = false;
  curr.pgStart = 0;
  return 0;
}

/** A block can be used after its bridge is gone: the table's pointer there is NULL, and the driver follows it. */
function checkTable(bridge: Bridge, place: string): void {
  if (bridge.gattBusAddr === null) badPointer(bridge, 0, place);
}

function badPointer(bridge: Bridge, address: number, place: string): never {
  const { kernel } = bridge.board.arch;
  return kernel.oops("NULL/invalid pointer dereference", virt(address), place);
}
