// fault.ts - what hardware, hypervisor or kernel refuses; an oops is an event like any other.

import { type Address, hex } from "../address.ts";
import {
  issuedField,
  named,
  numberField,
  optional,
  pciField,
  sizeField,
  textField,
  translationFields,
  virtField,
} from "./field.ts";
import { kind } from "./kind.ts";
import { deviceOf } from "./register.ts";

export const faults = [
  "oops",
  "no-memory", // an allocation gave nothing
  "foreign-ram", // ioremap of RAM that is not the domain's own
  "not-reserved", // ioremap of RAM in ordinary use
  "injected", // refused because the workload said so
  "invalid-entry", // a device met a GATT entry that names no page
  "iommu", // an IOMMU refused an access of a device
  "blocked", // a task sleeps on a lock that nobody will give back
  "dma-api", // the kernel's own check complains of how a driver uses the DMA-mapping interface
  "not-mapped", // the kernel could not map a buffer for a device
  "panic", // the kernel stops for good
] as const;

export const fault = {
  /** An IOMMU, a chipset, a hypervisor or the kernel refuses or dies. */
  "fault.raised": kind(
    { effect: "fact", doneBy: "any", scope: "op", use: "handed", inCaptures: true },
    {
      /** Which kind of refusal or end: src/event/fault.ts has a sentence for each. */
      fault: named(faults),
      /** What it says, in its own words. */
      text: optional(textField),
      virt: optional(virtField),
      /** The device whose access or mapping it is: bus x 256 + slot x 8 + function, above it the domain x 65536. */
      device: optional(pciField),
      ...translationFields,
      /** The number that was refused, in bytes: one that a device put on its bus, or that the kernel was asked to map. */
      bus: optional(issuedField),
      /** Bytes that it is about. */
      size: optional(sizeField),
    },
    (e) => `${e.fault}${e.text == null ? "" : `: ${e.text}`}${accessText(e.device, e.bus)}`,
  ),
  /** The recorder could not keep up: what was known before may no longer hold. */
  "events.lost": kind(
    { effect: "changes-many", doneBy: "any", scope: "op", use: "none", inCaptures: false },
    {
      /** How many, as its source says; 0 where it tells no number. */
      count: numberField,
      /** What was lost, in words. */
      text: optional(textField),
    },
    (e) => `${e.count === 0 ? "" : `${e.count} `}events lost${e.text == null ? "" : `: ${e.text}`}`,
  ),
};

function accessText(
  device: number | null | undefined,
  address: Address | null | undefined,
): string {
  const requester = device == null ? "" : deviceOf(device);
  const request = address == null ? "" : `asked for ${hex(address)}:b`;
  const details = [requester, request].filter((part) => part !== "").join(" ");
  return details === "" ? "" : ` (${details})`;
}
