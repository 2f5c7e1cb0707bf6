// index.ts - the DMA codes by name, and the one of a platform.

import type { Kernel } from "../kernel.ts";
import type { CodeName, CodeOf } from "../platform.ts";
import { AlphaDma } from "./alpha.ts";
import type { DmaCode } from "./code.ts";

const codes: { readonly [N in CodeName]: (kernel: Kernel, of: CodeOf<N>) => DmaCode } = {
  alpha: (kernel, of) => new AlphaDma(kernel, of),
};

/** The code of the kernel's platform, as before it boots; null where it has none. */
export function codeFor(kernel: Kernel): DmaCode | null {
  const { code } = kernel.platform.dma;
  if (code === null) return null;
  const make = codes[code.name] as (kernel: Kernel, of: typeof code) => DmaCode;
  return make(kernel, code);
}
