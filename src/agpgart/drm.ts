// drm.ts - drivers/char/drm/drm_agpsupport.c: the direct rendering manager as a client in the kernel.
//
// 2.6.12-rc2. It acquires the backend itself and keeps a list of its own, without /dev/agpgart.

import { PAGE_SIZE } from "../address.ts";
import { acquire, release } from "./backend.ts";
import { type AgpMemory, type Bridge, EBUSY, EINVAL, ENODEV, ENOMEM } from "./bridge.ts";
import { type AgpInfo, copyInfo } from "./enable.ts";
import { allocateMemory, bindMemory, freeMemory, unbindMemory } from "./memory.ts";

/** struct drm_agp_mem. */
interface Entry {
  readonly memory: AgpMemory;
  /** Where it is bound: the aperture's base and the page's offset; 0 means that it is not. */
  bound: number;
}

export class Drm {
  readonly #bridge: () => Bridge | null;
  /** dev->agp->agp_info; null where DRM found no AGP. */
  #info: AgpInfo | null = null;
  #acquired = false;
  #base = 0;
  /** dev->agp->memory, by handle, which is the key plus one. */
  readonly #entries = new Map<number, Entry>();

  constructor(bridge: () => Bridge | null) {
    this.#bridge = bridge;
  }

  /** drm_agp_init: whether there is AGP. It reads what a bridge has, without acquiring it. */
  init(): boolean {
    const bridge = this.#bridge();
    this.#info = bridge === null ? null : copyInfo(bridge).info;
    return this.#info !== null;
  }

  acquire(): number {
    if (this.#info === null) return ENODEV;
    if (this.#acquired) return EBUSY;
    if (acquire(this.#bridge()) === null) return ENODEV;
    this.#acquired = true;
    return 0;
  }

  release(): number {
    if (!this.#acquired) return EINVAL;
    release(this.#bridge());
    this.#acquired = false;
    return 0;
  }

  /** What drm_agp_init saw, or -EINVAL. */
  info(): AgpInfo | number {
    return this.#acquired ? this.#info! : EINVAL;
  }

  enable(mode: number): number {
    if (!this.#acquired) return EINVAL;
    const bridge = this.#bridge();
    bridge?.driver.enable(bridge, mode);
    this.#base = this.#info!.aperBase;
    return 0;
  }

  /** The memory, its handle being its key plus one, or an errno. */
  alloc(size: number, type: number): AgpMemory | number {
    if (!this.#acquired) return EINVAL;
    const memory = allocateMemory(this.#bridge(), Math.ceil(size / PAGE_SIZE), type);
    if (memory === null) return ENOMEM;
    this.#entries.set(memory.key + 1, { memory, bound: 0 });
    return memory;
  }

  bind(handle: number, offset: number): number {
    const entry = this.#entries.get(handle);
    if (!this.#acquired || entry === undefined || entry.bound !== 0) return EINVAL;
    const page = Math.ceil(offset / PAGE_SIZE);
    const result = bindMemory(entry.memory, page);
    // Page 0 of an aperture at 0, as U3's is, counts as not bound.
    if (result === 0) entry.bound = this.#base + page * PAGE_SIZE;
    return result;
  }

  unbind(handle: number): number {
    const entry = this.#entries.get(handle);
    if (!this.#acquired || entry === undefined || entry.bound === 0) return EINVAL;
    const result = unbindMemory(entry.memory);
    if (result === 0) entry.bound = 0;
    return result;
  }

  free(handle: number): number {
    const entry = this.#entries.get(handle);
    if (!this.#acquired || entry === undefined) return EINVAL;
    if (entry.bound !== 0) unbindMemory(entry.memory);
    this.#entries.delete(handle);
    freeMemory(entry.memory, this.#bridge());
    return 0;
  }

  /** The bound memory of a handle, for mappings of the aperture. */
  memory(handle: number): AgpMemory | null {
    return this.#entries.get(handle)?.memory ?? null;
  }
}
