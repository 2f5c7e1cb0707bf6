// frontend.ts - drivers/char/agp/frontend.c: what /dev/agpgart does for the processes that open it.
//
// 2.6.12-rc2; the order of its checks decides which errno a program gets, so it is kept.

import { hex, PAGE_SIZE } from "../address.ts";
import type { Facts } from "../event/field.ts";
import type { Kernel } from "../platform/kernel.ts";
import { type Bridge, EBUSY, EINVAL, ENXIO, EPERM } from "./bridge.ts";
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
import { type Answer, Commands } from "./frontend-commands.ts";
import type { Request, Segment } from "./ioctl.ts";

const AGPGART_MINOR = 175;
/** A task sleeps for ever on agp_mutex, because a task was killed while it held it. */
export class Blocked extends Error {
  override readonly name = "Blocked";
}

/** The result of mmap: its return value, and after success the address of the first page that it maps. */
interface MmapResult {
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
  #commands: Commands;
  #mutexHeld = false;

  constructor(kernel: Kernel, bridge: () => Bridge | null) {
    this.#kernel = kernel;
    this.#bridge = bridge;
    this.#commands = new Commands(kernel, bridge, this.#clients);
  }

  /** agp_frontend_initialize: empties all lists. */
  initialize(): void {
    this.#clients = new Clients();
    this.#commands = new Commands(this.#kernel, this.#bridge, this.#clients);
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

  /** agp_release: the last reference was dropped; a controller is removed with all its memory. */
  release(file: FilePrivate): number {
    return this.#locked("agp_release", () => {
      const controller = this.#clients.controller(file.pid);
      if ((file.flags & IS_CONTROLLER) !== 0 && controller !== null) {
        if (controller === this.#clients.current) this.#commands.releaseCurrent(file);
        this.#clients.removeController(controller);
        for (const memory of controller.pool) this.#commands.free(memory);
        this.#clients.removeClientsOf(controller);
      }
      if ((file.flags & IS_CLIENT) !== 0) this.#clients.removeClient(file.pid);
      this.#clients.removeFile(file);
      return 0;
    });
  }

  /** agp_mmap: the address that is mapped, or an errno. `pid` is the caller's, which need not have opened the file. */
  mmap(file: FilePrivate, pid: number, area: Area): MmapResult {
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
      // The offset is ignored: a controller's mapping begins at the start of the aperture.
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

  #remap({ start, size, protection }: Area, address: number): MmapResult {
    const frame = hex(Math.floor(address / PAGE_SIZE));
    const how = `${hex(start)}, ${frame}, ${size}, ${hex(protection)}`;
    const text = `io_remap_pfn_range(${how})`;
    const by = { actor: "kernel", place: "agp_mmap" } as const;
    this.#kernel.machine.emit({ kind: "call.returned", ...by, text, result: 0 });
    return { ret: 0, address };
  }

  /** agp_ioctl: checks the caller before it looks at the command. */
  ioctl(file: FilePrivate, request: Request): Answer {
    return this.#locked("agp_ioctl", () => {
      if (request.command === "ACQUIRE") return { ret: this.#commands.acquire(file) };
      const { current, backendAcquired } = this.#clients;
      if (current === null) return { ret: EINVAL };
      if (!backendAcquired) return { ret: EBUSY };
      if ((file.flags & IS_CONTROLLER) === 0) return { ret: EPERM };
      if (current.pid !== file.pid) return { ret: EBUSY };
      return this.#commands.perform(file, request);
    });
  }

  /** Under agp_mutex. A task that is killed meanwhile never releases it: every later caller blocks. */
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
