// dart-table.ts - the DART of the U3: its table, its control register and the flush of its TLB.
//
// arch/ppc64/kernel/u3_iommu.c of linux 2.6.12: 32 bits an entry, 24 of them the page; what is unused leads to a spare
// page. Unmapping neither invalidates nor flushes: a flush empties the TLB only where something was mapped since.

import { type Bus, bus, busPage, busPageOf, hex, type Phys, phys } from "../../address.ts";
import type { Facts } from "../../event/field.ts";
import type { Kernel } from "../kernel.ts";
import type { CodeOf } from "../platform.ts";
import { long } from "./code.ts";
import { Lmb } from "./lmb.ts";

const PAGE = 4096;
const VALID = 0x80000000;
/** DARTMAP_RPNMASK: pages above lose their upper bits. */
const PAGES = 2 ** 24;
const DART_BASE = 0xf8033000;
const REGISTERS = 0x7000;
/** The control register: enabled, and a flush that has not ended. */
const [ENABLE, FLUSHTLB] = [0x200, 0x400];
/** DARTCNTL_SIZE_MASK has no bit for the table's 512 pages. */
const SIZES = 0x200;
const CHUNK = 2 ** 24;
const TWO_GB = 2 ** 31;
const VIRT = 0xc000000000000000n;

export class DartTable {
  readonly #kernel: Kernel;
  readonly #of: CodeOf<"dart">;
  /** The word of an unused entry. */
  #empty = 0;
  #control = 0;
  /** How many more reads show a flush, and how many writes of it go unseen. */
  #reads = 0;
  unseen = 0;
  /** dart_dirty. */
  isDirty = false;

  constructor(kernel: Kernel, of: CodeOf<"dart">) {
    this.#kernel = kernel;
    this.#of = of;
  }

  /** alloc_u3_dart_table and dart_init: what it is; null where there is no table, and addresses are as they are. */
  boot(): { readonly entries: number; readonly facts: Facts } | { readonly facts: Facts } {
    const place = "dart_init";
    const { ram, reserved, isForced, tableBytes } = this.#of;
    const lmb = new Lmb(ram, reserved);
    const end = { end_of_ram: hex(lmb.end) };
    if (lmb.end <= TWO_GB && !isForced) {
      this.#kernel.log("info", "U3-DART: table not allocated, using direct DMA", place);
      return { facts: { ...end, direct: 1 } };
    }
    const table = lmb.take(CHUNK, CHUNK, TWO_GB);
    const virt = (at: number) => (VIRT + BigInt(at)).toString(16);
    this.#kernel.allocateTop(phys(table), CHUNK, "alloc_u3_dart_table");
    this.#kernel.log("info", `U3-DART allocated at: ${virt(table)}`, "alloc_u3_dart_table");
    this.#kernel.called(
      `flush_dcache_phys_range(0x${virt(table)}, 0x${virt(table + tableBytes)})`,
      place,
    );
    const spare = lmb.take(PAGE, PAGE, null);
    if (spare === 0) this.#kernel.panic("U3-DART: Cannot allocate spare page!", place);
    this.#kernel.allocateTop(phys(spare), PAGE, place);
    this.#empty = VALID + ((spare / PAGE) % PAGES);
    this.#kernel.called(`ioremap(${hex(DART_BASE)}, ${REGISTERS})`, place);
    this.#kernel.called(`ioremap(${hex(table)}, ${tableBytes})`, place);
    this.#fill(phys(spare), tableBytes / 4);
    this.#write(ENABLE + (table % 2 ** 32) + ((tableBytes / PAGE) % SIZES));
    this.#invalidate();
    this.#kernel.log("info", "U3/CPC925 DART IOMMU initialized", place);
    const entries = tableBytes / 4;
    const at = { table_at: hex(table), table_bytes: tableBytes, empty: hex(this.#empty) };
    return { entries, facts: { ...end, ...at, entries } };
  }

  /** dart_build: an entry for each page, in a row. */
  build(first: number, pages: number, page: Phys, place: string): void {
    this.isDirty = true;
    for (let done = 0; done < pages; ) {
      const at = Math.floor(long(page) / PAGE) + done;
      // Where the 24 bits overflow the entries begin again at page 0.
      const run = Math.min(pages - done, PAGES - (at % PAGES));
      this.#entered(first + done, run, at, place);
      done += run;
    }
  }

  /** dart_free: the entries lead to the spare page. */
  free(first: number, pages: number, place: string): void {
    if (pages === 0) return;
    const about = { page: busPage(first), bus: bus(first * PAGE), size: pages * PAGE };
    const by = { actor: "kernel", place } as const;
    this.#kernel.machine.emit({ kind: "iommu.unmapped", ...by, ...about, word: this.#empty });
    if (this.#of.flushesUnmap) this.isDirty = true;
  }

  /** dart_flush. */
  flush(): void {
    const wasDirty = this.isDirty;
    if (wasDirty) this.#invalidate();
    this.isDirty = false;
    this.#kernel.called("dart_flush", "dart_flush");
    if (wasDirty)
      this.#kernel.machine.emit({
        kind: "tlb.flushed",
        actor: "kernel",
        place: "dart_tlb_invalidate_all",
        which: "iommu",
      });
  }

  #entered(first: number, pages: number, page: number, place: string): void {
    const at: Bus = bus(first * PAGE);
    const target = phys(page * PAGE);
    this.#kernel.machine.emit({
      kind: "iommu.mapped",
      actor: "kernel",
      place,
      page: busPageOf(at),
      bus: at,
      phys: target,
      machine: this.#kernel.machineOf(target)!,
      reached: this.#kernel.machineOf(phys((page % PAGES) * PAGE))!,
      size: pages * PAGE,
      word: VALID + (page % PAGES),
    });
  }

  #fill(spare: Phys, entries: number): void {
    this.#kernel.machine.emit({
      kind: "iommu.filled",
      actor: "kernel",
      place: "iommu_init_early_u3",
      page: busPage(0),
      bus: bus(0),
      phys: spare,
      machine: this.#kernel.machineOf(spare)!,
      size: entries * PAGE,
    });
  }

  /** dart_tlb_invalidate_all: sets the bit and waits for it to clear, longer each time; sometimes the chip misses it. */
  #invalidate(): void {
    for (let limit = 0; ; limit++) {
      this.#write(this.#read() | FLUSHTLB);
      let waited = 0;
      while ((this.#read() & FLUSHTLB) !== 0 && waited < 2 ** limit) waited++;
      if (waited < 2 ** limit) return;
      if (limit === 4)
        this.#kernel.panic(
          "U3-DART: TLB did not flush after waiting a long time. Buggy U3 ?",
          "dart_tlb_invalidate_all",
        );
      this.#write(this.#read() & ~FLUSHTLB);
    }
  }

  #read(): number {
    const control = this.#control;
    if ((this.#control & FLUSHTLB) !== 0 && this.#reads-- <= 0) {
      this.#control &= ~FLUSHTLB;
      return this.#control;
    }
    return control;
  }

  #write(word: number): void {
    const isFlush = (word & FLUSHTLB) !== 0;
    this.#control = word >>> 0;
    this.#reads = this.#of.flushReads;
    if (isFlush && this.unseen > 0) {
      this.unseen--;
      this.#reads = Number.POSITIVE_INFINITY;
    }
    this.#kernel.called(`out_be32(0x0, ${hex(word >>> 0)})`, "out_be32");
  }
}
