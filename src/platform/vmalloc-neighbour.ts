// vmalloc-neighbour.ts - what another driver has mapped in front of the first address that ioremap gives the AGP driver.
//
// The area of ioremap is vmalloc's too: one guard page before the driver's own mapping somebody else's ends. In dom0 that
// is a frame of another domain, elsewhere a page of the kernel's; which one, the seed says. Seed 0 is the machine of the
// reference's recordings, where the driver's mapping is the first.

import {
  distance,
  type Machine as MachineAddress,
  machineOf,
  mfn,
  offset,
  onBareMetal,
  onBus,
  PAGE_SIZE,
  physOf,
  type Vpn,
  virt,
  vpnOf,
} from "../address.ts";
import { Dice } from "../dice.ts";
import { DOMID_XEN } from "../event/device.ts";
import type { Kernel } from "./kernel.ts";

/** The frames among which one of another domain is looked for, and how often. */
const [FRAMES, TRIES] = [0x80000, 64];

/** Emits what lies at a page of ioremap's area, if that is the neighbour's and no event has said it yet. */
export function meetNeighbour(kernel: Kernel, page: Vpn): void {
  const { platform, seed, state } = kernel;
  const at = virt(platform.remapFrom - 2 * PAGE_SIZE);
  if (seed === 0 || page !== vpnOf(at) || state.mappings.has(page)) return;
  const reached = behind(kernel);
  if (reached === null) return;
  kernel.machine.emit({
    kind: "table.remapped",
    actor: "kernel",
    place: platform.physIsMachine ? "__vmalloc" : "direct_remap_area_pages",
    function: "ioremap",
    page,
    virt: at,
    bus: onBus(reached),
    reached,
    size: PAGE_SIZE,
  });
}

/** The frame that is mapped there; null where no other domain has one. */
function behind({ platform, seed }: Kernel): MachineAddress | null {
  const dice = new Dice(seed);
  const { first, bump } = platform.ram;
  if (platform.physIsMachine)
    return onBareMetal(physOf(offset(first, dice.roll(distance(first, bump)))));
  for (let i = 0; i < TRIES; i++) {
    const frame = mfn(dice.roll(FRAMES));
    const domain = platform.owner(frame);
    if (domain !== null && domain !== 0 && domain !== DOMID_XEN) return machineOf(frame);
  }
  return null;
}
