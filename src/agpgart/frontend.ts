// frontend.ts - drivers/char/agp/frontend.c: what /dev/agpgart does for the processes that open it.
//
// 2.6.12-rc2; the order of its gates decides which errno a program gets, so it is kept.

import { bus, hex, PAGE_SIZE } from "../address.ts";
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
  ENXIO,
  EPERM,
} from "./bridge.ts";
import { copyInfo } from "./enable.ts";
import {
  ALLOW_CLIENT,
  ALLOW_CONTROLLER,
  Clients,
  type FilePrivate,
  IS_CLIENT,
  IS_CONTROLLER,
  IS_VALID,
} from "./frontend-clients.ts";
import { type Region, type Request, type Segment, type Struct, sizeOf } from "./ioctl.ts";
import { allocateMemory, bindMemory, freeMemory, unbindMemory } from "./memory.ts";

const AGPGART_MINOR = 175;
/** The largest block that kmalloc of 2.6.12 gives (include/linux/kmalloc_sizes.h). */
const KMALLOC_MAX = 131072;
const MAX_SEGMENTS = 16384;

/** A task sleeps for good: the one that held agp_mutex died with it. */
export class Blocked extends Error {
  override readonly name = "Blocked";
}

/** What an ioctl gave: its return value, and after success the structure and the memory it is about. */
export interface Answer {
  readonly ret: number;
  readonly out?: Facts;
  readonly memory?: AgpMemory;
}

/** What mmap gave: its return value, and after success the address of the first page behind it. */
interface Mapped {
  readonly ret: number;
  readonly address?: number;
}

/** The part of a vm_area_struct that agp_mmap looks at: bytes, page offset, page-table bits. */
export interface Area {
  readonly start: number;
  readonly size: number;
  readonly offset: number;
  readonly protection: number;
}

export class Frontend {
  readonly #kernel: Kernel;
  /** agp_bridge: the one global bridge, as it is at the moment. */
  readonly #bridge: () => Bridge | null;
  #clients = new Clients();
  #mutexHeld = false;

  constructor(kernel: Kernel, bridge: () => Bridge | null) {
    this.#kernel = kernel;
    this.#bridge = bridge;
  }

  /** agp_frontend_initialize: forgets everybody. */
  initialize(): void {
    this.#clients = new Clients();
    this.#mutexHeld = false;
  }

  /** Controllers with pools and clients, and the flags of open files. */
  get facts(): Facts {
    return this.#clients.facts;
  }

  /** agp_open: the file, or an errno. */
  open(minor: number, by: { pid: number; uid: number; suid: number }): FilePrivate | number {
    return this.#locked("agp_open", () => {
      if (minor !== AGPGART_MINOR) return ENXIO;
      const mayControl = by.uid === 0 || by.suid === 0;
      const isClient = this.#clients.client(by.pid) !== null;
      const file = {
        pid: by.pid,
        flags:
          ALLOW_CLIENT |
          (mayControl ? ALLOW_CONTROLLER : 0) |
          (isClient ? IS_CLIENT | IS_VALID : 0),
      };
      this.#clients.addFile(file);
      return file;
    });
  }

  /** agp_release: the last reference is gone; a controller goes with all its memory. */
  release(file: FilePrivate): number {
    return this.#locked("agp_release", () => {
      const controller = this.#clients.controller(file.pid);
      if ((file.flags & IS_CONTROLLER) !== 0 && controller !== null) {
        if (controller === this.#clients.current) this.#releaseCurrent(file);
        this.#clients.removeController(controller);
        for (const memory of controller.pool) this.#free(memory);
        this.#clients.removeClientsOf(controller);
      }
      if ((file.flags & IS_CLIENT) !== 0) this.#clients.removeClient(file.pid);
      this.#clients.removeFile(file);
      return 0;
    });
  }

  /** agp_mmap: what lies behind, or an errno. `pid` is the caller's, who need not have opened the file. */
  mmap(file: FilePrivate, pid: number, area: Area): Mapped {
    return this.#locked("agp_mmap", () => {
      if (!this.#clients.backendAcquired || (file.flags & IS_VALID) === 0) return { ret: EPERM };
      const { info } = copyInfo(this.#bridge());
      const aperture = info.aperSize * 2 ** 20;
      if ((file.flags & IS_CLIENT) !== 0) {
        if (area.size + area.offset > aperture) return { ret: EINVAL };
        const client = this.#clients.client(pid);
        if (client === null) return { ret: EPERM };
        if (!client.segments.some((one) => this.#isExactly(one, area))) return { ret: EINVAL };
        return this.#remap(area, info.aperBase + area.offset);
      }
      if ((file.flags & IS_CONTROLLER) === 0) return { ret: EPERM };
      // The offset is not looked at: a controller's mapping begins where the aperture does.
      if (area.size !== aperture) return { ret: EINVAL };
      return this.#remap(area, info.aperBase);
    });
  }

  /** agp_find_seg_in_client: one segment, whole, with the same page-table bits. */
  #isExactly(segment: Segment, area: Area): boolean {
    return (
      segment.pgStart * PAGE_SIZE === area.offset &&
      segment.pgCount * PAGE_SIZE === area.size &&
      // agp_convert_mmap_flags takes every segment for a shared mapping.
      this.#kernel.platform.user.pageProtection(segment.prot, true) === area.protection
    );
  }

  #remap({ start, size, protection }: Area, address: number): Mapped {
    const frame = hex(Math.floor(address / PAGE_SIZE));
    const how = `${hex(start)}, ${frame}, ${size}, ${hex(protection)}`;
    this.#returned("agp_mmap", `io_remap_pfn_range(${how})`, 0);
    return { ret: 0, address };
  }

  /** agp_ioctl: the gates come before the command is looked at. */
  ioctl(file: FilePrivate, request: Request): Answer {
    return this.#locked("agp_ioctl", () => {
      if (request.command === "ACQUIRE") return { ret: this.#acquire(file) };
      const { current, backendAcquired } = this.#clients;
      if (current === null) return { ret: EINVAL };
      if (!backendAcquired) return { ret: EBUSY };
      if ((file.flags & IS_CONTROLLER) === 0) return { ret: EPERM };
      if (current.pid !== file.pid) return { ret: EBUSY };
      return this.#command(file, request);
    });
  }

  #command(file: FilePrivate, request: Request): Answer {
    switch (request.command) {
      case "RELEASE":
        this.#releaseCurrent(file);
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
        this.#free(memory);
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

  #acquire(file: FilePrivate): number {
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

  #releaseCurrent(file: FilePrivate): void {
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
  #free(memory: AgpMemory): void {
    this.#clients.forget(memory);
    freeMemory(memory, this.#bridge());
  }

  /** copy_from_user and copy_to_user: whether it was user memory; all of it or nothing. */
  #copied(way: "from" | "to", place: string, what: Struct | number, there: unknown): boolean {
    const bytes = typeof what === "number" ? what : sizeOf(this.#kernel.platform, what);
    this.#returned(place, `copy_${way}_user(${bytes})`, there === null ? bytes : 0);
    return there !== null;
  }

  #returned(place: string, text: string, result: number): void {
    this.#kernel.machine.emit({ kind: "call.returned", actor: "kernel", place, text, result });
  }

  /** Under agp_mutex. Whoever is killed in there takes it along, and nobody gets in any more. */
  #locked<T>(place: string, call: () => T): T {
    if (this.#mutexHeld) {
      const text = "agp_mutex";
      const fault = { kind: "fault.raised", fault: "blocked" } as const;
      this.#kernel.machine.emit({ ...fault, actor: "kernel", place, text });
      throw new Blocked(text);
    }
    this.#mutexHeld = true;
    const result = call();
    this.#mutexHeld = false;
    return result;
  }
}
