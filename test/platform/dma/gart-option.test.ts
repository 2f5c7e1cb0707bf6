// gart-option.test.ts - what an x86-64 kernel of 2005 makes of the words behind `iommu=`.

import { expect, test } from "vitest";
import { type GartOption, gartOption } from "../../../src/platform/dma/gart-option.ts";

const usual: GartOption = {
  size: 0,
  isOff: false,
  isForced: false,
  forcesSac: false,
  merges: true,
  flushesAlways: true,
  panics: false,
  hasNoAgp: false,
};

test.each<[text: string | null, change: Partial<GartOption>]>([
  [null, {}],
  ["", {}],
  ["off", { isOff: true }],
  ["noagp", { hasNoAgp: true }],
  ["force", { isForced: true }],
  ["noforce", { merges: false }],
  ["force,noforce", { merges: false }],
  ["merge", { isForced: true }],
  ["biomerge", { isForced: true }],
  ["nomerge", { merges: false }],
  ["nomerge,merge", { isForced: true }],
  ["panic", { panics: true }],
  ["panic,nopanic", {}],
  // Words are known by their beginnings: the first five letters of this one are `force`.
  ["forcesac", { forcesSac: true, isForced: true }],
  ["nofullflush", { flushesAlways: false }],
  ["nofullflush,fullflush", {}],
  ["67108864", { size: 67108864 }],
  ["0x4000000", { size: 0x4000000 }],
  ["0400", { size: 256 }],
  // get_option takes the comma behind the number too, so that the word behind it is passed over.
  ["0x4000000,off", { size: 0x4000000 }],
  ["0x4000000,off,panic", { size: 0x4000000, panics: true }],
  ["off,0x4000000", { isOff: true, size: 0x4000000 }],
  // The order of the aperture is the firmware's to take; what is behind it is looked at all the same.
  ["memaper", {}],
  ["memaper=2", {}],
  ["memaper=2,nomerge", { merges: false }],
  ["memaper,off", { isOff: true }],
  ["nonsense", {}],
  ["nonsense,panic", { panics: true }],
])("iommu=%s", (text, change) => {
  expect(gartOption(text)).toEqual({ ...usual, ...change });
});
