// generic.ts - drivers/char/agp/generic.c: the table, allocation, binding. Order of operations as there.

import { type Virt, virt } from "../address.ts";
import type { Given } from "../platform/kernel.ts";
import { type AgpMemory, type Bridge, EBUSY, EINVAL, ENOMEM, isEmpty } from "./bridge.ts";

const ENTRIES_PER_PAGE = 1024; // PAGE_SIZE / sizeof(unsigned long) on 32 bits
const MAXKEY = 4096 * 32;
const WORD = 2 ** 32;

/** agp_generic_create_gatt_table: 0 or -ENOMEM; falls back to smaller apertures. */
export function createGattTable(bridge: Bridge): number {
  const place = "agp_generic_create_gatt_table";
  const { arch, hooks, remap } = bridge.board;
  const { kernel } = arch;
  const table = allocateTable(bridge, place);
  if (table === null) return ENOMEM;
  const pages = 2 ** bridge.currentSize.order;
  // Reserved first: native ioremap refuses RAM that is in ordinary use.
  kernel.attribute("reserved", table, pages, { actor: "driver", place });
  kernel.wbinvd(place);
  const window = remap.map(hooks.toDevice(arch, table, place), pages, place);
  kernel.wbinvd(place);
  if (window === null) {
    kernel.attribute("unreserved", table, pages, { actor: "driver", place });
    hooks.freeTable(arch, table, bridge.currentSize.order, place);
    return ENOMEM;
  }
  bridge.gattTable = window;
  bridge.gattBusAddr = hooks.toDevice(arch, table, place);
  bridge.gattTableReal = table;
  for (let i = 0; i < bridge.currentSize.entries; i++) {
    remap.writeEntry(window, i, bridge.scratchPage, null, place);
    remap.readEntry(window, i, place); // PCI posting
  }
  return 0;
}

/** Tries the aperture that the chipset reports, then each smaller one. */
function allocateTable(bridge: Bridge, place: string): Virt | null {
  const { arch, hooks } = bridge.board;
  const { sizes } = bridge.driver;
  for (let i = bridge.apertureSizeIdx; i < sizes.length; i++) {
    bridge.currentSize = sizes[i]!;
    const table = hooks.allocateTable(arch, bridge.currentSize.order, place);
    if (table !== null) {
      bridge.apertureSizeIdx = i;
      return table;
    }
  }
  return null;
}

/** agp_generic_free_gatt_table: the order is that of the current size. */
export function freeGattTable(bridge: Bridge): void {
  const place = "agp_generic_free_gatt_table";
  const { arch, hooks, remap } = bridge.board;
  const table = bridge.gattTableReal!;
  const { order } = bridge.currentSize;
  remap.unmap(bridge.gattTable!, place);
  arch.kernel.attribute("unreserved", table, 2 ** order, { actor: "driver", place });
  hooks.freeTable(arch, table, order, place);
  bridge.gattTable = null;
  bridge.gattTableReal = null;
  bridge.gattBusAddr = null;
}

/** agp_generic_alloc_page: a page of ordinary memory, uncached from here on. */
function allocPage(bridge: Bridge): Virt | null {
  const { kernel } = bridge.board.arch;
  const page = kernel.allocate("alloc_page", 0, "agp", "agp_generic_alloc_page");
  if (page === null) return null;
  // map_page_into_agp of 2.6.12-rc2: one CPU TLB flush a page.
  const by = { actor: "driver", place: "map_page_into_agp" } as const;
  kernel.attribute("uncached", page, 1, by);
  kernel.globalFlushTlb(by);
  bridge.currentMemory++;
  return page;
}

/** agp_generic_destroy_page. */
function destroyPage(bridge: Bridge, page: Virt): void {
  const { kernel } = bridge.board.arch;
  const by = { actor: "driver", place: "unmap_page_from_agp" } as const;
  kernel.attribute("cached", page, 1, by);
  kernel.globalFlushTlb(by);
  kernel.free("free_page", page, 0, "agp", "agp_generic_destroy_page");
  bridge.currentMemory--;
}

/** agp_allocate_memory: null for every reason there is. `count` is a size_t. */
export function allocateMemory(
  bridge: Bridge | null,
  count: number,
  type: number,
): AgpMemory | null {
  const place = "agp_allocate_memory";
  if (bridge === null) return null;
  // The sum wraps: 2^32-1 pages pass this check as soon as something is allocated.
  if ((bridge.currentMemory + count) % WORD > bridge.maxMemory) return null;
  if (type !== 0) return null; // agp_generic_alloc_by_type
  const numScratchPages = Math.floor(((count + ENTRIES_PER_PAGE - 1) % WORD) / ENTRIES_PER_PAGE);
  const memory = createMemory(bridge, numScratchPages);
  if (memory === null) return null;
  const { arch, hooks } = bridge.board;
  for (let i = 0; i < count; i++) {
    const page = allocPage(bridge);
    if (page === null) {
      freeMemory(memory, bridge);
      return null;
    }
    memory.memory.push(hooks.toDevice(arch, page, place));
  }
  memory.bridge = bridge;
  arch.kernel.globalFlushTlb({ actor: "driver", place }); // flush_agp_mappings
  return memory;
}

/** agp_create_memory: takes the lowest free key; vmalloc(0) fails, as in the kernel. */
function createMemory(bridge: Bridge, numScratchPages: number): AgpMemory | null {
  if (numScratchPages === 0) return null;
  let key = 0;
  while (bridge.keys.has(key)) key++;
  if (key >= MAXKEY) return null;
  bridge.keys.add(key);
  return {
    bridge: null,
    key,
    memory: [],
    numScratchPages,
    pgStart: 0,
    isBound: false,
    isFlushed: false,
  };
}

/** agp_free_memory: unbinds first if need be. `global` is the one agp_bridge, which owns the keys. */
export function freeMemory(curr: AgpMemory | null, global: Bridge | null): void {
  if (curr === null) return;
  const place = "agp_free_memory";
  if (curr.isBound) unbindMemory(curr);
  for (const given of curr.memory) {
    // After a partial allocation the bridge is not set yet: curr->bridge->driver is read through NULL.
    if (curr.bridge === null) badPointer(global!, 4, place);
    else {
      const { arch, hooks } = curr.bridge.board;
      destroyPage(curr.bridge, hooks.fromDevice(arch, given, place));
    }
  }
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
    kernel.wbinvd("agp_bind_memory");
    curr.isFlushed = true;
  }
  const result = insertMemory(bridge, curr, pgStart);
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
  removeMemory(bridge, curr);
  curr.isBound = false;
  curr.pgStart = 0;
  return 0;
}

/** agp_generic_insert_memory: nothing is written unless every entry is free. */
function insertMemory(bridge: Bridge, mem: AgpMemory, pgStart: number): number {
  const place = "agp_generic_insert_memory";
  const { remap } = bridge.board;
  const window = bridge.gattTable!;
  const count = mem.memory.length;
  // An unsigned sum, as in C: a start just below zero wraps to a small end and skips the scan.
  const start = ((pgStart % WORD) + WORD) % WORD;
  const end = (start + count) % WORD;
  if (end > bridge.currentSize.entries) return EINVAL;
  for (let j = start; j < end; j++) {
    // PGE_EMPTY is a macro: a word that is not zero is read a second time.
    let word = remap.readEntry(window, j, place);
    if (word !== 0) word = remap.readEntry(window, j, place);
    if (!isEmpty(bridge, word)) return EBUSY;
  }
  mem.memory.forEach((given: Given, i) => {
    const word = bridge.driver.maskMemory(given.bus);
    remap.writeEntry(window, pgStart + i, word, given, place);
    remap.readEntry(window, pgStart + i, place);
  });
  bridge.driver.tlbFlush(bridge);
  return 0;
}

/** agp_generic_remove_memory: trusts pg_start, does not look whose entries they are. */
function removeMemory(bridge: Bridge, mem: AgpMemory): void {
  const place = "agp_generic_remove_memory";
  const { arch, remap } = bridge.board;
  for (let i = mem.pgStart; i < mem.pgStart + mem.memory.length; i++) {
    remap.writeEntry(bridge.gattTable!, i, bridge.scratchPage, null, place);
    remap.readEntry(bridge.gattTable!, i, place);
  }
  arch.kernel.wbinvd(place);
  bridge.driver.tlbFlush(bridge);
}

function badPointer(bridge: Bridge, address: number, place: string): never {
  const { kernel } = bridge.board.arch;
  return kernel.oops("NULL/invalid pointer dereference", virt(address), place);
}
