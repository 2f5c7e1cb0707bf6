// index.ts - the list of platforms.

import { nativeI386 } from "./native-i386.ts";
import type { Platform } from "./platform.ts";
import { ppc64G5, ppc64G5hi } from "./ppc64-g5.ts";
import { xenI386, xenI386DomU } from "./xen-i386.ts";

export const platforms: readonly Platform[] = [
  nativeI386,
  xenI386,
  xenI386DomU,
  ppc64G5,
  ppc64G5hi,
];
