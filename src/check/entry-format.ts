// entry-format.ts - the word of an entry has the whole address of its page, and its valid bit.
//
// Efficeon's driver left out the valid bit (linux 1f60245479c); a format of 32 bits has no room for a page above
// 4 GB (66c669baa7d).

import { type Bus, busPageOf, hex, lowBits, onBus } from "../address.ts";
import type { Check } from "./check.ts";

export const entryFormat: Check = {
  name: "entry-format",
  holds: "the word of an entry holds the whole address of a page, and its valid bit",
  counts: true,
  ofUse: true,
  byEvent: true,
  watch: (_, report) => ({
    after: {
      "gatt.written": ({ entry, word, phys, bus, machine }, { state }) => {
        const format = state.nature.chipset?.entry;
        if (format === undefined) {
          report.cannotTell("how its chipset's entries are made is not known");
          return;
        }
        if (machine == null || phys == null) return;
        const subjects = [{ family: "gatt", number: entry }] as const;
        const page = onBus(machine);
        if (format.encode(page) === null && bus != null && isCut(bus, page))
          report.finding(subjects, `${hex(word)} has no room for ${hex(machine)}:m`, "truncated");
        else if (bus == null)
          report.finding(subjects, `${hex(word)} names no page; ${hex(machine)}:m was meant`);
        else report.held();
      },
    },
  }),
};

const isCut = (bus: Bus, page: Bus): boolean => busPageOf(bus) === busPageOf(lowBits(page, 32));
