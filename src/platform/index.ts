// index.ts - the list of platforms.

import { alpha } from "./alpha.ts";
import { ia64Swiotlb } from "./ia64-swiotlb.ts";
import { ia64Zx1 } from "./ia64-zx1.ts";
import { nativeI386 } from "./native-i386.ts";
import type { Platform } from "./platform.ts";
import { ppc32Mac } from "./ppc32-mac.ts";
import { ppc64G5, ppc64G5hi } from "./ppc64-g5.ts";
import {
  nativeX86_64,
  nativeX86_64hi,
  nativeX86_64iommu,
  nativeX86_64swiotlb,
  xenX86_64,
} from "./x86-64.ts";
import { xenI386, xenI386DomU, xenI386low, xenI386swiotlb } from "./xen-i386.ts";

export const platforms: readonly Platform[] = [
  nativeI386,
  xenI386,
  xenI386DomU,
  ppc64G5,
  ppc64G5hi,
  xenI386low,
  nativeX86_64,
  nativeX86_64hi,
  nativeX86_64iommu,
  xenX86_64,
  ppc32Mac,
  alpha,
  ia64Zx1,
  xenI386swiotlb,
  nativeX86_64swiotlb,
  ia64Swiotlb,
];
