// era.ts - which Linux the driver is of: what changed in drivers/char/agp from one to the other, a name for each.
//
// 2.6.12-rc2 is linux 1da177e4c3f4; 2.6.18 is the driver of RHEL 5 (2.6.18-274.7.1.el5), where the four hooks lived on
// and the range checks of 2011 had been put back in.

export interface Era {
  readonly name: string;
  /** A sentence for the list of drivers. */
  readonly tells: string;
  /** Whether the CPU's TLB is flushed after every page that goes into AGP or comes out; else once a call. */
  readonly flushesEachPage: boolean;
  /** Whether agp_generic_alloc_page clears the page (__GFP_ZERO). */
  readonly clearsPages: boolean;
  /** Whether pg_start + page_count is looked at for an overflow, where a block is bound and where it is unbound. */
  readonly refusesWrap: boolean;
  /** Whether the AGP mode is read from the bridge's status each time (check_bridge_mode); else as the probe found it. */
  readonly readsMode: boolean;
  /** Whether agp_copy_info returns the mode with reserved bits, over the one without them. */
  readonly returnsRawMode: boolean;
  /** Whether a message on reserved bits says which they are. */
  readonly namesReservedBits: boolean;
  /** In AGP 3.0 mode: whether a bridge and card that share no rate are complained of instead of set to 4x. */
  readonly complainsOfRates: boolean;
  /** Whether the i810 driver maps its registers at every load; else once, and follows the old address afterwards. */
  readonly remapsRegisters: boolean;
  /** The function that gives back the i810's four pages. */
  readonly freesFour: "free_pages" | "__free_pages";
  /** Whether the ATI driver calls virt_to_bus for its directory, whatever the hooks. */
  readonly atiUsesBus: boolean;
  /** Whether the drivers of AMD64, ATI and nForce2 set their chips up again after a suspend, and UniNorth's enables AGP. */
  readonly resumesMore: boolean;
  /** Whether the 845's driver writes the aperture's BAR again after a suspend; else it reads it. */
  readonly restoresAperture: boolean;
  /** Whether each northbridge of an AMD64 is flushed as it is configured; else all of them after the last one. */
  readonly flushesNorthbridges: "one by one" | "together";
}

const era2005: Era = {
  name: "2.6.12-rc2",
  tells: "the driver of the thread, April 2005",
  flushesEachPage: true,
  clearsPages: false,
  refusesWrap: false,
  readsMode: true,
  returnsRawMode: true,
  namesReservedBits: false,
  complainsOfRates: true,
  remapsRegisters: true,
  freesFour: "free_pages",
  atiUsesBus: true,
  resumesMore: false,
  restoresAperture: false,
  flushesNorthbridges: "one by one",
};

const era2006: Era = {
  name: "2.6.18",
  tells: "the fix as it lived on, as RHEL 5 shipped it",
  flushesEachPage: false,
  clearsPages: true,
  refusesWrap: true,
  readsMode: false,
  returnsRawMode: false,
  namesReservedBits: true,
  complainsOfRates: false,
  remapsRegisters: false,
  freesFour: "__free_pages",
  atiUsesBus: false,
  resumesMore: true,
  restoresAperture: true,
  flushesNorthbridges: "together",
};

/** The drivers that can be run; the first is the one meant where nobody says. */
export const eras = [era2005, era2006] as const;
export const usualEra: Era = era2005;
