// kernel-walk.ts - random walks through the kernel's DMA and block code: singles, lists, syncs, coherent memory, bios.
//
// A walk is a script, as the recordings have them, on a machine whose settings are thrown as well. It asks for what a
// kernel may be asked, what it refuses and what it dies of included.

import { usualEra } from "../src/agpgart/era.ts";
import { chipsets } from "../src/chipset/index.ts";
import { Dice } from "../src/dice.ts";
import { gart } from "../src/hooks/gart.ts";
import { platforms } from "../src/platform/index.ts";
import { type Variant, varied } from "../src/platform/variant.ts";
import type { Setup } from "../src/scenario/setup.ts";
import { parseWorkload, platformFor } from "../src/workload/workload.ts";

type Call = { readonly op: string; readonly [field: string]: unknown };

/** One of so many calls is one of which a kernel may die. */
const RARE = 200;

/** A machine of scripts: the platform, and what of its settings and calls is thrown. */
interface Family {
  readonly platform: string;
  readonly variant: Variant;
  readonly machine: (one: Throw) => object;
  readonly calls: readonly string[];
  readonly masks: readonly string[];
  /** The field of `supported` that has the mask. */
  readonly asks: "of" | "mask";
}

const mapping = ["map_single", "map_single", "map_sg", "map_sg", "unmap", "unmap", "alloc", "free"];
const wide = ["0xffffffff", "0xffffffff", "0x3fffffff", "0xffffffffffffffff"];
const swiotlb = [...mapping, "sync", "sync", "supported", "map_page"];
const xen = (era: string): Family => ({
  platform: "xen-i386-swiotlb",
  variant: { era },
  machine: ({ one, number }) => ({
    total_pages: one(["0x7ffff", "0x80000", "0x100000"]),
    p2m: [[`0x100`, number(0x20000, 0x60000), 60]],
    ...one([{}, { swiotlb: "1" }, { swiotlb: "16,force" }, { domain0: 0 }]),
  }),
  calls: swiotlb,
  masks: wide,
  asks: "mask",
});

const families: readonly Family[] = [
  {
    platform: "alpha",
    variant: {},
    machine: ({ one }) => ({ pci_window: one(["0x40000000", "0x100000", "0x20000"]) }),
    calls: [...mapping, "supported", "reserve", "bind", "unbind", "release"],
    masks: ["0xffffffff", "0xffffff", "0xffffffffffffffff"],
    asks: "of",
  },
  {
    platform: "ia64-zx1",
    variant: {},
    machine: ({ one }) => one([{}, { agp: 0 }, { nosbagart: 1 }]),
    calls: [...mapping, "fill"],
    masks: wide,
    asks: "of",
  },
  {
    platform: "native-x86_64iommu",
    variant: {},
    machine: ({ one }) => ({
      aperture_mb: one([32, 64, 128]),
      northbridges: one([1, 2, 8]),
      ...one([{}, { iommu: "force" }, { iommu: "nofullflush" }, { iommu: "4194304" }]),
    }),
    calls: [...mapping, "supported"],
    masks: wide,
    asks: "of",
  },
  {
    platform: "ppc64-g5",
    variant: { layout: "dart" },
    machine: ({ one }) => ({
      ram: [["0x0", "0x80000000"], ...one([[], [["0x100000000", "0x80000000"]]])],
      ...{ vmerge: one([0, 1]), force_on: one([0, 1]), table_bytes: one([4096, 2 ** 21]) },
    }),
    calls: [...mapping, "stubborn"],
    masks: [],
    asks: "of",
  },
  ...["native-x86_64swiotlb", "ia64-swiotlb"].map((platform) => ({
    ...{ platform, variant: {} },
    machine: ({ one }: Throw) => one([{}, { swiotlb: "256" }, { swiotlb: "256,force" }]),
    ...{ calls: swiotlb, masks: wide, asks: "mask" as const },
  })),
  ...["2005-08-16", "2005-08-18", "2005-09-06", "2005-12-17"].map(xen),
  ...["native-i386", "xen-i386", "native-x86_64"].map((platform) => ({
    ...{ platform, variant: {}, masks: [], asks: "of" as const },
    machine: ({ one }: Throw) => ({ biomerge: one([0, 4096]) }),
    calls: ["queue", "bio", "bio", "bio", "bio", "bio", "bio", "unplug"],
  })),
];

/** How many kinds of machine there are. */
export const KINDS = families.length;

/** The walk of a number: its machine is the kind that comes next. */
export function kernelWalk(length: number, seed: number): Setup {
  const family = families[seed % KINDS]!;
  const thrown = new Throw(seed);
  const machine = family.machine(thrown);
  const ops = new Script(thrown, family).calls(length);
  const text = JSON.stringify({ name: `walk ${seed}`, machine, ops });
  const workload = parseWorkload(text, `walk-${seed}.json`);
  const plain = varied(platforms.find(({ name }) => name === family.platform)!, family.variant);
  const platform = platformFor(plain, workload);
  const chipset = chipsets.find(({ name }) => name === platform.chipsets[0])!;
  const run = { platform, hooks: gart, chipset, era: usualEra, workload, seed: 0 };
  return { ...run, lenientIoremap: false, device: true };
}

class Throw {
  readonly #dice: Dice;

  constructor(seed: number) {
    this.#dice = new Dice(seed);
  }

  readonly one = <T>(list: readonly T[]): T => list[this.#dice.roll(list.length)]!;
  readonly below = (count: number): number => this.#dice.roll(count);
  readonly number = (from: number, to: number): string =>
    `0x${(from + this.#dice.roll(to - from)).toString(16)}`;
}

/** What a script has made so far, and may name. */
class Script {
  readonly #thrown: Throw;
  readonly #family: Family;
  #next = 0;
  readonly #live: { readonly [kind: string]: { id: number; count: number }[] } = {
    ...{ single: [], page: [], list: [], block: [], entries: [] },
  };

  constructor(thrown: Throw, family: Family) {
    this.#thrown = thrown;
    this.#family = family;
  }

  calls(length: number): Call[] {
    const calls: Call[] = [];
    while (calls.length < length) calls.push(...this.#turn(this.#thrown.one(this.#family.calls)));
    return calls.slice(0, length);
  }

  #turn(what: string): Call[] {
    const { one, below } = this.#thrown;
    switch (what) {
      case "map_single":
        return [{ op: what, id: this.#made("single"), ...this.#buffer() }];
      case "map_page":
        return [{ op: what, id: this.#made("page"), ...this.#buffer() }];
      case "map_sg": {
        const sg = this.#list(1 + below(8));
        return [{ op: what, id: this.#made("list", sg.length), sg, ...this.#how() }];
      }
      case "unmap":
        return this.#unmap(one(["single", "page", "list"]));
      case "alloc":
        return [{ op: "alloc_coherent", id: this.#made("block"), size: this.#size() }];
      case "free":
        return this.#taken("block", ({ id }) => ({ op: "free_coherent", id }));
      case "sync":
        return this.#sync(one(["single", "page", "list"]), one(["cpu", "device"]));
      case "supported":
        return [{ op: what, [this.#family.asks]: one(["0xffffff", ...this.#family.masks]) }];
      case "fill":
        return [{ op: what, ...this.#place(), size: this.#size(), count: below(40) }];
      case "stubborn":
        return [{ op: what, times: below(4) }];
      case "unplug":
        return [{ op: what }];
      case "queue":
        return [this.#queue()];
      case "bio":
        return this.#bio();
      default:
        return this.#entries(what);
    }
  }

  #made(kind: string, count = 1): number {
    this.#live[kind]!.push({ id: this.#next, count });
    return this.#next++;
  }

  /** Something that lives is taken away; without one there is no call. */
  #taken(kind: string, call: (made: { id: number; count: number }) => Call): Call[] {
    const live = this.#live[kind]!;
    if (live.length === 0) return [];
    return [call(live.splice(this.#thrown.below(live.length), 1)[0]!)];
  }

  #place() {
    const { one, number } = this.#thrown;
    return { pfn: one([number(0x100, 0x13c), number(0x140000, 0x140100)]) };
  }

  /** From no bytes at all to more than any pool has in a row. */
  #size(): number {
    const { one, below } = this.#thrown;
    if (below(RARE) === 0) return 0;
    return one([
      1 + below(4096),
      4096,
      8192,
      1 + below(65536),
      4096 * (1 + below(below(RARE) === 0 ? 80 : 12)),
    ]);
  }

  #offset(): number {
    return this.#thrown.one([0, 0, 8, 512, 2048, 4095]);
  }

  #how(): object {
    const { one, below } = this.#thrown;
    const dir = below(RARE) === 0 ? "none" : one(["to", "from", "both"]);
    return this.#family.masks.length === 0 ? { dir } : { dir, mask: one(this.#family.masks) };
  }

  #buffer() {
    return { ...this.#place(), offset: this.#offset(), size: this.#size(), ...this.#how() };
  }

  /** Pieces that often follow each other. */
  #list(count: number): [string, number, number][] {
    const { one, below } = this.#thrown;
    let page = Number(this.#place().pfn);
    return Array.from({ length: count }, () => {
      page = below(3) === 0 ? Number(this.#place().pfn) : page + 1;
      const start = below(3) === 0 ? this.#offset() : 0;
      const length = one([4096 - start, 4096 - start, 512, 8192, 1 + below(4096)]);
      return [`0x${page.toString(16)}`, start, length];
    });
  }

  #unmap(kind: string): Call[] {
    const { below } = this.#thrown;
    return this.#taken(kind, ({ id, count }) => {
      if (kind !== "list") return { op: `unmap_${kind}`, id };
      return { op: "unmap_sg", id, ...(below(8) === 0 && { nents: below(count + 1) }) };
    });
  }

  #sync(kind: string, side: string): Call[] {
    const { one, below } = this.#thrown;
    const live = this.#live[kind]!;
    if (live.length === 0) return [];
    const { id } = one(live);
    // Of both directions it is a BUG.
    const dir = below(RARE) === 0 ? "both" : one(["to", "from"]);
    if (kind === "list") return [{ op: "sync_sg", id, side, dir }];
    return [{ op: "sync_single", id, side, dir, ...(below(3) === 0 && { offset: 0, size: 512 }) }];
  }

  #queue(): Call {
    const { one, below } = this.#thrown;
    return {
      op: "queue",
      ...{ max_sectors: one([8, 128, 255, 256, 1024]), phys: one([0, 1, 8, 128]), hw: 128 },
      ...{
        segment_size: one([4096, 8192, 65536]),
        boundary: one(["0xfff", "0xffff", "0xffffffff"]),
      },
      ...{ bounce_pfn: one(["0x120", "0x40000"]), cluster: below(4) === 0 ? 0 : 1 },
    };
  }

  /** Made, filled, counted and handed over, mostly behind or before another. */
  #bio(): Call[] {
    const { one, below } = this.#thrown;
    const id = this.#next++;
    const [sector, vecs] = [8 * below(400), 1 + below(64)];
    const pages = this.#list(1 + below(vecs + 2)).map(([page, start, length]) => {
      return [page, start, Math.min(length, 4096 - start)];
    });
    const made = { op: "bio", id, sector, vecs, rw: one([0, 0, 1, 16, 4]) };
    return [made, { op: "add", id, pages }, { op: "count", id }, { op: "submit", id }];
  }

  /** AGP's entries in alpha's arena. */
  #entries(what: string): Call[] {
    const { one, below } = this.#thrown;
    const count = 1 + below(16);
    if (what === "reserve")
      return [{ op: what, id: this.#made("entries", count), count, align_mask: one([0, 1, 3, 7]) }];
    const live = this.#live.entries!;
    if (live.length === 0) return [];
    const made = one(live);
    const pfns = Array.from({ length: 1 + below(made.count) }, () => this.#place().pfn);
    if (what === "bind") return [{ op: what, id: made.id, from: 0, pfns }];
    if (what === "unbind") return [{ op: what, id: made.id, from: 0, count: pfns.length }];
    return [{ op: what, id: made.id, count: made.count }];
  }
}
