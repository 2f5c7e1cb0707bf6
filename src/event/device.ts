// device.ts - who touches the bytes: the CPU through its page tables, a device through its bus.
//
// A tag stands for a page's content. Tags below 2^32 were written in this run, 0 is a zeroed page;
// a stranger's page carries its owner's domain number above 2^32. A CPU that goes through the aperture is
// a device like the card: it puts an address on the bus, and the GART translates it.

import { hex, type Machine } from "../address.ts";
import {
  busField,
  formerly,
  issuedField,
  machineField,
  named,
  optional,
  pageFields,
  pciField,
  physField,
  reachedField,
  sizeField,
  subject,
  tagField,
  translationFields,
  virtField,
} from "./field.ts";
import { kind } from "./kind.ts";

const STRANGER = 2 ** 32;
export const strangerTag = (domain: number): number => STRANGER + domain;
export const tagName = (tag: number | null | undefined): string => {
  if (tag == null) return "nothing";
  if (tag >= STRANGER) return `a page of ${domainName(tag - STRANGER)}`;
  return tag === 0 ? "zeroes" : `tag ${tag}`;
};
/** DOMID_XEN of both 2005 ABIs (xen/include/public/xen.h). */
export const DOMID_XEN = 0x7ff2;
const domainName = (domain: number): string => {
  if (domain === 0) return "this kernel";
  return domain === DOMID_XEN ? "Xen" : `dom${domain}`;
};

const byCpu = {
  /** The machine frame number of the page; names the subject. */
  frame: subject("content"),
  tag: tagField,
  virt: optional(virtField),
  ...pageFields,
  machine: machineField,
} as const;
const byDevice = {
  /** The machine frame number that it reached, none where the access went nowhere; names the subject. */
  frame: optional(subject("content")),
  /** The tag of what it wrote or met; none where that is not known. */
  tag: optional(tagField),
  /** Which device, where more than the actor is known: bus x 256 + slot x 8 + function, above it the domain x 65536. */
  device: optional(pciField),
  ...translationFields,
  bus: issuedField,
  /** Bytes of the access. */
  size: optional(sizeField),
} as const;
/** The direction in which the CPU copies between a buffer and the slot that stands in for it on the bus. */
export const copies = ["to-slot", "from-slot"] as const;

export const device = {
  /** The CPU gives a page new content, for which a tag stands. */
  "cpu.wrote": kind(
    { effect: "changes", doneBy: "cpu", scope: "op", use: "none", inCaptures: false },
    byCpu,
    (e) => `cpu writes ${tagName(e.tag)} at ${hex(e.machine)}:m`,
  ),
  /** The CPU reads a page, and the tag that it met. */
  "cpu.read": kind(
    { effect: "observes", doneBy: "cpu", scope: "op", use: "none", inCaptures: false },
    byCpu,
    (e) => `cpu reads ${tagName(e.tag)} at ${hex(e.machine)}:m`,
  ),
  /** A device writes through the address that it puts on the bus. */
  "device.wrote": kind(
    { effect: "changes", doneBy: "device", scope: "op", use: "access", inCaptures: true },
    byDevice,
    (e) => `writes ${tagName(e.tag)} at ${hex(e.bus)}:b, ${got(e)}`,
  ),
  /** A device reads through the address that it puts on the bus. */
  "device.read": kind(
    { effect: "observes", doneBy: "device", scope: "op", use: "access", inCaptures: true },
    byDevice,
    (e) => `reads ${hex(e.bus)}:b, ${got(e)}, meets ${tagName(e.tag)}`,
  ),
  /** An address is put where a device will fetch it: a PRP, a PRD entry, a ring. */
  "descriptor.written": kind(
    { effect: "fact", doneBy: "driver", scope: "op", use: "handed", inCaptures: true },
    {
      /** The device that will fetch it: bus x 256 + slot x 8 + function, above it the domain x 65536. */
      device: optional(pciField),
      ...translationFields,
      bus: busField,
      /** Bytes that the device may touch from there on. */
      size: sizeField,
    },
    (e) => `${e.size} bytes at ${hex(e.bus)}:b named to the device`,
  ),
  /** The CPU copies between a buffer and the bounce slot that stands in for it on the bus. */
  "page.copied": kind(
    { effect: "changes", doneBy: "cpu", scope: "op", use: "none", inCaptures: false },
    {
      /** The machine frame number of the page that is written; names the subject. */
      frame: subject("content"),
      /** Into the slot, before the device reads it, or back out of it. */
      direction: formerly("way", named(copies)),
      /** Where the bytes come from, as the kernel calls it. */
      phys: physField,
      /** Where that is, in bytes. */
      machine: optional(machineField),
      /** The machine address where they go, in bytes. */
      reached: reachedField,
      /** Bytes that are copied. */
      size: sizeField,
    },
    (e) => `${e.size} bytes copied ${e.direction} from ${hex(e.phys)}:p to ${hex(e.reached)}:m`,
  ),
};

const got = (e: { reached?: Machine | null }): string =>
  e.reached == null ? "gets nowhere" : `reaches ${hex(e.reached)}:m`;
