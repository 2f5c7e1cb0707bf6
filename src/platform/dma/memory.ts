// memory.ts - the pages that a DMA code asks of its kernel, and the clearing of them.

import { hex, mfnOf, offset, PAGE_SIZE, type Phys } from "../../address.ts";
import { type Kernel, pagesOn } from "../kernel.ts";
import { long, type Use } from "./code.ts";

/** __get_free_pages; null where there are none. */
export function freePages(
  kernel: Kernel,
  order: number,
  place: string,
  use: Use = "kernel",
): Phys | null {
  const found = kernel.allocate("__get_free_pages", order, use, place);
  return found === null ? null : kernel.physOf(found);
}

/** free_pages; of NULL it frees nothing. */
export function giveBack(
  kernel: Kernel,
  pages: Phys | null,
  order: number,
  place: string,
  use: Use = "kernel",
): void {
  if (pages === null) kernel.called(`free_pages(NULL, ${order})`, place);
  else kernel.free("free_pages", kernel.virtOf(pages), order, use, place);
}

/** memset of so many bytes to 0. */
export function clear(kernel: Kernel, first: Phys, size: number, place: string): void {
  kernel.called(`memset(${hex(first)}, 0, ${size})`, place);
  for (let i = 0; (i + 1) * PAGE_SIZE <= size; i++) {
    const phys = pagesOn(first, i);
    const machine = kernel.machineOf(phys)!;
    kernel.machine.emit({
      kind: "cpu.wrote",
      actor: "kernel",
      place,
      frame: mfnOf(machine),
      tag: 0,
      virt: kernel.virtOf(phys),
      phys,
      machine,
    });
  }
}

/** mark_clean: what a device wrote is not in the instruction cache; of each whole page in a range. */
export function markClean(kernel: Kernel, start: Phys, size: number, place: string): void {
  const page = kernel.sizeOf(0);
  const end = offset(start, size);
  for (let at = nextPage(kernel, start); offset(at, page) <= end; at = offset(at, page))
    kernel.machine.emit({
      kind: "attribute.changed",
      actor: "kernel",
      place,
      attribute: "clean",
      phys: at,
      machine: kernel.machineOf(at),
      size: page,
    });
}

function nextPage(kernel: Kernel, start: Phys): Phys {
  const within = long(start) % kernel.sizeOf(0);
  return within === 0 ? start : offset(start, kernel.sizeOf(0) - within);
}
