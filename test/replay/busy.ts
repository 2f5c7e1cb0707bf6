// busy.ts - a short trace in which every part of the state changes and changes back.

import { aperture, gattIndex, virt } from "../../src/address.ts";
import { chipsets } from "../../src/chipset/index.ts";
import { gart } from "../../src/hooks/gart.ts";
import { Card } from "../../src/platform/card.ts";
import type { DeviceAddress } from "../../src/platform/kernel.ts";
import { Pci } from "../../src/platform/pci.ts";
import { Remap } from "../../src/platform/remap.ts";
import { TableAccess } from "../../src/platform/table-access.ts";
import { xenI386 } from "../../src/platform/xen-i386.ts";
import type { Trace } from "../../src/replay/trace.ts";
import { aboutRun } from "../../src/scenario/setup.ts";
import { setupOf } from "../laws.ts";
import { memoryTrace } from "../memory-trace.ts";
import { Board } from "../platform/board.ts";

const BRIDGE = "0000:00:00.0";
const place = "a test";

/** dom0 binds two pages by hand, has the card read them, and takes everything back. */
export function busyTrace(): Trace {
  const board = new Board(xenI386);
  const { kernel } = board;
  const by = { actor: "workload", op: 0 } as const;
  kernel.machine.emit({ kind: "op.began", ...by, name: "a test", arguments: {} });
  const memory = gart.allocateTable(board, 1, place)!;
  const table = memory.virt;
  kernel.attribute("reserved", table, 2, { actor: "driver", place });
  const remap = new Remap(kernel, "machine");
  const base = gart.toDevice(board, table, place);
  const window = remap.map(base, 2, place)!;
  const access = new TableAccess(kernel, remap);
  const through = { mapping: window };
  const pci = new Pci(kernel, chipsets[0]!);
  pci.read(BRIDGE, 0x10, 4, place);
  pci.write(BRIDGE, 0xb8, 4, 0x80000000, place, base);
  const pages = [0, 1].map(() => kernel.allocate("alloc_page", 0, "agp", place)!);
  const given = pages.map((page): DeviceAddress => gart.toDevice(board, page, place));
  const card = new Card(kernel);
  card.fill(given);
  kernel.wbinvd(place);
  const words = given.map(({ bus }) => chipsets[0]!.entry.encode(bus)!);
  words.forEach((word, i) => {
    access.write(through, gattIndex(i), word, given[i]!, place);
    access.read(through, gattIndex(i), place);
  });
  card.read(aperture(0xe0000000), 0, given);
  access.write(through, gattIndex(0), 0, null, place);
  pci.write(BRIDGE, 0xb0, 4, 0x2200, place);
  card.read(aperture(0xe0000000), 0, given);
  for (const page of pages) kernel.free("free_page", page, 0, "agp", place);
  remap.unmap(window, place);
  kernel.attribute("unreserved", table, 2, { actor: "driver", place });
  gart.freeTable(board, memory, 1, place);
  try {
    kernel.oops("a pointer of nobody", virt(4), place);
  } catch {
    kernel.machine.emit({ kind: "op.ended", ...by, result: { ret: "oops" } });
  }
  return memoryTrace(aboutRun(setupOf("xen-i386 gart")), board.events);
}
