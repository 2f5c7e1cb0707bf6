// block-calls.ts - a script's caller of the block layer: bios made, submitted and taken by a driver that only looks.

import { hex, offset, PAGE_SIZE, phys } from "../address.ts";
import { type Bio, newBio, pagesFor } from "../block/bio.ts";
import { addPage } from "../block/filling.ts";
import { counted, Joining, touchesInMemory, touchesOnTheBus } from "../block/joining.ts";
import type { Limits } from "../block/limits.ts";
import { Queue } from "../block/queue.ts";
import type { Request } from "../block/request.ts";
import { segmentsOf } from "../block/segments.ts";
import type { Facts } from "../event/field.ts";
import { assert } from "../fault.ts";
import type { Kernel } from "../platform/kernel.ts";
import type { BlockCall } from "../workload/kernel-calls.ts";
import type { KernelMachine } from "../workload/kernel-machine.ts";

/** max_pfn and the disk's sectors, where a script does not say. */
const [PAGES, SECTORS] = [0x40000, 1048576];

export class BlockCalls {
  readonly #kernel: Kernel;
  readonly #joining: Joining;
  readonly #queue: Queue;
  readonly #bios = new Map<number, Bio>();
  /** What the driver took and what ended, of the call under way. */
  #requests: Facts[] = [];
  #segments: unknown[] = [];
  #ended: unknown[] = [];

  constructor(kernel: Kernel, { pages, biomerge, sectors }: KernelMachine) {
    this.#kernel = kernel;
    this.#joining = new Joining(kernel, biomerge ?? 0);
    const disk = {
      ...{ name: "disk", sectors: sectors ?? SECTORS, bouncePfn: pages ?? PAGES },
      // The recorder's driver waits to be called.
      enough: Number.POSITIVE_INFINITY,
    };
    this.#queue = new Queue(kernel, this.#joining, disk, {
      serve: (request) => this.#serve(request),
      ended: ({ id }, error) => this.#ended.push([id, error]),
    });
  }

  boot(): Facts {
    this.#kernel.log("info", "io scheduler noop registered", "elv_register");
    this.#kernel.log("default", "\n", "elv_register");
    return { limits: limitFacts(this.#queue.limits) };
  }

  perform(call: BlockCall): Facts {
    [this.#requests, this.#segments, this.#ended] = [[], [], []];
    const result = this.#call(call);
    const waiting = this.#queue.waiting.map((one) => [
      ...[one.sector, one.sectors, one.physSegments, one.hwSegments, one.bios.length],
      Number(one.isClosed),
    ]);
    const lists = { requests: this.#requests, segments: this.#segments, ended: this.#ended };
    return { ...result, ...lists, queue: call.op === "submit" ? waiting : [] };
  }

  #call(call: BlockCall): Facts {
    const { limits } = this.#queue;
    switch (call.op) {
      case "queue": {
        this.#queue.set(limitsIn(call));
        return { limits: limitFacts(this.#queue.limits) };
      }
      case "bio": {
        const bio = newBio(call.id, call.sector, call.rw, call.vecs);
        if (bio === null) return { ret: 0 };
        this.#bios.set(call.id, bio);
        return { max_vecs: bio.maxVecs };
      }
      case "add": {
        const bio = this.#bio(call.id);
        const added = call.pages.map(([page, start, length]) =>
          addPage(this.#joining, limits, bio, {
            ...{ page: phys(page * PAGE_SIZE), offset: start, length },
          }),
        );
        return { bio: bioFacts(bio), added };
      }
      case "count": {
        const bio = counted(this.#joining, limits, this.#bio(call.id));
        return { phys: bio.physSegments, hw: bio.hwSegments, bio: bioFacts(bio) };
      }
      case "contig": {
        const [bio, next] = [this.#bio(call.id), this.#bio(call.with)];
        const inMemory = touchesInMemory(this.#joining, limits, bio, next);
        const onTheBus = touchesOnTheBus(this.#joining, limits, bio, next);
        return { phys: Number(inMemory), hw: Number(onTheBus) };
      }
      case "submit":
        this.#queue.submit(this.#bio(call.id));
        return {};
      case "unplug":
        this.#queue.unplug();
        return {};
      case "nr_vecs":
        return { ret: pagesFor(limits) };
    }
  }

  #serve(request: Request): number {
    const { sector, sectors, rw, physSegments, hwSegments, bios } = request;
    const list = segmentsOf(this.#kernel, this.#joining, this.#queue.limits, request);
    this.#requests.push({
      ...{ sector, sectors, rw, phys: physSegments, hw: hwSegments },
      ...{ bios: bios.length, nsegs: list.length },
    });
    for (const { page, offset: start, length } of list) {
      const address = hex(this.#joining.addressOf({ page, offset: start }));
      const number = hex(this.#joining.pfnOf(offset(page, 0)));
      this.#segments.push([number, start, length, address]);
    }
    return 0;
  }

  /** The script was checked: each id is a bio's. */
  #bio(id: number): Bio {
    const bio = this.#bios.get(id);
    assert(bio !== undefined, () => `no bio ${id}`);
    return bio;
  }
}

const bioFacts = (bio: Bio): Facts => ({
  ...{ vecs: bio.vecs.length, size: bio.size, phys: bio.physSegments, hw: bio.hwSegments },
  ...{ valid: Number(bio.isCounted), front: bio.front, back: bio.back },
});

const limitFacts = (limits: Limits): Facts => ({
  ...{ max_sectors: limits.maxSectors, phys: limits.physSegments, hw: limits.hwSegments },
  ...{ segment_size: limits.segmentSize, boundary: hex(limits.boundary) },
  ...{ bounce_pfn: hex(limits.bouncePfn), cluster: Number(limits.clusters) },
});

/** The limits that a call names. */
function limitsIn(call: BlockCall & { readonly op: "queue" }): Partial<Limits> {
  const { max_sectors, phys: physSegments, hw, segment_size, boundary, bounce_pfn, cluster } = call;
  return {
    ...(max_sectors !== undefined && { maxSectors: max_sectors }),
    ...(physSegments !== undefined && { physSegments }),
    ...(hw !== undefined && { hwSegments: hw }),
    ...(segment_size !== undefined && { segmentSize: segment_size }),
    ...(boundary !== undefined && { boundary }),
    ...(bounce_pfn !== undefined && { bouncePfn: bounce_pfn }),
    ...(cluster !== undefined && { clusters: cluster === 1 }),
  };
}
