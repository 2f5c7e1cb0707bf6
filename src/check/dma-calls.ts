// dma-calls.ts - what is wrong with a call that ends a DMA mapping or hands its buffer over, in words.

import { distance, hex } from "../address.ts";
import { dmaTypeOf } from "../event/iommu.ts";
import { deviceOf } from "../event/register.ts";
import type { Of } from "../event/vocabulary.ts";
import type { Ended, Named } from "../machine/access.ts";

/** What is known of the run that a call is in. */
export interface Circumstances {
  /** Whether all that was ever mapped for a device is in the trace. */
  isWhole(device: number | null | undefined): boolean;
  readonly hasIommu: boolean;
}

/** What is wrong with an ending; null where nothing is, or nothing is known. Hot: once a buffer (bench: import). */
export function complaintOfEnd(
  event: Of<"dma.unmapped">,
  ended: Ended,
  run: Circumstances,
): string | null {
  const { made } = ended;
  if (made === null) {
    if (ended.wasMapped) return `nothing is mapped at ${placeOf(event)} any more`;
    // Behind an IOMMU equal handles of two devices mean nothing.
    if (ended.other !== null && !run.hasIommu)
      return `${placeOf(event)} ends for another device: ${whose(ended.other)}`;
    return run.isWhole(event.device)
      ? `nothing is mapped at ${placeOf(event)}, nor was it ever`
      : null;
  }
  if (!ended.isSure) return null;
  if (made.size !== event.size)
    return `${event.size} bytes at ${placeOf(event)} end, ${made.size} were mapped`;
  const from = dmaTypeOf(made.call ?? made.place);
  const by = dmaTypeOf(event.call ?? event.place);
  if (from !== null && by !== null && from !== by)
    return `${placeOf(event)} is ended as a ${by} mapping, it was made as a ${from} mapping`;
  if (made.direction !== event.direction)
    return `${placeOf(event)} ends ${event.direction}, it was mapped ${made.direction}`;
  return null;
}

/** What is wrong with a call that hands a buffer over; null where nothing is, or nothing is known. */
export function complaintOfSync(
  event: Of<"dma.synced">,
  { made, isSure, isOver }: Named,
  run: Circumstances,
): string | null {
  const { bus, size, direction } = event;
  if (made === null) {
    if (isOver)
      return isSure ? `${placeOf(event)} is synced, nothing is mapped there any more` : null;
    return run.isWhole(event.device)
      ? `${placeOf(event)} is synced, nothing is mapped there, nor was it ever`
      : null;
  }
  if (!isSure) return null;
  const begin = distance(made.bus, bus);
  const end = begin + size;
  if (begin < 0)
    return `${size} bytes at ${placeOf(event)} are synced, the mapping begins ${-begin} bytes behind`;
  if (end > made.size)
    return `${size} bytes at ${placeOf(event)} are synced, the mapping ends ${end - made.size} bytes before`;
  // Coherent memory and what goes both ways may be synced either way.
  const isBoth = made.direction === "bidirectional" || made.direction === "coherent";
  if (!isBoth && made.direction !== direction)
    return `${placeOf(event)} is synced ${direction}, it was mapped ${made.direction}`;
  return null;
}

const placeOf = ({ bus }: Pick<Of<"dma.unmapped">, "bus">): string => `${hex(bus)}:b`;

const whose = ({ device }: Of<"dma.mapped">): string =>
  device == null ? "it is mapped" : `it is mapped for ${deviceOf(device)}`;
