// queue.ts - the queue of a disk: bios become requests, which wait behind a plug until the driver takes them.
//
// __make_request of drivers/block/ll_rw_blk.c with the noop elevator (linux 2.6.12). The driver takes every request
// as soon as it is called.

import type { Kernel } from "../platform/kernel.ts";
import { type Bio, sectorsOf } from "./bio.ts";
import type { Joining } from "./joining.ts";
import { type Limits, newLimits, withLimits } from "./limits.ts";
import {
  type Merging,
  mayBeOne,
  mayFollow,
  mayPrecede,
  newRequest,
  type Request,
} from "./request.ts";

/** BIO_RW_BARRIER and BIO_RW_SYNC. */
const [BARRIER, SYNC] = [4, 16];
export const EIO = -5;
const EOPNOTSUPP = -95;

/** A disk as its queue knows it. */
export interface Disk {
  readonly name: string;
  readonly sectors: number;
  /** The first page that is bounced. */
  readonly bouncePfn: number;
  /** unplug_thresh: so many requests go to the driver unasked. */
  readonly enough: number;
}

/** What a driver does with a request; what it returns is how the bios end. */
export type Serve = (request: Request) => number;

export class Queue {
  readonly #kernel: Kernel;
  readonly joining: Joining;
  readonly #disk: Disk;
  readonly #serve: Serve;
  readonly #ended: (bio: Bio, error: number) => void;
  limits: Limits;
  readonly waiting: Request[] = [];
  #isPlugged = false;
  /** last_merge: the request that is asked first. */
  #last: Request | null = null;

  constructor(
    kernel: Kernel,
    joining: Joining,
    disk: Disk,
    driver: { readonly serve: Serve; readonly ended: (bio: Bio, error: number) => void },
  ) {
    this.#kernel = kernel;
    this.joining = joining;
    this.#disk = disk;
    this.#serve = driver.serve;
    this.#ended = driver.ended;
    this.limits = newLimits(disk.bouncePfn);
  }

  set(limits: Partial<Limits>): void {
    this.limits = withLimits(this.#kernel, this.limits, limits);
  }

  /** submit_bio. */
  submit(bio: Bio): void {
    if (bio.size === 0) this.#kernel.bug("ll_rw_blk.c", "submit_bio");
    if (this.#refuses(bio)) this.#ended(bio, EIO);
    else this.#make(bio);
  }

  /** generic_unplug_device: what waits goes to the driver. */
  unplug(): void {
    if (!this.#isPlugged) return;
    this.#isPlugged = false;
    this.#last = null;
    for (let request = this.waiting.shift(); request; request = this.waiting.shift()) {
      const error = this.#serve(request);
      for (const bio of request.bios) this.#ended(bio, error);
    }
  }

  /** generic_make_request: nothing past the disk's end, and nothing larger than a request. */
  #refuses(bio: Bio): boolean {
    const place = "generic_make_request";
    const sectors = sectorsOf(bio);
    const log = (text: string) => this.#kernel.log("info", text, place);
    if (bio.sector > this.#disk.sectors - sectors) {
      log("attempt to access beyond end of device");
      const want = bio.sector + sectors;
      log(`${this.#disk.name}: rw=${bio.rw}, want=${want}, limit=${this.#disk.sectors}`);
      return true;
    }
    if (sectors <= this.limits.maxSectors) return false;
    log(`bio too big device ${this.#disk.name} (${sectors} > ${this.limits.maxSectors})`);
    return true;
  }

  /** __make_request. A merge that is refused leaves its mark, and the search is made once more with a request in hand. */
  #make(bio: Bio): void {
    const isBarrier = (bio.rw & BARRIER) !== 0;
    if (isBarrier) {
      this.#ended(bio, EOPNOTSUPP);
      return;
    }
    const isMerged = this.waiting.length > 0 && (this.#merge(bio) || this.#merge(bio));
    if (!isMerged) this.#add(newRequest(this.#merging, bio, false));
    if ((bio.rw & SYNC) !== 0) this.unplug();
  }

  #add(request: Request): void {
    if (this.waiting.length === 0) this.#isPlugged = true;
    this.waiting.push(request);
    this.#last ??= request;
    if (this.#isPlugged && this.waiting.length === this.#disk.enough) this.unplug();
  }

  /** elv_merge, and what follows from it; whether the bio has joined a request. */
  #merge(bio: Bio): boolean {
    const found = this.#found(bio);
    if (found === null) return false;
    const { request, where } = found;
    const merging = this.#merging;
    if (where === "behind") {
      if (!mayFollow(merging, request, bio)) return false;
      request.bios.push(bio);
      request.sectors += sectorsOf(bio);
      this.#joinNext(this.waiting.indexOf(request));
      return true;
    }
    if (!mayPrecede(merging, request, bio)) return false;
    request.bios.unshift(bio);
    request.sector = bio.sector;
    request.sectors += sectorsOf(bio);
    this.#joinNext(this.waiting.indexOf(request) - 1);
    return true;
  }

  /** elevator_noop_merge: the request merged last, then from the latest back. */
  #found(bio: Bio): { request: Request; where: "behind" | "before" } | null {
    const last = this.#last === null ? null : placeAt(this.#last, bio);
    if (last !== null) return { request: this.#last!, where: last };
    for (const request of this.waiting.toReversed()) {
      const where = placeAt(request, bio);
      if (where === null) continue;
      this.#last = request;
      return { request, where };
    }
    return null;
  }

  /** attempt_merge: a request and the one behind it in the queue. */
  #joinNext(at: number): void {
    const [request, next] = [this.waiting[at], this.waiting[at + 1]];
    if (request === undefined || next === undefined || request.isClosed || next.isClosed) return;
    if (request.sector + request.sectors !== next.sector || request.rw !== next.rw) return;
    if (!mayBeOne(this.#merging, request, next)) return;
    request.bios.push(...next.bios);
    request.sectors += next.sectors;
    if (this.#last === next) this.#last = null;
    this.waiting.splice(at + 1, 1);
  }

  get #merging(): Merging {
    return {
      joining: this.joining,
      limits: this.limits,
      closed: (request) => {
        request.isClosed = true;
        if (this.#last === request) this.#last = null;
      },
    };
  }
}

/** elv_try_merge: whether a bio comes right behind a request on the disk, or right before it. */
function placeAt(request: Request, bio: Bio): "behind" | "before" | null {
  if (request.isClosed || bio.rw % 2 !== request.rw) return null;
  if (request.sector + request.sectors === bio.sector) return "behind";
  return request.sector - sectorsOf(bio) === bio.sector ? "before" : null;
}
