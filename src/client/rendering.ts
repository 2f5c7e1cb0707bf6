// rendering.ts - what an X server asks of DRM: operations on memory, each by the slot that has its handle.

import { hex, PAGE_SIZE } from "../address.ts";
import type { Drm } from "../agpgart/drm.ts";
import type { Facts } from "../event/field.ts";
import type { Operation } from "../workload/operation.ts";
import type { Files } from "./files.ts";
import type { Touching } from "./touching.ts";

export type DrmOperation = Extract<Operation, { readonly op: `drm_${string}` }>;

export const isOfDrm = (operation: Operation): operation is DrmOperation =>
  operation.op.startsWith("drm_");

export class Rendering {
  readonly #drm: Drm;
  readonly #files: Files;
  readonly #touching: Touching;
  readonly #handles = new Map<number, number>();
  /** What the last successful drm_info returned. */
  #mode = 0;
  #base = 0;

  constructor(drm: Drm, files: Files, touching: Touching) {
    this.#drm = drm;
    this.#files = files;
    this.#touching = touching;
  }

  /** Performs the operation; returns 0, an errno, or DRM's result. */
  perform(operation: DrmOperation): Facts {
    switch (operation.op) {
      case "drm_init":
        return { ret: Number(this.#drm.init()) };
      case "drm_acquire":
        return { ret: this.#drm.acquire() };
      case "drm_release":
        return { ret: this.#drm.release() };
      case "drm_info": {
        const info = this.#drm.info();
        if (typeof info === "number") return { ret: info };
        this.#mode = info.mode;
        this.#base = info.aperBase;
        const { aperBase, aperSize } = info;
        return { ret: 0, mode: hex(info.mode), aper_base: hex(aperBase), aper_size: aperSize };
      }
      case "drm_enable": {
        const { agp_mode: mode } = operation;
        return { ret: this.#drm.enable(mode === "info" ? this.#mode : mode) };
      }
      case "drm_alloc":
        return this.#alloc(operation);
      case "drm_bind": {
        const ret = this.#drm.bind(this.#handle(operation), operation.offset);
        if (ret === 0) this.#touching.bound(this.#drm.memory(this.#handle(operation))!);
        return { ret };
      }
      case "drm_unbind":
        return { ret: this.#drm.unbind(this.#handle(operation)) };
      case "drm_free":
        return { ret: this.#drm.free(this.#handle(operation)) };
      case "drm_map":
        return this.#map(operation);
    }
  }

  #handle({ slot }: { readonly slot: number }): number {
    return this.#handles.get(slot) ?? 0;
  }

  #alloc({ slot, size, type }: Extract<DrmOperation, { readonly op: "drm_alloc" }>): Facts {
    const memory = this.#drm.alloc(size, type);
    // The slot keeps its handle: DRM still has the memory, and only the handle can free it.
    if (typeof memory === "number") return { slot, ret: memory };
    this.#handles.set(slot, memory.key + 1);
    this.#touching.allocated(memory);
    return { slot, ret: 0, handle: memory.key + 1, page_count: memory.memory.length };
  }

  /** drm_addmap adds the aperture's base to the offset, and drm_mmap maps that for any process. */
  #map({ map, pid, offset, size }: Extract<DrmOperation, { readonly op: "drm_map" }>): Facts {
    const pages = Math.ceil(size / PAGE_SIZE);
    const start = this.#files.room(pages * PAGE_SIZE);
    const address = this.#base + offset;
    this.#files.map({ map, pid, file: null, start, pages, prot: 3, address });
    return { ret: 0, vm_start: hex(start), address: hex(address) };
  }
}
