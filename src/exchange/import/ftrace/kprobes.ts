// kprobes.ts - kprobes: the events of each part of a DMA call, where a probe records the part alone.

import { phys } from "../../../address.ts";
import { virtAt } from "../join/run.ts";
import type { Direction } from "../kernel/command.ts";
import { deviceAt, deviceOf } from "../kernel/device.ts";
import { COHERENT, isFailed } from "../kernel/handles.ts";
import type { Part, Probe } from "../kernel/probes.ts";
import {
  address,
  addresses,
  addressIn,
  busAddressOf,
  digitsAt,
  HIGHEST,
  hexAt,
  isEnd,
  number,
  placeOf,
  size,
  textOf,
  Unusable,
} from "../source/fields.ts";
import { announce, directionIn, endsFailed, failed, giveBack } from "./dma.ts";
import { giveBackList } from "./dma-lists.ts";
import type { Record } from "./record.ts";
import type { Call, Handler, Kernel } from "./tasks.ts";

/** The record in hand of a probe, its fields by our names. */
class ProbeHit {
  readonly of: string;
  task = 0;
  body = "";
  readonly #fields: Probe["fields"];

  constructor({ of, fields }: Probe) {
    this.of = of;
    this.#fields = fields;
  }

  /** Takes the next record. */
  see({ task, body }: Record): this {
    this.task = task;
    this.body = body;
    return this;
  }

  /** Hot: most probes have our names, and an object without any is not asked. */
  key(name: string): string {
    return this.#fields === NO_FIELDS ? name : (this.#fields[name] ?? name);
  }
  text(name: string): string | null {
    return textOf(this.body, this.key(name));
  }
  address(name: string): number | null {
    return addressIn(this.body, this.key(name));
  }
  needed(name: string): number {
    return address(this.body, this.key(name));
  }
  /** The handle that a call gave; null where it says that the buffer, whose own address is known or not, was not mapped. */
  handle(name: string, own: number | null): number | null {
    const found = placeOf(this.body, this.key(name));
    const value = found < 0 ? Number.NaN : hexAt(this.body, found);
    if (value !== ONES && !Number.isNaN(value)) return value;
    return isFailed(this.text(name), own) ? null : this.needed(name);
  }
  size(name: string): number | null {
    const key = this.key(name);
    return placeOf(this.body, key) < 0 ? null : size(this.body, key);
  }
  bytes(name: string): number {
    return size(this.body, this.key(name));
  }
  virt(name: string): number | null {
    const { body } = this;
    const found = placeOf(body, this.key(name));
    if (found < 0) return null;
    const from = digitsAt(body, found);
    return isEnd(body, from + 16) ? virtAt(body, from) : null;
  }
  get device(): number | null {
    const found = placeOf(this.body, this.key("dev"));
    if (found < 0) return null;
    if (this.body.charCodeAt(found) === QUOTE) return deviceAt(this.body, found + 1, '"');
    return deviceOf(this.text("dev") ?? "");
  }
}

const QUOTE = 34;
const ONES = 0xffffffff;

type PartHandler = (kernel: Kernel, hit: ProbeHit) => boolean;

/** The buffer's own address: as it is, or by the field of its struct page, whose two lowest bits mark lists. */
function physIn(kernel: Kernel, hit: ProbeHit, field: "page" | "page_link"): number | null {
  const page = hit.virt(field);
  if (page !== null) {
    const base = kernel.physOfPage(page - (page % 4));
    // A register read in passing may be overwritten: where the page is shown, that page counts.
    if (base !== null) return base + (number(hit.body, hit.key("offset")) ?? 0);
  }
  return hit.address("phys");
}

function call(kernel: Kernel, hit: ProbeHit, more: Partial<Call>): Call {
  const { of, task, device } = hit;
  return {
    place: of,
    device,
    direction: "bidirectional",
    phys: null,
    size: 0,
    list: "",
    command: kernel.commandFor(task, device),
    mapped: [],
    pieces: [],
    ...more,
  };
}

const enterList: PartHandler = (kernel, hit) => {
  const direction = directionIn(hit.body, hit.key("dir"));
  kernel.enter(hit.task, call(kernel, hit, { direction, list: hit.text("sg") ?? "" }));
  return true;
};

/** A segment of the list that is being mapped, or of one whose beginning was not seen. */
function segment(
  kernel: Kernel,
  { of, task }: ProbeHit,
  { bus, size, phys, device, direction }: Segment,
): void {
  const list = kernel.inside(task, "dma_map_sg");
  const mapping = kernel.buffers.map({
    place: of,
    device: device ?? list?.device ?? null,
    direction: direction ?? list?.direction ?? "bidirectional",
    phys,
    bus,
    size,
    command: list?.command ?? null,
  });
  list?.mapped.push(mapping);
}

interface Segment {
  readonly bus: number;
  readonly size: number;
  readonly phys: number | null;
  readonly device: number | null;
  /** Null where the list tells it. */
  readonly direction: Direction | null;
}

/** How many ranges a list that was not mapped has: none, or the number of an error. */
const NO_LIST = /^(?:0x)?0+$|^-/;

const leaveList: PartHandler = (kernel, hit) => {
  const list = kernel.leave(hit.task, hit.of);
  if (list === null) return true;
  // No pieces of ours, but of an IOMMU's: they follow each other on the bus and are one range there.
  const { pieces, mapped, device, direction, command } = list;
  if (NO_LIST.test(hit.text("mapped") ?? "")) {
    // What was mapped of it until then the kernel has given back itself (kernel/dma/direct.c, dma_direct_map_sg).
    for (const mapping of mapped) {
      const { start, size } = mapping;
      kernel.buffers.unmap(mapping, { place: "dma_unmap_sg", device, direction, start, size });
    }
    command?.segments.splice(-mapped.length, mapped.length);
    return failed(kernel, hit.of, device, hit.body);
  }
  const size = pieces.reduce((sum, piece) => sum + piece.size, 0);
  const one = pieces.length === 1 ? pieces[0]! : null;
  if (mapped.length === 0 && pieces.length > 0) {
    const start = Math.min(...pieces.map(({ iova }) => iova));
    mapped.push(
      kernel.buffers.map({
        place: hit.of,
        device,
        direction,
        phys: one?.phys ?? null,
        bus: start,
        size,
        inPages: true,
        command,
      }),
    );
  }
  const bytes = mapped.reduce((sum, mapping) => sum + mapping.size, 0);
  // The IOMMU's pages say how much was mapped only in whole pages.
  const exact = pieces.length === 0 ? bytes : null;
  const listed = command ?? kernel.listCommand(hit.task, device, exact);
  if (command === null) listed?.segments.push(...mapped);
  for (const mapping of mapped) mapping.command = listed;
  kernel.keepList(device, list.list, mapped);
  return true;
};

const giveOneBack: PartHandler = (kernel, hit) => {
  const end = { place: hit.of, device: hit.device, start: hit.needed("dma") };
  const mapping = kernel.run.mappings.ended(end);
  if (mapping !== null) announce(kernel, hit.task, [mapping]);
  return giveBack(kernel, end, mapping);
};

const byPart: { readonly [P in Part]: PartHandler } = {
  bases: (kernel, hit) => {
    kernel.vmemmap = hit.virt("vmemmap_base") ?? kernel.vmemmap;
    kernel.pageOffset = hit.virt("page_offset_base") ?? kernel.pageOffset;
    kernel.memory = (hit.address("max_pfn") ?? kernel.memory / 4096) * 4096;
    return true;
  },
  map: (kernel, hit) => {
    const direction = directionIn(hit.body, hit.key("dir"));
    const asked = { direction, phys: physIn(kernel, hit, "page"), size: hit.bytes("size") };
    kernel.enter(hit.task, call(kernel, hit, asked));
    return true;
  },
  mapped: (kernel, hit) => {
    const entered = kernel.leave(hit.task, hit.of);
    if (entered === null) return true;
    const { device, direction, phys, size, command } = entered;
    const bus = hit.handle("dma", phys);
    if (bus === null) return failed(kernel, hit.of, device, hit.body);
    kernel.buffers.map({ place: hit.of, device, direction, phys, bus, size, command });
    return true;
  },
  unmap: (kernel, hit) => {
    if (!isFailed(hit.text("dma"))) return giveOneBack(kernel, hit);
    return endsFailed(kernel, hit.of, hit.device, hit.body);
  },
  // Freeing NULL is nothing, whatever was left in the handle.
  free: (kernel, hit) => isFailed(hit.text("dma"), COHERENT) || giveOneBack(kernel, hit),
  "map-list": enterList,
  segment: (kernel, hit) => {
    const phys = physIn(kernel, hit, "page_link");
    const bus = hit.handle("dma", phys);
    const { device } = hit;
    if (bus === null) return failed(kernel, hit.of, device, hit.body);
    segment(kernel, hit, { bus, size: hit.bytes("len"), phys, device, direction: null });
    return true;
  },
  "map-segment": (kernel, hit) => {
    const direction = directionIn(hit.body, hit.key("dir"));
    const asked = { direction, phys: hit.needed("phys"), size: hit.bytes("size") };
    kernel.enter(hit.task, call(kernel, hit, asked));
    return true;
  },
  "mapped-segment": (kernel, hit) => {
    const entered = kernel.leave(hit.task, hit.of);
    if (entered === null) return true;
    const { phys, size, device, direction } = entered;
    const bus = hit.handle("dma", phys);
    if (bus === null) return failed(kernel, hit.of, device, hit.body);
    segment(kernel, hit, { bus, size, phys, device, direction });
    return true;
  },
  "mapped-list": leaveList,
  "unmap-list": (kernel, hit) => {
    const list = hit.text("sg") ?? "";
    announce(kernel, hit.task, kernel.listOf(hit.device, list)?.mapped ?? []);
    const place = "dma_unmap_sg";
    return giveBackList(kernel, { place, device: hit.device, name: list });
  },
  alloc: (kernel, hit) => {
    kernel.enter(hit.task, call(kernel, hit, { direction: "coherent", size: hit.bytes("size") }));
    return true;
  },
  "alloc-done": (kernel, hit) => {
    const bus = hit.handle("dma", COHERENT);
    if (bus === null) return failed(kernel, hit.of, hit.device, hit.body);
    const asked = kernel.inside(hit.task, hit.of);
    const virt = hit.virt("cpu");
    kernel.buffers.map({
      place: hit.of,
      device: hit.device ?? asked?.device ?? null,
      direction: "coherent",
      phys: hit.address("phys") ?? kernel.physOfVirt(virt),
      bus,
      size: hit.size("size") ?? asked?.size ?? 0,
      virt,
      command: null,
    });
    return true;
  },
  allocated: (kernel, hit) => {
    kernel.leave(hit.task, hit.of);
    return true;
  },
  bounce: (kernel, hit) => {
    const asked = { phys: hit.needed("orig"), size: hit.bytes("map_size") };
    kernel.enter(hit.task, call(kernel, hit, asked));
    return true;
  },
  bounced: (kernel, hit) => {
    const entered = kernel.leave(hit.task, hit.of);
    if (entered === null) return true;
    const slot = hit.handle("tlb", placeInSlot(entered.phys!));
    if (slot !== null) kernel.buffers.slots.bounce(entered.phys!, slot, entered.size);
    return true;
  },
  exchange: ({ run }, hit) => {
    const start = phys(hit.needed("pstart"));
    const pages = 2 ** (number(hit.body, hit.key("order")) ?? 0);
    if (!(pages <= 2 ** 18)) throw new Unusable("no order that the hypervisor takes");
    const cause = run.emit({
      kind: "hypercall.made",
      actor: "kernel",
      place: hit.of,
      at: run.at,
      call: "xen_create_contiguous_region",
      phys: start,
      size: pages * 4096,
    });
    run.frames.exchanged(start, pages, cause);
    return true;
  },
  "ahci-command": (kernel, hit) => {
    const device = kernel.lastDevice.get(hit.task) ?? null;
    const most = number(hit.body, hit.key("n_elem")) ?? 0;
    const entries = prdEntries(hit.body, hit.key("prdt"), most);
    // A command table is 128 bytes and 16 for each entry (AHCI 1.3.1, 4.2.3).
    kernel.buffers.named(hit.of, device, hit.needed("ctba"), 128 + 16 * entries.length);
    for (const { at, size } of entries) kernel.buffers.named(hit.of, device, at, size);
    return true;
  },
  plain: () => true,
};

/** Bytes of a slot (IO_TLB_SIZE, include/linux/swiotlb.h): the place in one is what a slot has of its buffer's address. */
const SLOT = 2048;
/** An own address that is at a page's last byte where a slot for the buffer can be. */
const placeInSlot = (buffer: number): number => (buffer % SLOT) + SLOT;

interface PrdEntry {
  readonly at: number;
  readonly size: number;
}

/** So many entries of a PRD table at most that is shown as words of 32 bits, each whole (AHCI 1.3.1, 4.2.3.3). */
function prdEntries(body: string, key: string, most: number): readonly PrdEntry[] {
  const words = addresses(body, key);
  if (words.some((word) => word >= 2 ** 32))
    throw new Unusable(`'${key}' is no list of 32-bit words`, key);
  const entries: PrdEntry[] = [];
  for (let i = 0; i + 4 <= words.length && entries.length < most; i += 4) {
    // Bits 0 to 21 of the last word are the bytes less one.
    const size = (words[i + 3]! % 2 ** 22) + 1;
    entries.push({ at: addressOfHalves(words[i]!, words[i + 1]!, key), size });
  }
  return entries;
}

/** The bus address of two words, as the number that stands for it. */
function addressOfHalves(low: number, high: number, key: string): number {
  const whole = high * 2 ** 32 + low;
  if (whole < HIGHEST) return whole;
  return busAddressOf(`${high.toString(16)}${low.toString(16).padStart(8, "0")}`, key);
}

const NO_FIELDS: Probe["fields"] = {};

/** Tells a probe's record by its part. */
export const probeHandler = (probe: Probe): Handler => {
  const emit = byPart[probe.part];
  const fields = Object.keys(probe.fields).length === 0 ? NO_FIELDS : probe.fields;
  const hit = new ProbeHit({ ...probe, fields });
  return (kernel, record) => emit(kernel, hit.see(record));
};
