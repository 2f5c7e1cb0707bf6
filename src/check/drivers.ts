// drivers.ts - when a device's driver comes and goes, as far as the kernel's messages and tracepoints tell it.
//
// A message of a device begins with its driver's name, or its bus's where it has no driver (drivers/base/core.c,
// dev_driver_string). A device joins its IOMMU group before its driver maps anything, and leaves it behind the driver.

import { deviceOf } from "../event/register.ts";
import type { Of } from "../event/vocabulary.ts";

type LogEvent = Of<"message.logged"> | Of<"call.entered">;

/** What became of a device. */
export interface Change {
  readonly device: string;
  /** Its driver was not there yet or is just coming; or it is gone. */
  readonly driver: "coming" | "gone";
}

/** "e1000e 0000:00:05.0 eth0: ", with the driver or bus in front. */
const BY_DEVICE = /^([\w.-]+) ([\w.:@,+-]*[\w.@,+-])(?: \S+)?: /;
/** Buses whose devices do DMA, by the names that messages have of them. */
const BUSES: ReadonlySet<string> = new Set([
  ...["pci", "platform", "amba", "pnp", "virtio", "auxiliary", "vmbus", "vio", "ccw", "fsl-mc"],
  ...["host1x", "cdx", "bcma", "ssb", "macio", "eisa", "usb", "scsi", "mdio_bus", "ps3_system_bus"],
]);
/** Only a driver that is being bound, or that binds, says so of a device. */
const COMING = [
  /^\S+ (\S+): Adding to iommu group \d+/,
  /^iommu: Adding device (\S+) to group \d+/,
  /^\S+ (\S+): enabling device \([0-9a-f]{4} -> [0-9a-f]{4}\)/,
  /^nvme \S+: pci function (\S+)/,
];
const GONE = [
  /^\S+ (\S+): Removing from iommu group \d+/,
  /^iommu: Removing device (\S+) from group \d+/,
];
/** Tracepoints of the iommu subsystem, by the part of the text that names the device. */
const TRACED: { readonly [place: string]: Change["driver"] } = {
  add_device_to_group: "coming",
  remove_device_from_group: "gone",
  detach_device_from_domain: "gone",
};
const TRACED_DEVICE = /device=(\S+)/;
/** The tracepoints of DMA calls are on from the boot's beginning. */
const FROM_BOOT = /^(?:Kernel command|Command) line: .*\btrace_event=\S*(?:dma|\*)/;

export class Drivers {
  /** Device -> the driver that its messages named last; null where they named its bus. */
  readonly #names = new Map<string, string | null>();
  /** Modules that were loaded while the trace ran. */
  readonly #loaded = new Set<string>();
  /** Devices whose driver came while the trace ran. */
  readonly #came = new Set<string>();
  #isTraced = false;

  /** An event shows that the kernel's DMA calls are traced. */
  traced(): void {
    this.#isTraced = true;
  }

  /** Events were lost: what a driver mapped may be among them. */
  lost(): void {
    this.#came.clear();
    this.#loaded.clear();
  }

  /** Whether all that the device's driver ever mapped is in the trace. */
  cameInTrace(device: number | null | undefined): boolean {
    return device != null && this.#came.size > 0 && this.#came.has(deviceOf(device));
  }

  /** What an event tells of drivers. */
  changesIn(event: LogEvent): readonly Change[] {
    // A program may quote the kernel, and a device's log has calls of its own.
    if (event.actor !== "kernel") return [];
    const changes =
      event.kind === "call.entered" ? this.#calledIn(event) : this.#saidIn(event.text);
    for (const { device, driver } of changes)
      if (driver === "coming" && this.#isTraced) this.#came.add(device);
    return changes;
  }

  #calledIn({ place, text }: Of<"call.entered">): readonly Change[] {
    if (place == null) return [];
    this.#isTraced = true;
    if (place === "module_load" || place === "module_free") {
      const [module] = /^[\w-]+/.exec(text ?? "") ?? [];
      if (module === undefined) return [];
      if (place === "module_free") return this.#freed(plain(module));
      this.#loaded.add(plain(module));
      return [];
    }
    const driver = TRACED[place];
    if (driver === undefined) return [];
    const [, device] = TRACED_DEVICE.exec(text ?? "") ?? [];
    return device === undefined ? [] : [{ device, driver }];
  }

  #saidIn(text: string): readonly Change[] {
    if (FROM_BOOT.test(text)) this.#isTraced = true;
    for (const [driver, patterns] of [
      ["coming", COMING],
      ["gone", GONE],
    ] as const)
      for (const pattern of patterns) {
        const device = pattern.exec(text)?.[1];
        if (device === undefined) continue;
        // A driver that is just bound took the place of the one that spoke before.
        const over = driver === "coming" ? this.#speaks(text).filter(isGone) : [];
        return [...over, { device, driver }];
      }
    return this.#speaks(text);
  }

  #speaks(text: string): readonly Change[] {
    const [, name, device] = BY_DEVICE.exec(text) ?? [];
    if (name === undefined || device === undefined) return [];
    return this.#nameDriver(device, BUSES.has(name) ? null : name);
  }

  /** A message of a device names its driver, or shows that it has none. */
  #nameDriver(device: string, name: string | null): readonly Change[] {
    const before = this.#names.get(device);
    this.#names.set(device, name);
    const coming = { device, driver: "coming" } as const;
    const gone = { device, driver: "gone" } as const;
    // Without a driver, all that is to come is in the trace.
    if (name === null) return before == null ? [coming] : [gone, coming];
    if (before != null && before !== name) return [gone, coming];
    return before === undefined && this.#loaded.has(plain(name)) ? [coming] : [];
  }

  #freed(module: string): readonly Change[] {
    const changes: Change[] = [];
    for (const [device, name] of this.#names)
      if (name !== null && plain(name) === module) {
        changes.push({ device, driver: "gone" });
        this.#names.set(device, null);
      }
    return changes;
  }
}

const isGone = ({ driver }: Change): boolean => driver === "gone";

/** A module's name has no minus sign, a driver's may. */
const plain = (name: string): string => name.replaceAll("-", "_");
