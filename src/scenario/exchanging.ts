// exchanging.ts - AGP pages as Xen's own asm/agp.h maps them: exchanged for frames that the chipset can name.
//
// map_page_into_agp is xen_create_contiguous_region(page, 0, 32) there, unmap_page_from_agp is
// xen_destroy_contiguous_region: the page keeps its number and changes its frame, both times.

import type { Virt } from "../address.ts";
import type { Bridge, BridgeDriver } from "../agpgart/bridge.ts";

/** The frame behind a page becomes another one, which lies below 4 GB. */
export function exchange({ board: { arch } }: Bridge, page: Virt): void {
  arch.exchange.makeContiguous(page, 0);
}

/** The driver whose pages get their frame when they are allocated. */
export const exchangingPages = (driver: BridgeDriver): BridgeDriver => ({
  ...driver,
  allocPage: (bridge, use) => {
    const page = driver.allocPage(bridge, use);
    if (page !== null) exchange(bridge, page);
    return page;
  },
});
