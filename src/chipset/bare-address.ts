// bare-address.ts - GATT entries that are the page's address and nothing else, as VIA, ALi and SiS have them.

import { bus, raw } from "../address.ts";
import type { EntryFormat } from "./chipset.ts";

/** Without a valid bit the page at 0 has no entry: its word is that of an empty one. */
export const bareAddress: EntryFormat = {
  bytes: 4,
  encode: (page) => {
    const word = raw(page) - (raw(page) % 4096);
    return word > 0 && word < 2 ** 32 ? word : null;
  },
  decode: (word) => (word === 0 ? null : bus(word - (word % 4096))),
};
