// index.ts - the DMA codes by name, and the one of a platform.

import type { Exchange } from "../exchange.ts";
import type { Kernel } from "../kernel.ts";
import type { CodeName, CodeOf } from "../platform.ts";
import { AlphaDma } from "./alpha.ts";
import type { DmaCode } from "./code.ts";
import { DartDma } from "./dart.ts";
import { DirectDma } from "./direct.ts";
import { GartDma } from "./gart.ts";
import { SwiotlbDma } from "./swiotlb.ts";
import { UpwardsDma } from "./upwards.ts";
import { Zx1Dma } from "./zx1.ts";

type Make<N extends CodeName> = (kernel: Kernel, of: CodeOf<N>, exchange: Exchange) => DmaCode;

const codes: { readonly [N in CodeName]: Make<N> } = {
  alpha: (kernel, of) => new AlphaDma(kernel, of),
  gart: (kernel, of) => new GartDma(kernel, of),
  dart: (kernel, of) => new DartDma(kernel, of),
  zx1: (kernel, of) => new Zx1Dma(kernel, of),
  direct: (kernel, _, exchange) => new DirectDma(kernel, exchange),
  upwards: (kernel, of) => new UpwardsDma(kernel, of),
  swiotlb: (...parts) => new SwiotlbDma(...parts),
};

/** The code of the kernel's platform, as before it boots. */
export function codeFor(kernel: Kernel, exchange: Exchange): DmaCode {
  const { code } = kernel.platform.dma;
  const make = codes[code.name] as Make<typeof code.name>;
  return make(kernel, code as never, exchange);
}
