// block.ts - requests to a disk, and two segments of one that become one, or stay two.

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
  /** Where the device goes on after the first segment, in bytes. */
  bus: busField,
  /** Where the second segment really is, in bytes. */
  machine: machineField,
  /** Bytes of the second segment. */
  size: sizeField,
} as const;

/** Who speaks of a request: the block layer, or a driver and its device in a protocol of theirs. */
export const layers = ["block", "nvme", "ata"] as const;
export const requests = ["read", "write", "flush", "discard", "other"] as const;

const whose = {
  /** The request's number in this trace, from 1; 0 for one that only the device mentions. Names the subject. */
  request: subject("request"),
  /** What is asked of the disk. */
  what: named(requests),
  /** Who speaks of it: the block layer, or a driver and its device in a protocol of theirs. */
  layer: named(layers, SECOND),
} as const;
const request = {
  ...whose,
  /** The first block, in blocks of the disk (in sectors of 512 bytes at the block layer). */
  lba: optional(numberIn("high")),
  /** Bytes that it moves. */
  size: optional(sizeField),
  /** What its source says besides, in words. */
  text: optional(textField),
} as const;
const requestText = (e: FieldValues<typeof request>): string =>
  `request ${e.request}: ${e.layer} ${e.what}` +
  (e.lba == null ? "" : ` ${e.size ?? "?"} bytes at block ${e.lba}`) +
  (e.text == null ? "" : ` (${e.text})`);

export const block = {
  /** A request is given to a disk. */
  "request.issued": kind(
    { effect: "changes", doneBy: "driver", scope: "op", use: "none", inCaptures: false },
    request,
    (e) => requestText(e),
  ),
  /** The device has read the command: from here on it may touch the request's buffers. */
  "request.fetched": kind(
    { effect: "changes", doneBy: "device", scope: "op", use: "none", inCaptures: false },
    request,
    (e) => `${requestText(e)}, fetched`,
  ),
  /** A part of a request's data: which bytes of the disk are in which piece of memory, as one range of the bus. */
  "request.mapped": kind(
    { effect: "changes", doneBy: "driver", scope: "op", use: "handed", inCaptures: true },
    {
      ...whose,
      /** The first byte of the disk; absent where the command names no blocks. */
      position: optional(numberIn("high")),
      ...translationFields,
      bus: busField,
      /** Bytes of this part. */
      size: sizeField,
    },
    (e) =>
      `request ${e.request}: ${e.size} bytes ` +
      (e.position == null ? "" : `of the disk from byte ${e.position} on `) +
      `are at ${hex(e.bus)}:b`,
  ),
  /** The request is done. */
  "request.completed": kind(
    { effect: "changes", doneBy: "driver", scope: "op", use: "none", inCaptures: false },
    request,
    (e) => `${requestText(e)}, completed`,
  ),
  /** Two segments of a request become one: the device goes on where the first one ends. */
  "bio.merged": kind(
    { effect: "fact", doneBy: "driver", scope: "op", use: "handed", inCaptures: false },
    segments,
    (e) => `segments merged at ${hex(e.bus)}:b, next is at ${hex(e.machine)}:m`,
  ),
  /** Two segments of a request stay two. */
  "bio.split": kind(
    { effect: "fact", doneBy: "driver", scope: "op", use: "none", inCaptures: false },
    segments,
    (e) => `segments kept apart at ${hex(e.bus)}:b, next is at ${hex(e.machine)}:m`,
  ),
};
