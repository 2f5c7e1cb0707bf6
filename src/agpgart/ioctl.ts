// ioctl.ts - the ioctls of /dev/agpgart: their numbers, and the structures that lie in user memory.
//
// include/linux/agpgart.h of 2.6.12-rc2. The numbers are made of pointer types and contain the size of a pointer: a
// program of another word size uses numbers that the driver does not know.

import type { Platform } from "../platform/platform.ts";

/** By number; the direction as the program sees it, and whether the argument is an int by value. */
const commands = [
  ["INFO", "read"],
  ["ACQUIRE", "none"],
  ["RELEASE", "none"],
  ["SETUP", "write"],
  ["RESERVE", "write"],
  ["PROTECT", "write"],
  ["ALLOCATE", "both"],
  ["DEALLOCATE", "value"],
  ["BIND", "write"],
  ["UNBIND", "write"],
  /** Since October 2007 (linux a13af4b4d84): a kernel of 2005 refuses it. */
  ["CHIPSET_FLUSH", "none"],
] as const;
type Named = (typeof commands)[number][0];
/** The commands that this driver has. */
export type Command = Exclude<Named, "CHIPSET_FLUSH">;

/** Bytes of each structure for programs of 32 and of 64 bits. */
const sizes = {
  info: [32, 56],
  setup: [4, 4],
  region: [12, 24],
  segment: [12, 24],
  allocate: [16, 24],
  bind: [8, 16],
  unbind: [8, 8],
} as const;
export type Struct = keyof typeof sizes;

const AGPIOC_BASE = 0x41;

type Abi = Pick<Platform, "wordBits" | "user">;

/** Bits of a program's pointer. */
const bitsOf = ({ wordBits, user }: Abi): number => user.wordBits ?? wordBits;

/** The request number of a command for the platform's own programs. */
export function numberOf(abi: Abi, command: Named): number {
  const index = commands.findIndex(([name]) => name === command);
  const { shift, none, read, write } = abi.user.ioctl;
  const pointer = bitsOf(abi) / 8;
  const [direction, size] = {
    none: [none, 0],
    read: [read, pointer],
    write: [write, pointer],
    both: [read + write, pointer],
    value: [write, 4],
  }[commands[index]![1]] as [number, number];
  return direction * 2 ** shift + size * 2 ** 16 + AGPIOC_BASE * 2 ** 8 + index;
}

/** The command of a request number; null for a number that is none of this platform's. */
export function commandOf(abi: Abi, number: number): Command | null {
  const name = commands.find(([name]) => numberOf(abi, name) === number)?.[0];
  return name === undefined || name === "CHIPSET_FLUSH" ? null : name;
}

/** Bytes that a structure takes in user memory. */
export const sizeOf = (abi: Abi, struct: Struct): number =>
  sizes[struct][bitsOf(abi) === 32 ? 0 : 1];

/** struct agp_segment: pages of the aperture that a client may map, with PROT_ bits. */
export interface Segment {
  readonly pgStart: number;
  readonly pgCount: number;
  readonly prot: number;
}

/** A command with the structure that its argument points to; null where that is no user memory. */
export type Request =
  | { readonly command: null | "ACQUIRE" | "RELEASE" | "PROTECT" }
  | { readonly command: "INFO"; readonly arg: object | null }
  | { readonly command: "SETUP"; readonly arg: { readonly agpMode: number } | null }
  | { readonly command: "RESERVE"; readonly arg: Region | null }
  | {
      readonly command: "ALLOCATE";
      readonly arg: { readonly pgCount: number; readonly type: number } | null;
    }
  | { readonly command: "DEALLOCATE"; readonly key: number }
  | {
      readonly command: "BIND";
      readonly arg: { readonly key: number; readonly pgStart: number } | null;
    }
  | { readonly command: "UNBIND"; readonly arg: { readonly key: number } | null };

/** struct agp_region; a null list is a NULL pointer, and a short one is followed by zeros. */
export interface Region {
  readonly pid: number;
  readonly segCount: number;
  readonly segments: readonly Segment[] | null;
}
