// ali-agp.ts - drivers/char/agp/ali-agp.c: the M1671, and the M1541, whose cache is flushed page by page.
//
// The M1541's flush register takes a page's address. The driver ORs each address into what the register held
// before, so that bits accumulate and other pages than the meant ones are flushed.

import { alignDown, asWord, PAGE_SIZE, type Virt } from "../address.ts";
import { alis } from "../chipset/ali.ts";
import { readAperture, setSize } from "./aperture.ts";
import { type Bridge, type BridgeDriver, sizesOf } from "./bridge.ts";
import { generic } from "./generic.ts";
import { flushOnce } from "./memory.ts";

const BRIDGE = alis[0]!.bridge.device;
const ATTBASE = 0xbc;
const TLBCTRL = 0xc0;
const TAGCTRL = 0xc4;
const CACHE_FLUSH = 0xd0;
const FLUSH_ENABLE = 0x100;
const CLEAR_TAGS = 3;
const TLB_OFF = 0x80;

const m1671: BridgeDriver = {
  ...generic,
  name: "agpgart-ali",
  probe: "agp_ali_probe",
  remove: "agp_ali_remove",
  sizes: sizesOf([
    [256, 6, 10],
    [128, 5, 9],
    [64, 4, 8],
    [32, 3, 7],
    [16, 2, 6],
    [8, 1, 4],
    [4, 0, 3],
  ]),
  maskMemory: (address) => asWord(address),
  fetchSize: (bridge) =>
    setSize(bridge, bridge.board.pci.read(BRIDGE, ATTBASE, 4, "ali_fetch_size") & 0xf),
  configure,
  cleanup,
  tlbFlush({ board: { pci } }) {
    const control = pci.read(BRIDGE, TLBCTRL, 4, "ali_tlbflush");
    pci.write(BRIDGE, TAGCTRL, 4, (control & 0xfffffff0) | CLEAR_TAGS, "ali_tlbflush");
  },
  destroyPage(bridge, page, use) {
    bridge.board.arch.kernel.wbinvd("ali_destroy_page");
    generic.destroyPage(bridge, page, use);
    flushOnce(bridge, "ali_destroy_page");
  },
};

function configure(bridge: Bridge): number {
  const place = "ali_configure";
  const { pci } = bridge.board;
  const table = bridge.gattBusAddr!;
  const otherBits = pci.read(BRIDGE, ATTBASE, 4, place) & 0xff0;
  const base = asWord(alignDown(table.bus, PAGE_SIZE), 32);
  const word = base + (otherBits | bridge.currentSize.value);
  pci.write(BRIDGE, ATTBASE, 4, word, place, table);
  const control = pci.read(BRIDGE, TLBCTRL, 4, place);
  pci.write(BRIDGE, TLBCTRL, 4, (control & ~0xff) | 0x10, place);
  readAperture(bridge, place);
  pci.write(BRIDGE, TLBCTRL, 4, pci.read(BRIDGE, TLBCTRL, 4, place) & ~TLB_OFF, place);
  return 0;
}

function cleanup(bridge: Bridge): void {
  const place = "ali_cleanup";
  const { pci } = bridge.board;
  const control = pci.read(BRIDGE, TLBCTRL, 4, place);
  pci.write(BRIDGE, TAGCTRL, 4, (control & ~0xff) | CLEAR_TAGS, place);
  const otherBits = pci.read(BRIDGE, ATTBASE, 4, place) & 0xff0;
  pci.write(BRIDGE, ATTBASE, 4, otherBits | bridge.previousSize.value, place);
}

const m1541: BridgeDriver = {
  ...m1671,
  /** Each page of the table; before the table has an address the pages are counted from 0. */
  cacheFlush(bridge, place) {
    generic.cacheFlush(bridge, place);
    const base = bridge.gattBusAddr === null ? 0 : asWord(bridge.gattBusAddr.bus);
    for (let i = 0; i < 2 ** bridge.currentSize.order; i++)
      flushPage(bridge, () => base + i * PAGE_SIZE, "m1541_cache_flush");
  },
  allocPage(bridge, use) {
    const place = "m1541_alloc_page";
    const page = generic.allocPage(bridge, use);
    flushOnce(bridge, place);
    if (page !== null) flushPage(bridge, busAddress(bridge, page, place), place);
    return page;
  },
  destroyPage(bridge, page, use) {
    const place = "m1541_destroy_page";
    bridge.board.arch.kernel.wbinvd(place);
    flushPage(bridge, busAddress(bridge, page, place), place);
    generic.destroyPage(bridge, page, use);
  },
};

const busAddress =
  ({ board: { arch, hooks } }: Bridge, page: Virt, place: string) =>
  (): number =>
    asWord(hooks.toDevice(arch, page, place).bus);

/** The register is read before the hook is called for the address. */
function flushPage({ board: { pci } }: Bridge, address: () => number, place: string): void {
  const otherBits = pci.read(BRIDGE, CACHE_FLUSH, 4, place) & 0xfffff000;
  const word = (otherBits | address() | FLUSH_ENABLE) >>> 0;
  pci.write(BRIDGE, CACHE_FLUSH, 4, word, place);
}

export const aliDrivers: { readonly [chipset: string]: BridgeDriver } = {
  "ali-m1541": m1541,
  "ali-m1671": m1671,
};
