// block.ts - requests to a disk, and two segments of one that become one, or stay two.
//
// `bus` is where the disk goes on after the first segment, `machine` where the second one really is.

import { hex } from "../address.ts";
import {
  busField,
  type FieldValues,
  machineField,
  named,
  numberIn,
  optional,
  SECOND,
  sizeField,
  subject,
  textField,
  translationFields,
} from "./field.ts";
import { kind } from "./kind.ts";

const segments = {
  ...translationFields,
  bus: busField,
  machine: machineField,
  size: sizeField,
} as const;

/** Who speaks of a request: the block layer, or a driver and its device in a protocol of theirs. */
export const layers = ["block", "nvme", "ata"] as const;
export const requests = ["read", "write", "flush", "discard", "other"] as const;

/** A request by its number in this trace, from 1; 0 for one that only the device mentions. */
const request = {
  request: subject("request"),
  what: named(requests),
  layer: named(layers, SECOND),
  /** The first block, in blocks of the disk (in sectors of 512 bytes at the block layer). */
  lba: optional(numberIn("high")),
  size: optional(sizeField),
  text: optional(textField),
} as const;
const asked = (e: FieldValues<typeof request>): string =>
  `request ${e.request}: ${e.layer} ${e.what}` +
  (e.lba == null ? "" : ` ${e.size ?? "?"} bytes at block ${e.lba}`) +
  (e.text == null ? "" : ` (${e.text})`);

export const block = {
  "request.issued": kind(
    { effect: "changes", doneBy: "driver", scope: "op", use: "none", inCaptures: false },
    request,
    (e) => asked(e),
  ),
  // The device has read the command: from here on it may touch the buffer.
  "request.fetched": kind(
    { effect: "changes", doneBy: "device", scope: "op", use: "none", inCaptures: false },
    request,
    (e) => `${asked(e)}, fetched`,
  ),
  // A part of the request's data: which bytes of the disk are in which piece of memory, as one range of the bus.
  "request.mapped": kind(
    { effect: "changes", doneBy: "driver", scope: "op", use: "handed", inCaptures: true },
    {
      request: subject("request"),
      what: named(requests),
      layer: named(layers, SECOND),
      /** The first byte of the disk; absent where the command names no blocks. */
      position: optional(numberIn("high")),
      ...translationFields,
      bus: busField,
      size: sizeField,
    },
    (e) =>
      `request ${e.request}: ${e.size} bytes ` +
      (e.position == null ? "" : `of the disk from byte ${e.position} on `) +
      `are at ${hex(e.bus)}:b`,
  ),
  "request.completed": kind(
    { effect: "changes", doneBy: "driver", scope: "op", use: "none", inCaptures: false },
    request,
    (e) => `${asked(e)}, completed`,
  ),
  "bio.merged": kind(
    { effect: "fact", doneBy: "driver", scope: "op", use: "handed", inCaptures: false },
    segments,
    (e) => `segments merged at ${hex(e.bus)}:b, next is at ${hex(e.machine)}:m`,
  ),
  "bio.split": kind(
    { effect: "fact", doneBy: "driver", scope: "op", use: "none", inCaptures: false },
    segments,
    (e) => `segments kept apart at ${hex(e.bus)}:b, next is at ${hex(e.machine)}:m`,
  ),
};
