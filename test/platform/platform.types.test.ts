// platform.types.test.ts - a platform and its kernel take no address, page or frame of another space.

import { expect, test } from "vitest";
import {
  bus,
  directoryIndex,
  gattIndex,
  machine,
  mfn,
  pfn,
  phys,
  virt,
} from "../../src/address.ts";
import type { Access } from "../../src/platform/bus-master.ts";
import type { Card } from "../../src/platform/card.ts";
import type { Coherent, CoherentMemory } from "../../src/platform/coherent.ts";
import type { Exchange } from "../../src/platform/exchange.ts";
import type { DeviceAddress, Kernel } from "../../src/platform/kernel.ts";
import type { PageAllocator } from "../../src/platform/page-allocator.ts";
import type { Pci } from "../../src/platform/pci.ts";
import type { Backing, Frames, Platform, Window } from "../../src/platform/platform.ts";
import type { Remap, Window as Remapped } from "../../src/platform/remap.ts";
import type { TableAccess, Through } from "../../src/platform/table-access.ts";

const [page, frame] = [pfn(1), mfn(1)];
interface Parts {
  backing: Backing;
  platform: Platform;
  frames: Frames;
  window: Window;
  deviceAddress: DeviceAddress;
}

/** Never called: each line must not compile. */
function mixUps(kernel: Kernel, { backing, ...parts }: Parts): Omit<Parts, "backing"> {
  let { platform, frames, window, deviceAddress } = parts;
  // @ts-expect-error Backing.frameOf page
  backing.frameOf(frame);
  // @ts-expect-error Backing.pageOf frame
  backing.pageOf(page);
  // @ts-expect-error Platform.owner frame
  platform.owner(page);
  // @ts-expect-error Platform.strangersPage frame
  platform.strangersPage(page);
  // @ts-expect-error Platform.contiguousFrom
  platform = { ...platform, contiguousFrom: page };
  // @ts-expect-error Platform.ram first
  platform = { ...platform, ram: { ...platform.ram, first: frame } };
  // @ts-expect-error Platform.ram bump
  platform = { ...platform, ram: { ...platform.ram, bump: frame } };
  // @ts-expect-error Frames.first
  frames = { ...frames, first: page };
  // @ts-expect-error Frames.end
  frames = { ...frames, end: page };
  // @ts-expect-error Window.machine
  window = { ...window, machine: phys(0) };
  // @ts-expect-error Window.bus
  window = { ...window, bus: machine(0) };
  // @ts-expect-error Kernel.physOf address
  kernel.physOf(phys(0));
  // @ts-expect-error Kernel.virtOf address
  kernel.virtOf(machine(0));
  // @ts-expect-error Kernel.machineOf address
  kernel.machineOf(virt(0));
  // @ts-expect-error Kernel.pageAt frame
  kernel.pageAt(page);
  // @ts-expect-error Kernel.owns frame
  kernel.owns(page);
  // @ts-expect-error Kernel.meet page
  kernel.meet(frame);
  // @ts-expect-error Kernel.allocateAtBoot from
  kernel.allocateAtBoot(0, page, "");
  // @ts-expect-error Kernel.allocateTop at
  kernel.allocateTop(page, 0, "");
  // @ts-expect-error Kernel.free address
  kernel.free("free_page", phys(0), 0, "agp", "");
  // @ts-expect-error Kernel.attribute address
  kernel.attribute("cached", phys(0), 1, { actor: "kernel" });
  // @ts-expect-error Kernel.flushDcacheRange address
  kernel.flushDcacheRange(phys(0), 1, "");
  // @ts-expect-error Kernel.va address
  kernel.va(machine(0));
  // @ts-expect-error DeviceAddress.bus
  deviceAddress = { ...deviceAddress, bus: machine(0) };
  // @ts-expect-error DeviceAddress.phys
  deviceAddress = { ...deviceAddress, phys: virt(0) };
  // @ts-expect-error Kernel.oops address
  kernel.oops("", phys(0), "");
  return { platform, frames, window, deviceAddress };
}

interface Devices {
  card: Card;
  access: Access;
  coherent: CoherentMemory;
  memory: Coherent;
  pci: Pci;
}

/** Never called: each line must not compile. */
function mixUpsOfDevices({ card, coherent, pci, ...parts }: Devices): Partial<Devices> {
  let { access, memory } = parts;
  // @ts-expect-error Card.read base
  card.read(machine(0), 0, []);
  // @ts-expect-error Card.readByDma handle
  card.readByDma(machine(0), null);
  // @ts-expect-error Card.writeThrough address
  card.writeThrough(machine(0), 1, null);
  // @ts-expect-error Card.readThrough address
  card.readThrough(bus(0), null);
  // @ts-expect-error Card.writeDirectly address
  card.writeDirectly(phys(0), 1);
  // @ts-expect-error Card.readDirectly address
  card.readDirectly(phys(0));
  // @ts-expect-error Access.address
  access = { ...access, address: machine(0) };
  // @ts-expect-error Access.target
  access = { ...access, target: machine(0) };
  // @ts-expect-error Coherent.virt
  memory = { ...memory, virt: phys(0) };
  // @ts-expect-error CoherentMemory.free address
  coherent.free(phys(0), bus(0), 0, "");
  // @ts-expect-error CoherentMemory.free handle
  coherent.free(virt(0), machine(0), 0, "");
  // @ts-expect-error Pci.powerOn
  pci.powerOn.get(page);
  return { access, memory };
}

interface Tables {
  exchange: Exchange;
  pages: PageAllocator;
  remap: Remap;
  table: TableAccess;
  through: Through;
  window: Remapped;
}

/** Never called: each line must not compile. */
function mixUpsOfTables({ exchange, pages, remap, table, through, ...parts }: Tables): Remapped {
  let { window } = parts;
  const [entry, word] = [gattIndex(0), directoryIndex(0)];
  // @ts-expect-error Exchange.makeContiguous address
  exchange.makeContiguous(phys(0), 0);
  // @ts-expect-error Exchange.makeSingle address
  exchange.makeSingle(phys(0), 0);
  // @ts-expect-error PageAllocator.endAt page
  pages.endAt(frame);
  // @ts-expect-error PageAllocator.give first
  pages.give(frame, 0);
  // @ts-expect-error Remap.mapDevice at
  remap.mapDevice(machine(0), 1, "");
  // @ts-expect-error Remap.check address
  remap.check(phys(0), "read", "");
  // @ts-expect-error Window.cookie
  window = { ...window, cookie: phys(0) };
  // @ts-expect-error Window.alias
  window = { ...window, alias: phys(0) };
  // @ts-expect-error TableAccess.write entry
  table.write(through, word, 0, null, "");
  // @ts-expect-error TableAccess.read entry
  table.read(through, word, "");
  // @ts-expect-error TableAccess.writeDirectory entry
  table.writeDirectory("directory", window, entry, 0, null, "");
  // @ts-expect-error TableAccess.readDirectory entry
  table.readDirectory("directory", entry, "");
  return window;
}

test("no address, page or frame of another space gets into a platform or its kernel", () => {
  for (const one of [mixUps, mixUpsOfDevices, mixUpsOfTables]) expect(one).toBeTypeOf("function");
});
