// isoch.ts - drivers/char/agp/isoch.c: an AGP 3.5 bridge shares its request queue out among its devices.
//
// Isochronous transfers have a guaranteed share of each period. Names as in the AGP 3.0 specification: MAXBW
// is the bandwidth, ISOCH_N the transactions a period, ISOCH_Y the size of their payload. The driver gives
// the cards what they ask for; where the bridge has less, only the request slots are shared out.

import { PCI_AGP_COMMAND, PCI_AGP_STATUS } from "../chipset/agp-capability.ts";
import type { PciDevice } from "../platform/pci.ts";
import { AGPNICMD, AGPNISTAT } from "./agp3.ts";
import type { Bridge } from "./bridge.ts";

const PCI_STATUS = 0x06;
const CAPABILITY_LIST = 0x10;
const CAPABILITY_POINTER = 0x34;
const ISOCH_SUPPORT = 1 << 17;
const MODE_3 = 1 << 3;
const CAP_ID_AGP = 2;

/** A card, where its capability is, and the bandwidth it asks for. */
interface Master {
  readonly name: string;
  readonly capability: number;
  bandwidth: number;
}

const byteOf = (word: number, lowest: number): number => Math.floor(word / 2 ** lowest) & 0xff;

/** agp_3_5_enable: nothing where the bridge has no isochronous transfers. */
export function enableAgp35(bridge: Bridge): void {
  const place = "agp_3_5_enable";
  const { pci, arch, chipset } = bridge.board;
  const status = pci.read(chipset.bridge.device, bridge.capndx + PCI_AGP_STATUS, 4, place);
  if ((status & ISOCH_SUPPORT) === 0) return;
  const cards = pci.devices.filter(
    (device) => pci.findAgp(device, place) !== 0 && device.isDisplay,
  );
  const masters: Master[] = [];
  // The last one found is the first of the list.
  for (const card of cards.reverse()) {
    const capability = capabilityOf(bridge, card, place);
    if (capability === null) return;
    masters.push({ name: card.name, capability, bandwidth: 0 });
  }
  const complaint = shareIsochronous(bridge, masters);
  if (complaint === null) return;
  arch.kernel.printk("err", `agpgart: ${complaint}`, "agp_3_5_isochronous_node_enable");
  arch.kernel.printk(
    "info",
    "agpgart: Something bad happened setting up isochronous xfers.  Falling back to non-isochronous xfer mode.",
    place,
  );
  shareQueue(bridge, masters);
}

/** The card's AGP capability, found by reading; null where it is none of AGP 3, in AGP 3 mode. */
function capabilityOf({ board }: Bridge, card: PciDevice, place: string): number | null {
  const { pci, arch } = board;
  let at = 0;
  let head = 0;
  if ((pci.read(card.name, PCI_STATUS, 2, place) & CAPABILITY_LIST) !== 0)
    at = pci.read(card.name, CAPABILITY_POINTER, 1, place);
  while (at !== 0) {
    head = pci.read(card.name, at, 4, place);
    if (byteOf(head, 0) === CAP_ID_AGP) break;
    at = byteOf(head, 8);
  }
  const refuse = (what: string): null => {
    arch.kernel.printk("err", `agpgart: woah!  ${what}`, place);
    return null;
  };
  if (at === 0) return refuse("Non-AGP device found on the secondary bus of an AGP 3.5 bridge!");
  const on = "found on the secondary bus of an AGP 3.5 bridge operating with AGP 3.0 electricals!";
  if ((byteOf(head, 16) >> 4) % 16 < 3) return refuse(`AGP 2.0 device ${on}`);
  const status = pci.read(card.name, at + PCI_AGP_STATUS, 4, place);
  if ((status & MODE_3) === 0) return refuse(`AGP 3.x device not operating in AGP 3.x mode ${on}`);
  return at;
}

/** Slots of the queue that so many transactions take: a payload above 64 bytes is written in pieces. */
const slots = (transactions: number, payload: number): number =>
  payload > 1 ? transactions * 2 ** (payload - 1) : transactions;

/** agp_3_5_isochronous_node_enable: null, or why the cards cannot have what they ask for. */
function shareIsochronous(bridge: Bridge, masters: Master[]): string | null {
  const place = "agp_3_5_isochronous_node_enable";
  const { pci, chipset } = bridge.board;
  const target = chipset.bridge.device;
  const statusOf = ({ name, capability }: Master) =>
    pci.read(name, capability + AGPNISTAT, 4, place);
  for (const master of masters) master.bandwidth = byteOf(statusOf(master), 16);
  masters.sort((a, b) => a.bandwidth - b.bandwidth);

  const offered = pci.read(target, bridge.capndx + AGPNISTAT, 4, place);
  const queue = byteOf(pci.read(target, bridge.capndx + PCI_AGP_STATUS, 4, place), 24);
  const statuses = masters.map((master) => statusOf(master));
  const bandwidth = sum(statuses.map((word) => byteOf(word, 16)));
  const payload = Math.max(...[offered, ...statuses].map((word) => (word >> 6) & 3));
  if (bandwidth > byteOf(offered, 16))
    return "isochronous bandwidth required by AGP 3.0 devices exceeds that which is supported by the AGP 3.0 bridge!";

  // How many transactions the bridge has depends on the payload: it is read again.
  const command = pci.read(target, bridge.capndx + AGPNICMD, 2, place);
  pci.write(target, bridge.capndx + AGPNICMD, 2, (command & ~0xc0) | (payload << 6), place);
  const available = byteOf(pci.read(target, bridge.capndx + AGPNISTAT, 4, place), 8);
  const shares = masters.map(({ bandwidth }) => Math.floor(bandwidth / (payload + 1)));
  if (sum(shares) > available)
    return "number of isochronous transactions per period required by AGP 3.0 devices exceeds that which is supported by the AGP 3.0 bridge!";
  const isochronous = slots(available, payload);
  const requiredSlots = sum(shares.map((share) => slots(share, payload)));
  if (requiredSlots > isochronous)
    return "number of request queue slots required by the isochronous bandwidth requested by AGP 3.0 devices exceeds the number provided by the AGP 3.0 bridge!";

  const other = division(queue - isochronous, masters.length);
  for (const [i, { name, capability }] of masters.entries()) {
    // What is left over goes to the last card, which asked for most.
    const isLast = i === masters.length - 1;
    const transactions = shares[i]! + (isLast ? available - sum(shares) : 0);
    const depth =
      slots(shares[i]!, payload) +
      other.share +
      (isLast ? other.rest + isochronous - requiredSlots : 0);
    const settings = pci.read(name, capability + AGPNICMD, 2, place) & 0x3f;
    writeDepth(bridge, { name, capability }, depth, place);
    const word = (transactions << 8) | (payload << 6) | settings;
    pci.write(name, capability + AGPNICMD, 2, word & 0xffff, place);
  }
  return null;
}

/** agp_3_5_nonisochronous_node_enable: an equal share each, the rest to the last. */
function shareQueue(bridge: Bridge, masters: readonly Master[]): void {
  const place = "agp_3_5_nonisochronous_node_enable";
  const { pci, chipset } = bridge.board;
  const status = pci.read(chipset.bridge.device, bridge.capndx + PCI_AGP_STATUS, 4, place);
  const { share, rest } = division(byteOf(status, 24), masters.length);
  for (const [i, master] of masters.entries())
    writeDepth(bridge, master, share + (i === masters.length - 1 ? rest : 0), place);
}

/** The depth of the request queue alone; the whole command follows later. */
function writeDepth(
  { board: { pci } }: Bridge,
  { name, capability }: Pick<Master, "name" | "capability">,
  depth: number,
  place: string,
): void {
  const command = pci.read(name, capability + PCI_AGP_COMMAND, 4, place);
  const word = (depth & 0xff) * 2 ** 24 + (command & 0xffffff);
  pci.write(name, capability + PCI_AGP_COMMAND, 4, word, place);
}

const sum = (numbers: readonly number[]): number => numbers.reduce((a, b) => a + b, 0);
const division = (slots: number, among: number) => ({
  share: Math.floor(slots / among),
  rest: slots % among,
});
