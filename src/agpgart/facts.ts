// facts.ts - the results of the operations init and info: what the driver has in its bridge structure.

import { hex } from "../address.ts";
import type { Facts } from "../event/field.ts";
import type { Bridge } from "./bridge.ts";
import { copyInfo } from "./enable.ts";

/** The bridge after init. */
export const bridgeFacts = (bridge: Bridge): Facts => ({
  num_entries: bridge.currentSize.entries,
  max_memory: bridge.maxMemory,
  aper_base: hex(bridge.gartBusAddr),
  gatt_bus_addr: hex(bridge.gattBusAddr!.bus),
  scratch_page: hex(bridge.scratchPage),
  scratch_page_real: bridge.scratchPageReal === null ? "0x0" : hex(bridge.scratchPageReal.bus),
  mode: hex(bridge.mode),
  aperture_size_idx: bridge.apertureSizeIdx,
  version: "0.101",
});

/** agp_copy_info. */
export function infoFacts(bridge: Bridge | null): Facts {
  const { result, info } = copyInfo(bridge);
  return {
    ret: result,
    mode: hex(info.mode),
    aper_base: hex(info.aperBase),
    aper_size: info.aperSize,
    max_memory: info.maxMemory,
    current_memory: info.currentMemory,
    cant_use_aperture: info.cantUseAperture,
    page_mask: info.pageMask,
  };
}
