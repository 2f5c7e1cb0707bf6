// boot.ts - what the kernel does by virt_to_phys and phys_to_virt before any driver loads.
//
// The boot allocator turns its page numbers into pointers with phys_to_virt and clears what is there
// (__alloc_bootmem_core of linux 2.6.12-rc2, mm/bootmem.c). Two of its callers are simulated: the array of struct
// page (mm/page_alloc.c) and the four PID hash tables (pidhash_init of kernel/pid.c). Both ask for memory above
// 16 MB; the page allocator starts behind what they get.

import { mfnOf, PAGE_SIZE, type Phys, type Virt } from "../address.ts";
import { type Kernel, pagesOn } from "./kernel.ts";

const PLACE = "__alloc_bootmem_core";
/** sizeof(struct page) with 32 and 64 bits to a word. */
const STRUCT_PAGE = { 32: 32, 64: 56 } as const;
const PIDTYPE_MAX = 4;

/** The allocations that the boot allocator gets, in bytes, in order. */
export function bootRequests({ wordBits, ram }: Kernel["platform"]): number[] {
  // fls() is one more than the logarithm.
  const shift = Math.floor(Math.log2((ram.pages / 256) * 4)) + 1;
  const entries = 2 ** Math.min(12, Math.max(4, shift));
  const hash = entries * (wordBits / 8);
  return [ram.pages * STRUCT_PAGE[wordBits], ...Array<number>(PIDTYPE_MAX).fill(hash)];
}

/**
 * Performs the boot allocations; `physToVirt` stands for phys_to_virt and gets the page that was allocated. The run
 * goes on whichever page was cleared, so that one also sees how the driver ends.
 */
export function boot(kernel: Kernel, physToVirt: (page: Phys, place: string) => Virt): void {
  for (const bytes of bootRequests(kernel.platform)) {
    const pages = Math.ceil(bytes / PAGE_SIZE);
    const order = Math.ceil(Math.log2(pages));
    const block = kernel.allocate("alloc_bootmem", order, "kernel", PLACE);
    if (block === null) return;
    const pointer = physToVirt(kernel.physOf(block), PLACE);
    for (let i = 0; i < pages; i++) clear(kernel, pagesOn(pointer, i));
  }
}

/** memset(page, 0, PAGE_SIZE) through a pointer that may lead to another page than the allocated one. */
function clear(kernel: Kernel, address: Virt): void {
  const phys = kernel.physOf(address);
  const machine = kernel.machineOf(phys);
  if (machine === null) return;
  kernel.machine.emit({
    kind: "cpu.wrote",
    actor: "kernel",
    place: PLACE,
    frame: mfnOf(machine),
    tag: 0,
    virt: address,
    phys,
    machine,
  });
}
