// bare-address.ts - GATT entries that are the page's address and nothing else, as VIA, ALi and SiS have them.

import { bus, pageBits, restOf } from "../address.ts";
import type { EntryFormat } from "./chipset.ts";

/** Without a valid bit the page at 0 has no entry: its word is that of an empty one. */
export const bareAddress: EntryFormat = {
  bytes: 4,
  encode: (page) => {
    const word = pageBits(page, 32);
    return word === 0 ? null : word;
  },
  decode: (word) => (word === 0 ? null : bus(word - restOf(word, 4096))),
};
