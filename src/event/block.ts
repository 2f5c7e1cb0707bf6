// block.ts - two segments of a block request become one, or stay two.
//
// `bus` is where the disk goes on after the first segment, `machine` where the second one really is.

import { hex } from "../address.ts";
import { busField, handed, machineField, sizeField } from "./field.ts";
import { kind } from "./kind.ts";

const segments = { ...handed, bus: busField, machine: machineField, size: sizeField } as const;

export const block = {
  "bio.merged": kind(
    segments,
    (e) => `segments merged at ${hex(e.bus)}:b, next is at ${hex(e.machine)}:m`,
  ),
  "bio.split": kind(
    segments,
    (e) => `segments kept apart at ${hex(e.bus)}:b, next is at ${hex(e.machine)}:m`,
  ),
};
