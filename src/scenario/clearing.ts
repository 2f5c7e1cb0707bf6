// clearing.ts - AGP pages with zeroes in them, as agp_generic_alloc_page came to give them.

import type { BridgeDriver } from "../agpgart/bridge.ts";
import { clearPage } from "../agpgart/memory.ts";

export const clearingPages = (driver: BridgeDriver): BridgeDriver => ({
  ...driver,
  allocPage: (bridge, use) => {
    const page = driver.allocPage(bridge, use);
    if (page !== null) clearPage(bridge.board.arch.kernel, page);
    return page;
  },
});
