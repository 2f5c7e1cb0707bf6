// platform.types.test.ts - a platform and its kernel take no address, page or frame of another space.

import { expect, test } from "vitest";
import { machine, mfn, pfn, phys, virt } from "../../src/address.ts";
import type { DeviceAddress, Kernel } from "../../src/platform/kernel.ts";
import type { Backing, Frames, Platform, Window } from "../../src/platform/platform.ts";

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
  deviceAddress = { ...given, bus: machine(0) };
  // @ts-expect-error DeviceAddress.phys
  deviceAddress = { ...given, phys: virt(0) };
  // @ts-expect-error Kernel.oops address
  kernel.oops("", phys(0), "");
  return { platform, frames, window, deviceAddress };
}

test("no address, page or frame of another space gets into a platform or its kernel", () => {
  expect(mixUps).toBeTypeOf("function");
});
