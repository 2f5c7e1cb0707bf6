// legacy.ts - agpgart up to 2.6.12-rc6: a physical address is what the chipset wants. It is, without Xen.

import { hookSet } from "./functions.ts";

export const legacy = hookSet("legacy", {
  to: "virt_to_phys",
  from: "phys_to_virt",
  alloc: "__get_free_pages",
  free: "free_pages",
});
