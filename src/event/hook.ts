// hook.ts - what the kernel believes of its architecture: the hooks it calls and the tables it remaps.

import { type Address, hex } from "../address.ts";
import {
  busField,
  formerly,
  named,
  optional,
  reachedField,
  sizeField,
  subject,
  translationFields,
  virtField,
} from "./field.ts";
import { kind } from "./kind.ts";

/** The address hooks, by the names the patches gave them (domain: hook sets of 2005). */
export const hookNames = [
  "virt_to_phys",
  "phys_to_virt",
  "virt_to_bus",
  "bus_to_virt",
  "virt_to_gart",
  "gart_to_virt",
  "virt_to_fsb",
  "fsb_to_virt",
  "agp_virt_to_phys",
  "agp_phys_to_virt",
  "page_to_phys",
] as const;
export type HookName = (typeof hookNames)[number];

/** The functions that map memory for the CPU at another virtual address. */
export const remappers = ["ioremap_nocache", "ioremap", "iounmap"] as const;

export const hook = {
  /** A function by which the driver gets an address for hardware, or back: what went in and what came out, each in its space. */
  "hook.called": kind(
    { effect: "fact", doneBy: "driver", scope: "trace", use: "returned", inCaptures: false },
    {
      /** Which function. */
      hook: named(hookNames),
      virt: optional(virtField),
      ...translationFields,
      /** The address for the device's side, of hooks that promise one: judged by `machine`, for it has reached nothing yet. */
      bus: optional(busField),
    },
    (e) => {
      const device = `${at(e.bus ?? e.phys)}${e.bus == null ? ":p" : ":b"}`;
      return e.hook.endsWith("_to_virt")
        ? `${e.hook}(${device}) = ${at(e.virt)}:v`
        : `${e.hook}(${at(e.virt)}:v) = ${device}`;
    },
  ),
  /** ioremap and its end. A driver's call: one event a page, as the pages can lie anywhere. A capture: one a call. */
  "table.remapped": kind(
    { effect: "changes", doneBy: "driver", scope: "op", use: "remapped", inCaptures: false },
    {
      /** The page of kernel linear addresses at which it is mapped; names the subject. */
      page: subject("mapping"),
      /** Which function. */
      function: formerly("way", named(remappers)),
      virt: virtField,
      ...translationFields,
      /** The number that was asked for, in bytes, of the space that the platform's ioremap takes. */
      bus: optional(busField),
      /** What was really mapped, in bytes. */
      reached: optional(reachedField),
      /** Bytes that are mapped. */
      size: sizeField,
    },
    (e) => `${e.function}(${at(e.bus)}) at ${at(e.virt)} reaches ${at(e.reached)}`,
  ),
};

const at = (address: Address | null | undefined): string => (address == null ? "?" : hex(address));
