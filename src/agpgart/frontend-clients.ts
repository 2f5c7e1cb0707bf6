// frontend-clients.ts - the front end's lists: open files, controllers with their memory, clients.
//
// The lists of struct agp_front_data in drivers/char/agp/frontend.c of 2.6.12-rc2, newest first.

import { hex } from "../address.ts";
import type { Facts } from "../event/field.ts";
import { type AgpMemory, EINVAL } from "./bridge.ts";
import type { Segment } from "./ioctl.ts";

/** AGP_FF_*: what an open file may do and what it is. */
export const ALLOW_CLIENT = 0x1;
export const ALLOW_CONTROLLER = 0x2;
export const IS_CLIENT = 0x4;
export const IS_CONTROLLER = 0x8;
export const IS_VALID = 0x10;

/** struct agp_file_private: an open file, by the process that opened it. */
export interface FilePrivate {
  readonly pid: number;
  flags: number;
}

/** struct agp_client: a process that may map segments of the aperture. */
interface Client {
  readonly pid: number;
  count: number;
  /** Those that the controller passed; zeros up to `count` follow, and match no mapping. */
  segments: readonly Segment[];
}

/** struct agp_controller: a process that manages the aperture, or did and can again. */
export interface Controller {
  readonly pid: number;
  pool: AgpMemory[];
  clients: Client[];
}

export class Clients {
  /** The current controller, whose ioctls are accepted. */
  current: Controller | null = null;
  /** Set by the first ACQUIRE, and never cleared. */
  backendAcquired = false;
  #controllers: Controller[] = [];
  #files: FilePrivate[] = [];

  /** agp_find_mem_by_key: in the current controller's pool alone. */
  memory(key: number): AgpMemory | null {
    return this.current?.pool.find((memory) => memory.key === key) ?? null;
  }

  /** agp_remove_from_pool: does nothing for memory in another controller's pool. */
  forget(memory: AgpMemory): void {
    if (this.current !== null) this.current.pool = this.current.pool.filter((m) => m !== memory);
  }

  /** agp_find_client_by_pid: among the current controller's. */
  client(pid: number): Client | null {
    return this.current?.clients.find((client) => client.pid === pid) ?? null;
  }

  /** agp_create_client, with the file of that process marked, if it has one open. */
  addClient(pid: number): Client {
    const client: Client = { pid, count: 0, segments: [] };
    this.current!.clients.unshift(client);
    this.mark(pid, IS_CLIENT | IS_VALID);
    return client;
  }

  /** agp_remove_client: 0, or -EINVAL where the current controller has none of that pid. */
  removeClient(pid: number): number {
    if (this.client(pid) === null) return EINVAL;
    this.current!.clients = this.current!.clients.filter((client) => client.pid !== pid);
    return 0;
  }

  addFile(file: FilePrivate): void {
    this.#files.unshift(file);
  }

  removeFile(file: FilePrivate): void {
    this.#files = this.#files.filter((other) => other !== file);
  }

  /** Sets flags of the file that agp_find_private finds: the newest one of that process. */
  mark(pid: number, flags: number): void {
    const file = this.#files.find((one) => one.pid === pid);
    if (file !== undefined) file.flags |= flags;
  }

  #unmark(pid: number, flags: number): void {
    const file = this.#files.find((one) => one.pid === pid);
    if (file !== undefined) file.flags &= ~flags;
  }

  controller(pid: number): Controller | null {
    return this.#controllers.find((controller) => controller.pid === pid) ?? null;
  }

  /** agp_create_controller and agp_insert_controller. */
  addController(pid: number): Controller {
    const controller: Controller = { pid, pool: [], clients: [] };
    this.#controllers.unshift(controller);
    return controller;
  }

  /** agp_controller_make_current: its clients' mappings are valid again. */
  makeCurrent(controller: Controller): void {
    for (const { pid } of controller.clients) this.mark(pid, IS_VALID | IS_CLIENT);
    this.current = controller;
  }

  /** agp_controller_release_current, but for the backend: memory and bindings stay. */
  releaseCurrent(controller: Controller, file: FilePrivate): void {
    file.flags &= ~IS_VALID;
    for (const { pid } of controller.clients) this.#unmark(pid, IS_VALID);
    this.current = null;
  }

  /** Removes a controller from the list, before its memory is freed. */
  removeController(controller: Controller): void {
    this.#controllers = this.#controllers.filter((other) => other !== controller);
  }

  /**
   * agp_remove_all_clients: it looks each one up among the current controller's clients, which these are
   * not, so that a client of the same pid there goes instead.
   */
  removeClientsOf(controller: Controller): void {
    for (const { pid } of controller.clients) {
      this.removeClient(pid);
      this.#unmark(pid, IS_VALID | IS_CLIENT);
    }
  }

  /** The lists as facts, named as in the reference's recordings. */
  get facts(): Facts {
    return {
      current: this.current?.pid ?? null,
      backend_acquired: Number(this.backendAcquired),
      controllers: this.#controllers.map(({ pid, pool, clients }) => ({
        pid,
        pool: pool.map(({ key }) => key),
        num_clients: clients.length,
        clients: clients.map((client) => ({ pid: client.pid, segments: client.count })),
      })),
      files: this.#files.map(({ pid, flags }) => [pid, hex(flags)]),
    };
  }
}
