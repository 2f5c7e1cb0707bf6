// kind-nouns.ts - what many events of a kind are called, for people.

import type { KindName } from "../event/vocabulary.ts";
import { countOf } from "./text.ts";

const nouns: { readonly [K in KindName]?: readonly [one: string, many: string] } = {
  "gatt.written": ["entry", "entries"],
  "gatt.read": ["read of an entry", "reads of entries"],
  "directory.written": ["directory entry", "directory entries"],
  "register.written": ["register", "registers"],
  "device.read": ["read by a device", "reads by a device"],
  "device.wrote": ["write by a device", "writes by a device"],
  "dma.mapped": ["DMA mapping", "DMA mappings"],
  "dma.unmapped": ["end of a DMA mapping", "ends of DMA mappings"],
  "hook.called": ["hook call", "hook calls"],
  "table.remapped": ["remapped page", "remapped pages"],
  "fault.raised": ["fault", "faults"],
  "page.freed": ["freed page", "freed pages"],
};

/** "2,048 entries" */
export function kindCount(kind: string, count: number): string {
  const [one, many] = nouns[kind as KindName] ?? [kind, kind];
  return countOf(count, one, many);
}
