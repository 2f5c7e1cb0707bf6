// frontend-commands.ts - what each ioctl of /dev/agpgart does once agp_ioctl has accepted it.
//
// The agpioc_*_wrap functions of drivers/char/agp/frontend.c of 2.6.12-rc2.

import { bus, hex } from "../address.ts";
import type { Facts } from "../event/field.ts";
import type { Kernel } from "../platform/kernel.ts";
import { release as releaseBackend } from "./backend.ts";
import {
  type AgpMemory,
  type Bridge,
  EBUSY,
  EFAULT,
  EINVAL,
  ENODEV,
  ENOMEM,
  ENOTTY,
  EPERM,
} from "./bridge.ts";
import { copyInfo } from "./enable.ts";
import {
  ALLOW_CONTROLLER,
  type Clients,
  type FilePrivate,
  IS_CLIENT,
  IS_CONTROLLER,
  IS_VALID,
} from "./frontend-clients.ts";
import { type Region, type Request, type Struct, sizeOf } from "./ioctl.ts";
import { allocateMemory, bindMemory, freeMemory, unbindMemory } from "./memory.ts";

/** The largest block that kmalloc of 2.6.12 gives (include/linux/kmalloc_sizes.h). */
const KMALLOC_MAX = 131072;
const MAX_SEGMENTS = 16384;

/** The result of an ioctl: its return value, and after success the structure and the memory it is about. */
export interface Answer {
  readonly ret: number;
  readonly out?: Facts;
  readonly memory?: AgpMemory;
}

export class Commands {
  readonly #kernel: Kernel;
  /** agp_bridge: the one global bridge, as it is at the moment. */
  readonly #bridge: () => Bridge | null;
  readonly #clients: Clients;

  constructor(kernel: Kernel, bridge: () => Bridge | null, clients: Clients) {
    this.#kernel = kernel;
    this.#bridge = bridge;
    this.#clients = clients;
  }

  /** Performs a command that agp_ioctl has accepted. */
  perform(file: FilePrivate, request: Request): Answer {
    switch (request.command) {
      case "RELEASE":
        this.releaseCurrent(file);
        return { ret: 0 };
      case "INFO":
        return this.#info(request.arg !== null);
      case "SETUP":
        return { ret: this.#setup(request.arg) };
      case "RESERVE":
        return { ret: this.#reserve(request.arg) };
      case "PROTECT":
        return { ret: EINVAL };
      case "ALLOCATE":
        return this.#allocate(request.arg);
      case "DEALLOCATE": {
        const memory = this.#clients.memory(request.key);
        if (memory === null) return { ret: EINVAL };
        this.free(memory);
        return { ret: 0 };
      }
      case "BIND": {
        if (!this.#copied("from", "agpioc_bind_wrap", "bind", request.arg)) return { ret: EFAULT };
        const memory = this.#clients.memory(request.arg!.key);
        if (memory === null) return { ret: EINVAL };
        return { ret: bindMemory(memory, request.arg!.pgStart), memory };
      }
      case "UNBIND": {
        if (!this.#copied("from", "agpioc_unbind_wrap", "unbind", request.arg))
          return { ret: EFAULT };
        return { ret: unbindMemory(this.#clients.memory(request.arg!.key)) };
      }
      default:
        return { ret: ENOTTY };
    }
  }

  /** AGPIOC_ACQUIRE: 0 or an errno; the one command that any process may give. */
  acquire(file: FilePrivate): number {
    if ((file.flags & ALLOW_CONTROLLER) === 0) return EPERM;
    if (this.#clients.current !== null) return EBUSY;
    const bridge = this.#bridge();
    if (bridge === null) return ENODEV;
    if (bridge.agpInUse !== 0) return EBUSY;
    bridge.agpInUse++;
    this.#clients.backendAcquired = true;
    const known = this.#clients.controller(file.pid);
    this.#clients.makeCurrent(known ?? this.#clients.addController(file.pid));
    file.flags |= IS_CONTROLLER | IS_VALID;
    return 0;
  }

  /** agp_controller_release_current: memory and bindings stay. */
  releaseCurrent(file: FilePrivate): void {
    this.#clients.releaseCurrent(this.#clients.current!, file);
    releaseBackend(this.#bridge());
  }

  #info(isMapped: boolean): Answer {
    const bridge = this.#bridge();
    const { info } = copyInfo(bridge);
    if (!this.#copied("to", "agpioc_info_wrap", "info", isMapped || null)) return { ret: EFAULT };
    const { vendor = 0, id = 0 } = bridge?.board.chipset.bridge ?? {};
    const out = {
      version: "0.101",
      bridge_id: hex(id * 2 ** 16 + vendor),
      agp_mode: hex(info.mode),
      aper_base: hex(info.aperBase),
      aper_size: info.aperSize,
      pg_total: info.maxMemory,
      pg_system: info.maxMemory,
      pg_used: info.currentMemory,
    };
    return { ret: 0, out };
  }

  #setup(arg: { readonly agpMode: number } | null): number {
    if (!this.#copied("from", "agpioc_setup_wrap", "setup", arg)) return EFAULT;
    const bridge = this.#bridge();
    bridge?.driver.enable(bridge, arg!.agpMode);
    return 0;
  }

  #reserve(region: Region | null): number {
    const place = "agpioc_reserve_wrap";
    if (!this.#copied("from", place, "region", region)) return EFAULT;
    const { pid, segCount, segments } = region!;
    const segment = sizeOf(this.#kernel.platform, "segment");
    // The cast to unsigned keeps the lower half of a 64-bit count.
    if (segCount % 2 ** 32 >= Math.floor(0xffffffff / segment)) return EFAULT;
    if (segCount === 0) {
      // Even a process that never was a client has its file marked as one.
      this.#clients.mark(pid, IS_CLIENT | IS_VALID);
      return this.#clients.client(pid) === null ? 0 : this.#clients.removeClient(pid);
    }
    if (segCount >= MAX_SEGMENTS) return EINVAL;
    const size = segCount * segment;
    if (size > KMALLOC_MAX) {
      const refused = { fault: "no-memory", text: "kmalloc", size } as const;
      this.#kernel.machine.emit({ kind: "fault.raised", actor: "kernel", place, ...refused });
      return ENOMEM;
    }
    if (!this.#copied("from", place, size, segments)) return EFAULT;
    const client = this.#clients.client(pid) ?? this.#clients.addClient(pid);
    client.count = segCount;
    client.segments = segments!.slice(0, segCount);
    return 0;
  }

  #allocate(arg: { readonly pgCount: number; readonly type: number } | null): Answer {
    const place = "agpioc_allocate_wrap";
    if (!this.#copied("from", place, "allocate", arg)) return { ret: EFAULT };
    const { pgCount, type } = arg!;
    const memory = allocateMemory(this.#bridge(), pgCount, type);
    if (memory === null) return { ret: ENOMEM };
    this.#clients.current!.pool.unshift(memory);
    this.#copied("to", place, "allocate", arg);
    const physical = hex(memory.physical?.bus ?? bus(0));
    return { ret: 0, out: { key: memory.key, pg_count: pgCount, type, physical }, memory };
  }

  /** agp_free_memory_wrap. */
  free(memory: AgpMemory): void {
    this.#clients.forget(memory);
    freeMemory(memory, this.#bridge());
  }

  /** copy_from_user and copy_to_user: whether the address is user memory; a copy is whole or not at all. */
  #copied(direction: "from" | "to", place: string, what: Struct | number, there: unknown): boolean {
    const bytes = typeof what === "number" ? what : sizeOf(this.#kernel.platform, what);
    this.#returned(place, `copy_${direction}_user(${bytes})`, there === null ? bytes : 0);
    return there !== null;
  }

  #returned(place: string, text: string, result: number): void {
    this.#kernel.machine.emit({ kind: "call.returned", actor: "kernel", place, text, result });
  }
}
