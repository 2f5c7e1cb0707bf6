// mapping-astray.ts - a DMA handle leads to every page of its buffer, not to the first alone.
//
// dma_map_single under the Xen of March 2005 gave the machine address of the first page, whatever lay behind it
// (mended in July: xen 4cca16ccfc); later kernels ignored what lies between memory and the bus. A handle that
// leads to a slot of the swiotlb is right where the kernel copied the buffer there.

import {
  hex,
  type Mfn,
  mfnOf,
  offset,
  PAGE_SIZE,
  type Pfn,
  pageOffset,
  pfnOf,
  untranslated,
} from "../address.ts";
import { addressesOf, isWrong, verdictOf } from "../event/verdict.ts";
import type { Of } from "../event/vocabulary.ts";
import { isTranslated, translate } from "../machine/iommu.ts";
import { pagesOf, type State } from "../machine/state.ts";
import { Table } from "../machine/table.ts";
import type { Check, Report } from "./check.ts";
import { hasIommu } from "./platform.ts";

export const mappingAstray: Check = {
  name: "mapping-astray",
  holds: "every page of a DMA mapping is reached by its handle",
  counts: true,
  ofUse: true,
  watch: (about, report) => {
    /** By frame of a slot: the page that was last copied to it. */
    const slots = new Table<Mfn, Pfn>();
    const isImported = about.source === "imported";
    // A capture does not say which domain of the IOMMU a device is in.
    const isUntold = isImported && hasIommu(about);
    return {
      after: {
        "page.copied": ({ direction, phys, reached, size }) => {
          if (direction !== "to-slot" || phys == null || reached == null) return;
          const [frame, page] = [mfnOf(reached), pfnOf(phys)];
          for (let i = 0; i < pagesOf(pageOffset(phys) + size); i++)
            slots.set(offset(frame, i), offset(page, i));
        },
        "dma.mapped": (event, { state }) => {
          if (isUntold || (isImported && (event.machine == null || event.reached == null))) {
            lookAtFirst(event, report);
            return;
          }
          const page = strayPage(event, state, slots, isImported);
          if (page === null) {
            if (event.machine == null || event.reached == null)
              report.unknown(
                "the trace does not say where the buffer lies, or where its handle leads",
              );
            else report.held();
            return;
          }
          const { bus } = event;
          report.finding(
            [{ family: "dma", number: event.handle }],
            `page ${page.number} of the buffer is at ${hex(page.machine)}:m; ` +
              `the handle ${hex(bus)}:b leads ${page.reached === null ? "nowhere" : `to ${hex(page.reached)}:m`}`,
            page.number > 0 ? "discontiguous" : (verdictOf(addressesOf(event), null) ?? undefined),
          );
        },
      },
    };
  },
};

/** By the event alone: where the first page is, and where the importer saw the handle lead. */
function lookAtFirst(event: Of<"dma.mapped">, report: Report): void {
  const verdict = verdictOf(addressesOf(event), null);
  if (verdict === null || verdict === "unknown")
    report.unknown("the trace does not say where the buffer lies, or where its handle leads");
  else if (isWrong(verdict))
    report.finding(
      [{ family: "dma", number: event.handle }],
      `the buffer is at ${hex(event.machine!)}:m; the handle ${hex(event.bus)}:b leads to ${hex(event.reached!)}:m`,
      verdict,
    );
  else report.held();
}

/** The first page that the handle does not lead to; null where it leads to all whose frame is known. */
function strayPage(
  { bus, phys, reached: first, size }: Of<"dma.mapped">,
  state: State,
  slots: Table<Mfn, Pfn>,
  isImported: boolean,
) {
  if (phys == null) return null;
  // A real bus can see memory at an offset: the importer says where the handle leads.
  const leads = isImported && first != null ? first : untranslated(bus);
  const start = pageOffset(phys);
  for (let number = 0; number * PAGE_SIZE < start + size; number++) {
    const bytes = number === 0 ? 0 : number * PAGE_SIZE - start;
    const machine = state.machineOf(offset(phys, bytes));
    if (machine === null) continue;
    const address = offset(bus, bytes);
    const direct = isTranslated(state) ? null : offset(leads, bytes);
    const reached = translate(state, address) ?? direct;
    if (reached === machine) continue;
    const page = pfnOf(offset(phys, bytes));
    if (reached !== null && slots.get(mfnOf(reached)) === page) continue;
    return { number, machine, reached };
  }
  return null;
}
