// kernel-calls.ts - a script's caller: it calls the kernel's DMA code, and keeps what each call gave by its id.
//
// Results are in the words of the reference's recordings, so that they can be compared.

import {
  asWord,
  type Bus,
  bus,
  busPage,
  hex,
  machineOf,
  offset,
  PAGE_SIZE,
  type Phys,
  phys,
} from "../address.ts";
import type { Facts } from "../event/field.ts";
import { bdfOf } from "../event/register.ts";
import { assert } from "../fault.ts";
import { entryOf } from "../machine/iommu.ts";
import { AlphaDma } from "../platform/dma/alpha.ts";
import type { DmaApi } from "../platform/dma/api.ts";
import {
  type AnyDirection,
  type CoherentBlock,
  type DmaDevice,
  type Element,
  element,
} from "../platform/dma/code.ts";
import { DartDma } from "../platform/dma/dart.ts";
import { SwiotlbDma } from "../platform/dma/swiotlb.ts";
import type { Kernel } from "../platform/kernel.ts";
import type { CallOf, DmaCall } from "../workload/kernel-calls.ts";
import type { Operation } from "../workload/operation.ts";

type CallOperation = Extract<Operation, { readonly op: "call" }>;
export const isKernelCall = (operation: Operation): operation is CallOperation =>
  operation.op === "call";

const directions: { readonly [dir: string]: AnyDirection } = {
  to: "to-device",
  from: "from-device",
  both: "bidirectional",
  none: "none",
};

/** What a call mapped, allocated or set aside. */
type CallResult =
  | {
      readonly is: "buffer";
      readonly address: Bus;
      readonly size: number;
      readonly dir: AnyDirection;
    }
  | { readonly is: "list"; readonly list: readonly Element[]; readonly dir: AnyDirection }
  | { readonly is: "block"; readonly block: CoherentBlock; readonly size: number }
  | { readonly is: "entries"; readonly first: number };
type ResultAs<I extends CallResult["is"]> = Extract<CallResult, { readonly is: I }>;

/** What a new list has where nobody cleared it. */
const STALE = 0xa5a5a5a5;
const DART_VALID = 0x80000000;

export class KernelCalls {
  readonly #kernel: Kernel;
  readonly #api: DmaApi;
  readonly #results = new Map<number, CallResult>();
  readonly #pageSize: number;

  constructor(kernel: Kernel, api: DmaApi) {
    this.#kernel = kernel;
    this.#api = api;
    this.#pageSize = kernel.sizeOf(0);
  }

  perform(call: DmaCall): Facts {
    const result = this.#call(call);
    const after = this.#api.code.after();
    return after === null ? result : { ...result, after: [...after] };
  }

  #call(call: DmaCall): Facts {
    switch (call.op) {
      case "map_single":
      case "map_page":
        return this.#map(call);
      case "unmap_single":
      case "unmap_page":
        return this.#unmap(call);
      case "map_sg":
        return this.#mapSg(call);
      case "unmap_sg": {
        const { list, dir } = this.#get(call.id, "list");
        const direction = directions[call.dir ?? ""] ?? dir;
        this.#api.unmapSg(this.#device(call), list, call.nents ?? list.length, direction);
        return {};
      }
      case "alloc_coherent": {
        const { block } = this.#api.alloc(this.#device(call), call.size);
        this.#results.set(call.id, { is: "block", block, size: call.size });
        if (block.phys === null) return { error: 1 };
        return { phys: hex(block.phys), dma: hex(block.address!) };
      }
      case "free_coherent": {
        const { block, size } = this.#get(call.id, "block");
        this.#api.free(this.#device(call), size, block);
        return {};
      }
      case "sync_single": {
        const { address, size, dir } = this.#get(call.id, "buffer");
        const direction = directions[call.dir ?? ""] ?? dir;
        const at = offset(address, call.offset ?? 0);
        this.#api.sync(at, call.size ?? size, direction, call.side);
        return {};
      }
      case "sync_sg": {
        const { list, dir } = this.#get(call.id, "list");
        this.#api.syncSg(list, directions[call.dir ?? ""] ?? dir, call.side);
        return {};
      }
      case "supported": {
        const mask = call.of ?? call.mask ?? 0xffffffff;
        return { ret: Number(this.#api.code.supported!(this.#device({}), mask)) };
      }
      default:
        return this.#particular(call);
    }
  }

  /** The words of entries, as they lead to pages now. */
  #table({ from, count }: CallOf<"read_table">): Facts {
    const { state } = this.#kernel;
    const words = Array.from({ length: count }, (_, i) => {
      const frame = entryOf(state, busPage(from + i));
      return [
        from + i,
        hex(DART_VALID + (frame === undefined ? 0 : asWord(machineOf(frame)) / PAGE_SIZE)),
      ];
    });
    return { table: words };
  }

  /** map_single of one buffer again and again. */
  #fill(call: CallOf<"fill">): Facts {
    let made = 0;
    const dir = directions[call.dir ?? "both"]!;
    const [device, buffer] = [this.#device(call), this.#page(call.pfn)];
    while (made < call.count) {
      const { mapping } = this.#api.map("single", device, buffer, call.size, dir);
      if (mapping === null) return { made, error: 1 };
      made++;
    }
    return { made, error: 0 };
  }

  /** What only one machine's code can do. */
  #particular(call: DmaCall): Facts {
    const { code } = this.#api;
    if (call.op === "fill") return this.#fill(call);
    if (code instanceof DartDma && call.op === "stubborn") code.table.unseen = call.times;
    if (call.op === "read_table") return this.#table(call);
    if (code instanceof AlphaDma) return this.#arena(code, call);
    if (code instanceof SwiotlbDma && call.op === "bus_to_phys")
      return { phys: hex(code.busToPhys(bus(call.bus))) };
    return {};
  }

  #arena({ arena }: AlphaDma, call: DmaCall): Facts {
    switch (call.op) {
      case "reserve": {
        const first = arena.reserve(call.count, call.align_mask);
        this.#results.set(call.id, { is: "entries", first });
        return { ret: first };
      }
      case "release":
        return { ret: arena.release(this.#get(call.id, "entries").first, call.count) };
      case "bind": {
        const { first } = this.#get(call.id, "entries");
        return {
          ret: arena.bind(
            first + call.from,
            call.pfns.map((page) => this.#page(page)),
          ),
        };
      }
      case "unbind": {
        const { first } = this.#get(call.id, "entries");
        return { ret: arena.unbind(first + call.from, call.count) };
      }
      default:
        return {};
    }
  }

  #map(call: CallOf<"map_single" | "map_page">): Facts {
    const how = call.op === "map_single" ? "single" : "page";
    const dir = directions[call.dir ?? "both"]!;
    const buffer = offset(this.#page(call.pfn), call.offset);
    const { address, mapping } = this.#api.map(how, this.#device(call), buffer, call.size, dir);
    this.#results.set(call.id, { is: "buffer", address, size: call.size, dir });
    return { dma: hex(address), ...(mapping === null && { error: 1 }) };
  }

  #unmap(call: CallOf<"unmap_single" | "unmap_page">): Facts {
    const how = call.op === "unmap_single" ? "single" : "page";
    const result = this.#results.get(call.id);
    const { address, size, dir } =
      result?.is === "buffer"
        ? result
        : { address: bus(0), size: 0, dir: "bidirectional" as AnyDirection };
    this.#api.unmap(
      how,
      this.#device(call),
      call.dma === undefined ? address : bus(call.dma),
      call.size ?? size,
      directions[call.dir ?? ""] ?? dir,
    );
    return {};
  }

  #mapSg(call: CallOf<"map_sg">): Facts {
    const dir = directions[call.dir ?? "both"]!;
    const list = this.#listFor(call);
    this.#results.set(call.id, { is: "list", list, dir });
    const { segments } = this.#api.mapSg(this.#device(call), list, dir);
    const texts = segments.map(([address, size]) => [hex(address), size]);
    const next = segments.length > 0 ? list[segments.length] : undefined;
    const behind = this.#api.code instanceof DartDma && next !== undefined;
    return {
      ret: segments.length,
      segments: texts,
      ...(behind && { behind: [hex(next.address), next.mapped] }),
    };
  }

  /** A new list, or one that was used before: the elements are filled in again, and keep what was left in them. */
  #listFor({ id, sg, again, stale }: CallOf<"map_sg">): Element[] {
    const before = again === 1 ? this.#get(id, "list").list : [];
    return sg.map(([page, start, length], i) => {
      const made = element(this.#page(page), start, length);
      if (stale === 1) [made.address, made.mapped] = [bus(STALE), STALE];
      const earlier = before[i];
      if (earlier !== undefined) [made.address, made.mapped] = [earlier.address, earlier.mapped];
      return made;
    });
  }

  /** What an id stands for; a script is refused in which it stands for something else. */
  #get<I extends CallResult["is"]>(id: number, is: I): ResultAs<I> {
    const result = this.#results.get(id);
    assert(result?.is === is, () => `id ${id} is no ${is}`);
    return result as ResultAs<I>;
  }

  #page(page: number): Phys {
    return phys(page * this.#pageSize);
  }

  /** The bridge to ISA drives 24 lines, any other device 32 unless its driver says otherwise. */
  #device({ isa, mask }: { mask?: number | undefined; isa?: 0 | 1 | undefined }): DmaDevice {
    const bdf = bdfOf("0000:02:01.0");
    if (isa === 1) return { bdf, lines: 52, mask: mask ?? 0xffffff, isIsaBridge: true };
    return { bdf, lines: 52, mask: mask ?? 0xffffffff };
  }
}
