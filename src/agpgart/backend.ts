// backend.ts - drivers/char/agp/backend.c: adds a bridge, acquires and releases it, and removes it.

import { type Bridge, EINVAL, ENOMEM } from "./bridge.ts";
import { flushOnce } from "./memory.ts";

/** maxes_table of backend.c: megabytes of memory, and how many of them AGP may take. */
const MAXES = [
  [0, 0],
  [32, 4],
  [64, 28],
  [128, 96],
  [256, 204],
  [512, 440],
  [1024, 942],
  [2048, 1920],
  [4096, 3932],
] as const;

/** agp_find_max: how many pages of 4096 bytes AGP may have, by linear interpolation between the rows of the table. */
export function findMax(physPages: number): number {
  const memory = Math.floor(physPages / 256);
  let i = 1;
  while (i < MAXES.length - 1 && MAXES[i]![0] < memory) i++;
  const [lowMemory, lowMax] = MAXES[i - 1]!;
  const [highMemory, highMax] = MAXES[i]!;
  const max =
    lowMax + Math.trunc(((memory - lowMemory) * (highMax - lowMax)) / (highMemory - lowMemory));
  return max * 256;
}

/** agp_add_bridge: 0 or an errno; the bridge is in service only after 0. */
export function addBridge(bridge: Bridge): number {
  const { kernel } = bridge.board.arch;
  const place = "agp_add_bridge";
  const error = initialize(bridge);
  if (error !== 0) {
    kernel.printk("info", "agpgart: agp_backend_initialize() failed.", place);
    return error;
  }
  kernel.machine.emit({
    kind: "call.returned",
    actor: "kernel",
    place,
    text: "agp_frontend_initialize",
    result: 0,
  });
  // The second fetch_size stands in the printk, and overwrites previous_size all the same.
  const size = bridge.driver.fetchSize(bridge);
  const base = bridge.gartBusAddr.toString(16);
  kernel.printk("info", `agpgart: AGP aperture is ${size}M @ 0x${base}`, place);
  return 0;
}

/** agp_backend_initialize: whatever errno create_gatt_table returns, the result is -ENOMEM. */
function initialize(bridge: Bridge): number {
  const place = "agp_backend_initialize";
  const { kernel } = bridge.board.arch;
  bridge.maxMemory = findMax(kernel.platform.ram.pages) / 2 ** kernel.platform.pageOrder;
  if (bridge.driver.needsScratchPage && !takeScratchPage(bridge, place)) {
    kernel.printk("err", "agpgart: unable to get memory for scratch page.", place);
    return ENOMEM;
  }
  if (bridge.driver.fetchSize(bridge) === 0) {
    kernel.printk("err", "agpgart: unable to determine aperture size.", place);
    freeScratchPage(bridge, place);
    return EINVAL;
  }
  if (bridge.driver.createGattTable(bridge) !== 0) {
    kernel.printk("err", "agpgart: unable to get memory for graphics translation table.", place);
    freeScratchPage(bridge, place);
    return ENOMEM;
  }
  if (bridge.driver.configure(bridge) !== 0) {
    kernel.printk("err", "agpgart: error configuring host chipset.", place);
    // The scratch page goes first, while the table still names it.
    freeScratchPage(bridge, place);
    bridge.driver.freeGattTable(bridge);
    return EINVAL;
  }
  return 0;
}

function takeScratchPage(bridge: Bridge, place: string): boolean {
  const { arch, hooks } = bridge.board;
  const page = bridge.driver.allocPage(bridge, "scratch");
  if (page === null) return false;
  flushOnce(bridge, place);
  bridge.scratchPageReal = hooks.toDevice(arch, page, place);
  bridge.scratchPage = bridge.driver.maskMemory(bridge.scratchPageReal.bus);
  return true;
}

function freeScratchPage(bridge: Bridge, place: string): void {
  if (bridge.scratchPageReal === null) return;
  const { arch, hooks } = bridge.board;
  bridge.driver.destroyPage(
    bridge,
    hooks.fromDevice(arch, bridge.scratchPageReal, place),
    "scratch",
  );
  flushOnce(bridge, place);
  bridge.scratchPageReal = null;
}

/** agp_remove_bridge: turns the GART off, frees the table and unregisters the front end. */
export function removeBridge(bridge: Bridge): void {
  bridge.driver.removing?.(bridge);
  bridge.driver.cleanup(bridge);
  bridge.driver.freeGattTable(bridge);
  freeScratchPage(bridge, "agp_backend_cleanup");
  bridge.board.arch.kernel.machine.emit({
    kind: "call.entered",
    actor: "kernel",
    place: "agp_remove_bridge",
    text: "agp_frontend_cleanup",
  });
}

/** agp_backend_acquire: the bridge, or null where there is none or it is in use. */
export function acquire(bridge: Bridge | null): Bridge | null {
  if (bridge === null || bridge.agpInUse !== 0) return null;
  bridge.agpInUse++;
  return bridge;
}

/** agp_backend_release: unchecked; a second release leaves the counter at -1, and every later acquire fails. */
export function release(bridge: Bridge | null): void {
  if (bridge !== null) bridge.agpInUse--;
}
