// request.ts - an ioctl of a workload: its argument in user memory, and what the front end reads of it.

import { hex } from "../address.ts";
import { commandOf, type Region, type Request } from "../agpgart/ioctl.ts";
import type { Facts } from "../event/field.ts";
import type { Platform } from "../platform/platform.ts";
import type { Operation } from "../workload/operation.ts";

export type IoctlOperation = Extract<Operation, { readonly op: "ioctl" }>;

/** What a program keeps from one ioctl to the next. */
export interface ProgramState {
  /** slot -> the key that ALLOCATE stored there. */
  readonly keys: Map<number, number>;
  /** agp_mode of the last successful INFO. */
  mode: number;
}

/** User memory that is valid: 2 MB from here. Structures are zeroed before each call. */
const USER_MEMORY = 0x60000000;
const USER_BYTES = 0x200000;

/** The key that a workload names: "s3" is the key in slot 3, "k7" is 7. */
export function keyOf({ keys }: ProgramState, name: string): number {
  const number = Number(name.slice(1));
  return name.startsWith("s") ? (keys.get(number) ?? -1) : number;
}

const modeOf = (program: ProgramState, mode: "info" | number): number =>
  mode === "info" ? program.mode : mode;

/** (size_t)-1 is a count like any other. */
const countOf = ({ wordBits }: Platform, count: number): number =>
  count < 0 ? 2 ** wordBits - 1 : count;

/** A number as a size_t: modulo its width. */
const asSize = ({ wordBits }: Platform, count: number): number =>
  Math.min(count, 2 ** wordBits - 1);

/** The argument as the event of the call has it. */
export function argumentOf(
  platform: Platform,
  program: ProgramState,
  operation: IoctlOperation,
): Facts {
  if (operation.cmd === "RAW") return { arg: hex(operation.arg) };
  if (operation.cmd === "DEALLOCATE")
    return { key_from: operation.key, arg: keyOf(program, operation.key) };
  if ("arg" in operation) return { arg: null };
  switch (operation.cmd) {
    case "SETUP":
      return { arg: { agp_mode: hex(modeOf(program, operation.agp_mode!)) } };
    case "RESERVE":
    case "PROTECT": {
      const { client_pid: pid, segments: seg_list } = operation;
      const seg_count = asSize(platform, operation.seg_count!);
      return { arg: { pid: pid!, seg_count, seg_list: seg_list! } };
    }
    case "ALLOCATE": {
      const count = operation.pg_count!;
      const largest = platform.wordBits === 32 ? 2 ** 32 - 1 : (2n ** 64n - 1n).toString();
      const pg_count = count < 0 ? largest : count;
      const arg = { key: -1, pg_count, type: operation.type!, physical: 0 };
      return { slot: operation.slot!, arg };
    }
    case "BIND": {
      const { key: key_from, pg_start } = operation;
      return { key_from: key_from!, arg: { key: keyOf(program, key_from!), pg_start: pg_start! } };
    }
    case "UNBIND": {
      const { key: key_from, priority } = operation;
      return { key_from: key_from!, arg: { key: keyOf(program, key_from!), priority: priority! } };
    }
    default:
      return {};
  }
}

/** What the front end reads. */
export function requestOf(
  platform: Platform,
  program: ProgramState,
  operation: IoctlOperation,
): Request {
  switch (operation.cmd) {
    case "RAW":
      return rawRequest(platform, operation.nr, operation.arg);
    case "CHIPSET_FLUSH":
      return { command: null };
    case "ACQUIRE":
    case "RELEASE":
    case "PROTECT":
      return { command: operation.cmd };
    case "DEALLOCATE":
      return { command: "DEALLOCATE", key: keyOf(program, operation.key) };
  }
  const { cmd: command } = operation;
  if (operation.arg === null) return { command, arg: null };
  switch (operation.cmd) {
    case "INFO":
      return { command: "INFO", arg: {} };
    case "SETUP":
      return { command: "SETUP", arg: { agpMode: modeOf(program, operation.agp_mode!) } };
    case "RESERVE":
      return { command: "RESERVE", arg: regionOf(platform, operation) };
    case "ALLOCATE": {
      const { pg_count, type } = operation;
      return {
        command: "ALLOCATE",
        arg: { pgCount: countOf(platform, pg_count!), type: type! },
      };
    }
    case "BIND": {
      const { key, pg_start } = operation;
      return { command: "BIND", arg: { key: keyOf(program, key!), pgStart: pg_start! } };
    }
    case "UNBIND":
      return { command: "UNBIND", arg: { key: keyOf(program, operation.key!) } };
  }
}

function regionOf(
  platform: Platform,
  operation: Extract<IoctlOperation, { readonly cmd: "RESERVE" }>,
): Region {
  const segments = operation.segments!;
  return {
    pid: operation.client_pid!,
    segCount: asSize(platform, operation.seg_count!),
    segments: segments?.map(([pgStart, pgCount, prot]) => ({ pgStart, pgCount, prot })) ?? null,
  };
}

/** A request number with any argument: if that points into user memory, the structure there is zeroed. */
function rawRequest(platform: Platform, nr: number, arg: number): Request {
  const command = commandOf(platform, nr);
  const there = arg >= USER_MEMORY && arg < USER_MEMORY + USER_BYTES;
  switch (command) {
    case null:
    case "ACQUIRE":
    case "RELEASE":
    case "PROTECT":
      return { command };
    case "DEALLOCATE":
      return { command, key: arg | 0 };
    case "INFO":
      return { command, arg: there ? {} : null };
    case "SETUP":
      return { command, arg: there ? { agpMode: 0 } : null };
    case "RESERVE":
      return { command, arg: there ? { pid: 0, segCount: 0, segments: null } : null };
    case "ALLOCATE":
      return { command, arg: there ? { pgCount: 0, type: 0 } : null };
    case "BIND":
      return { command, arg: there ? { key: 0, pgStart: 0 } : null };
    case "UNBIND":
      return { command, arg: there ? { key: 0 } : null };
  }
}
