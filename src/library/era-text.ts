// era-text.ts - the drivers that can be run, and where they differ, as a table.

import { type Era, eras } from "../agpgart/era.ts";
import { inColumns } from "../report/text.ts";

type Difference = Exclude<keyof Era, "name" | "tells">;

/** What each difference is about. */
const about: { readonly [D in Difference]: string } = {
  flushesEachPage: "flushes the CPU's TLB after each page",
  clearsPages: "clears the pages that it allocates",
  refusesWrap: "refuses a range that wraps around",
  readsMode: "reads the AGP mode from the bridge each time",
  returnsRawMode: "returns the mode with its reserved bits",
  namesReservedBits: "says which reserved bits were set",
  complainsOfRates: "complains where bridge and card share no rate",
  remapsRegisters: "i810: maps its registers at every load",
  freesFour: "i810: gives four pages back by",
  atiUsesBus: "ATI: calls virt_to_bus whatever the hooks",
  resumesMore: "AMD64, ATI, nForce2: set up again after a suspend; UniNorth: AGP enabled again",
  restoresAperture: "845: writes the aperture's BAR after a suspend",
  flushesNorthbridges: "AMD64: flushes the northbridges",
};

export function erasText(): string {
  const rows = (Object.keys(about) as Difference[]).map((name) => [
    about[name],
    ...eras.map((era) => spoken(era[name])),
  ]);
  const drivers = inColumns(eras.map(({ name, tells }) => [name, tells]));
  return [drivers, "", inColumns(rows, ["it", ...eras.map(({ name }) => name)])].join("\n");
}

const spoken = (value: boolean | string): string =>
  typeof value === "string" ? value : value ? "yes" : "no";
