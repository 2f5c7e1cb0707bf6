// kernel-machine.ts - the machine of a script: what its kernel's DMA code finds, and which calls and settings it has.

import { z } from "zod";
import { pfn } from "../address.ts";
import type { CodeName, Platform } from "../platform/platform.ts";
import { hexNumber, type KernelCall } from "./kernel-calls.ts";

export const machineSchema = z.strictObject({
  /** The pages that allocations get, upwards: the first, and the one behind the last. */
  alloc_from: hexNumber.optional(),
  alloc_to: hexNumber.optional(),
  pci_window: hexNumber.optional(),
  dac_offset: hexNumber.optional(),
  max_low_pfn: hexNumber.optional(),
});
export type KernelMachine = z.output<typeof machineSchema>;

type Field = keyof KernelMachine;
type Call = KernelCall["op"];

/** What a machine with a DMA code can be set to, and what can be asked of it. */
interface Family {
  readonly settings: readonly Field[];
  readonly calls: readonly Call[];
  /** What of a call's fields it has beside those that all have. */
  readonly fields: readonly string[];
  /** The first page that is allocated. */
  readonly allocFrom: number;
  /** The platform as these settings make it. */
  readonly made: (platform: Platform, machine: KernelMachine) => Platform["dma"];
}

const mapping: readonly Call[] = [
  ...(["map_single", "unmap_single", "map_sg", "unmap_sg"] as const),
  ...(["alloc_coherent", "free_coherent"] as const),
];
const pages: readonly Field[] = ["alloc_from", "alloc_to"];
/** Fields that only some machines' calls have. */
const particular = ["mask", "isa", "again", "stale", "nents", "of"] as const;

const families: { readonly [N in CodeName]: Family } = {
  alpha: {
    settings: [...pages, "pci_window", "dac_offset", "max_low_pfn"],
    calls: [...mapping, "supported", "reserve", "release", "bind", "unbind"],
    fields: ["mask", "isa", "nents", "of"],
    allocFrom: 0x1000,
    made: ({ dma }, { pci_window, dac_offset, max_low_pfn }) => {
      const code = dma.code as Platform["dma"]["code"] & { readonly name: "alpha" };
      return {
        ...dma,
        code: {
          name: "alpha",
          pciWindow: pci_window ?? code.pciWindow,
          dacOffset: dac_offset ?? code.dacOffset,
          maxLowPfn: max_low_pfn ?? code.maxLowPfn,
        },
      };
    },
  },
};

/** A complaint about a script, and where in it. */
export interface Misfit {
  readonly path: readonly PropertyKey[];
  readonly why: string;
}

/** The first thing in a script that a platform cannot have; null where it can have all. */
export function misfit(
  platform: Platform,
  machine: object,
  calls: readonly object[],
): Misfit | null {
  const name = platform.dma.code?.name;
  const family = name === undefined ? undefined : families[name];
  if (family === undefined)
    return { path: ["machine"], why: `${platform.name} has no DMA code that scripts are about` };
  for (const field of Object.keys(machine))
    if (!(family.settings as readonly string[]).includes(field))
      return { path: ["machine", field], why: notHad(platform, family.settings) };
  /** What each id stands for, by the call that made it. */
  const made = new Map<unknown, Call>();
  for (const [i, call] of calls.entries()) {
    const { op, id } = call as { readonly op: Call; readonly id?: number };
    if (!family.calls.includes(op))
      return { path: ["ops", i, "op"], why: `${op}: ${notHad(platform, family.calls)}` };
    for (const field of Object.keys(call))
      if ((particular as readonly string[]).includes(field) && !family.fields.includes(field))
        return { path: ["ops", i, field], why: notHad(platform, family.fields) };
    const makers = needed(call as KernelCall);
    if (makers !== null && !makers.includes(made.get(id)!))
      return { path: ["ops", i, "id"], why: `expected what a ${makers[0]} before it made` };
    if (id !== undefined && makers === null) made.set(id, op);
  }
  return null;
}

/** The calls one of which must have made what this one is about; null where it makes something itself, or needs nothing. */
function needed(call: KernelCall): readonly Call[] | null {
  switch (call.op) {
    case "unmap_single":
    case "unmap_page":
      return call.dma === undefined ? ["map_single", "map_page"] : null;
    case "sync_single":
      return ["map_single", "map_page"];
    case "unmap_sg":
    case "sync_sg":
      return ["map_sg"];
    case "map_sg":
      return call.again === 1 ? ["map_sg"] : null;
    case "free_coherent":
      return ["alloc_coherent"];
    case "release":
    case "bind":
    case "unbind":
      return ["reserve"];
    default:
      return null;
  }
}

const notHad = (platform: Platform, known: readonly string[]): string =>
  `${platform.name} has no such thing; it has: ${known.join(", ")}`;

/** The platform of a script's machine. */
export function withMachine(platform: Platform, machine: KernelMachine): Platform {
  const family = families[platform.dma.code!.name];
  const unit = 2 ** platform.pageOrder;
  const from = machine.alloc_from ?? family.allocFrom;
  const last = machine.alloc_to ?? 2 ** 36 / unit;
  return {
    ...platform,
    ram: { first: pfn(0), pages: last * unit, bump: pfn(from * unit), reused: false },
    lowPages: Number.POSITIVE_INFINITY,
    dma: family.made(platform, machine),
  };
}
