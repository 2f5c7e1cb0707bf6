// dma-api-dump.ts - debugfs dma-api/dump: the mappings that were in force when it was read (kernel/dma/debug.c, dump_show).
//
// "DEVICE DRIVER TYPE idx N P=PHYS N=PFN D=HANDLE L=BYTES cln=CACHELINE DIRECTION CHECK", numbers in hexadecimal. PFN
// is there until 6.13, the cacheline since 5.16, and P has 0x in front since 6.14.

import type { ContextFormat } from "../join/format.ts";
import { listedFile } from "../join/listed-file.ts";
import type { Direction } from "../kernel/command.ts";
import { dumpedDevice } from "../kernel/device.ts";
import { nearHex } from "../source/far.ts";
import { hexOf } from "../source/numbers.ts";

const LINE =
  /^(\S+) (\S+) (single|page|phy|sg|sca(?:tt|th)er-gather|coherent|resource|noncoherent) idx \d+ P=(?:0x)?([0-9a-f]{1,16})(?: N=[0-9a-f]+)? D=(?:0x)?([0-9a-f]{1,16}) L=(?:0x)?([0-9a-f]{1,16})(?: cln=\S+)? (DMA_\w+)(?: |$)/;

/** By what the kernel calls a mapping: the function that makes such ones. */
const calls: { readonly [type: string]: string } = {
  single: "dma_map_page",
  page: "dma_map_page",
  phy: "dma_map_phys",
  coherent: "dma_alloc",
  resource: "dma_map_resource",
  noncoherent: "dma_alloc_pages",
};
const LIST = "dma_map_sg";

const directions: ReadonlyMap<string, Direction> = new Map([
  ["DMA_BIDIRECTIONAL", "bidirectional"],
  ["DMA_TO_DEVICE", "to-device"],
  ["DMA_FROM_DEVICE", "from-device"],
]);

export const dmaApiDump: ContextFormat = {
  ...listedFile({
    name: "dma-api-dump",
    what: "the mappings in force at one moment",
    madeBy: "sudo cat /sys/kernel/debug/dma-api/dump",
    near: / dma map error /,
    line: LINE,
    row: "DEVICE DRIVER TYPE idx N P=PHYS D=HANDLE L=BYTES DIRECTION",
    take: (source, { standing }, [, first, second, type, own, handle, bytes, towards]) => {
      const [phys, bus, size] = [hexOf(own!), nearHex(`0x${handle}`), hexOf(bytes!)];
      const direction = directions.get(towards!);
      const skip = (why: string) => source.tally.skipped("mapping", why, 1);
      if (phys === null) skip(`P=${own} is above 2^52`);
      else if (bus === null) skip(`D=${handle} is in one region of the bus too many`);
      else if (size === null || size === 0) skip(`L=${bytes} is no size`);
      else if (direction === undefined) skip(`${towards} is no direction`);
      else
        standing.addMapping(source, {
          device: dumpedDevice(first!, second!),
          call: calls[type!] ?? LIST,
          direction: type === "coherent" ? "coherent" : direction,
          ...{ phys, bus, size },
        });
    },
  }),
  tells: true,
};
