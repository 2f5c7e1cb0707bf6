// table-base.ts - the chipset fetches entry i from the page where the driver writes entry i.
//
// A table from __get_free_pages is one run of pseudo-physical pages and, under Xen, scattered machine frames:
// "the GATT must be allocated as a contiguous region" is why alloc_gatt_pages exists (linux 07eee78ea8ba). A
// PowerMac whose GART_BASE gets the DMA handle fetches from wherever that number points (LKML, 17 March 2005).

import {
  type Bus,
  hex,
  machineOf,
  mfnOf,
  offset,
  PAGE_SIZE,
  pfnOnBareMetal,
  physOf,
  tablePage,
  untranslated,
} from "../address.ts";
import { addressesOf, isWrong, type Verdict, verdictOf } from "../event/verdict.ts";
import type { Of } from "../event/vocabulary.ts";
import type { State } from "../machine/state.ts";
import type { Check, Report } from "./check.ts";

export const tableBase: Check = {
  name: "table-base",
  holds: "the chipset finds the table's pages where the driver wrote them",
  counts: true,
  ofUse: true,
  watch: (about, report) => ({
    after: {
      "register.written": (event, { state }) => {
        const { register, bus } = event;
        const { chipset } = state.nature;
        if (chipset === null) return;
        // A two-level table has a directory of one page; its words are checked one by one.
        if (chipset.directory !== null) {
          lookAtBase(event, report);
          return;
        }
        const known = chipset.registers.find(({ number }) => number === register);
        // U3's driver writes the upper bits of the base last.
        const upper = chipset.registers.find(({ fields }) => fields.some(isUpper));
        if (upper === undefined ? known?.holdsTable !== true || bus == null : known !== upper)
          return;
        const base = chipset.tableBase(state)?.base;
        if (base === undefined) return;
        if (state.table.size === 0) {
          if (about.source === "imported")
            report.unknown("the table's pages were allocated before the trace begins");
          lookAtBase(event, report);
          return;
        }
        const page = firstWrongPage(state, base);
        if (page === null) {
          report.held();
          return;
        }
        const fetched = offset(untranslated(base), page * PAGE_SIZE);
        const expected = machineOf(state.table.frameOf(tablePage(page))!);
        report.finding(
          [{ family: "register", number: register }],
          `page ${page} of the table is fetched from ${hex(fetched)}:m, the driver writes it at ${hex(expected)}:m`,
          verdictOfPage(event, state, page, base) ?? undefined,
        );
      },
    },
  }),
};

const isUpper = ({ name }: { readonly name: string }): boolean => name === "table-high";

/** A base that stands for one page. */
function lookAtBase(event: Of<"register.written">, report: Report): void {
  const { register, bus, machine, reached } = event;
  if (bus == null || reached == null || machine == null) return;
  const verdict = verdictOf(addressesOf(event), null);
  if (verdict !== null && isWrong(verdict))
    report.finding(
      [{ family: "register", number: register }],
      `${hex(bus)} leads to ${hex(reached)}:m; the page is at ${hex(machine)}:m`,
      verdict,
    );
  else report.held();
}

/** The first page of the table that is not where the chipset looks for it; null where all are. */
function firstWrongPage({ table }: State, base: Bus): number | null {
  const first = mfnOf(untranslated(base));
  for (let page = 0; page < table.size; page++)
    if (table.frameOf(tablePage(page)) !== offset(first, page)) return page;
  return null;
}

/**
 * The verdict that any number with these addresses gets: for page 0 that of the register's value, for a further
 * page that of the address that the chipset computes from a base that is right for page 0.
 */
function verdictOfPage(
  event: Of<"register.written">,
  state: State,
  page: number,
  base: Bus,
): Verdict | null {
  const frame = state.table.frameOf(tablePage(page))!;
  const pfn = state.nature.physIsMachine ? pfnOnBareMetal(frame) : state.m2p.get(frame);
  const written = addressesOf({ ...event, bus: base });
  const fetched = addressesOf({
    ...event,
    bus: base,
    phys: pfn === undefined ? null : physOf(pfn),
    machine: machineOf(frame),
    reached: offset(untranslated(base), page * PAGE_SIZE),
  });
  return verdictOf(fetched, page === 0 ? null : written);
}
