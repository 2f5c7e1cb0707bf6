// operation.ts - one operation of a workload: its name and its arguments, as the reference's ops.json has them.

import { z } from "zod";
import { presentArguments } from "../event/op.ts";
import { dmaOperations } from "./dma-operations.ts";
import type { KernelCall } from "./kernel-calls.ts";
import { operation, processOperations } from "./process-operations.ts";

const slot = z.int().min(0).max(1023);
const pages = z.int().min(-1).max(0xffffffff);
const flag = z.union([z.literal(0), z.literal(1)]);

/** Each operation by name, with its arguments. Slots hold what alloc gave; an empty one is NULL. */
const operations = [
  /** Loads the driver, which finds its bridge and sets it up. */
  operation("init", {}),
  /** Unloads the driver. */
  operation("cleanup", {}),
  /** Takes the bridge for one client. */
  operation("acquire", {}),
  /** Gives it back. */
  operation("release", {}),
  /** Asks what the bridge is and has. */
  operation("info", {}),
  /** agp_enable with the mode that info gives, as testgart does. */
  operation("enable_info", {}),
  /** Allocates a block of pages into a slot; -1 pages is (size_t)-1. */
  operation("alloc", { slot, pages, type: z.int().nonnegative().default(0) }),
  /** Writes the entries of a block, from this one on. */
  operation("bind", {
    slot,
    pg_start: z
      .int()
      .min(-(2 ** 31))
      .max(2 ** 31 - 1),
  }),
  /** Empties the entries of a block. */
  operation("unbind", { slot }),
  /** Frees the block in a slot. */
  operation("free", { slot }),
  /** The machine is suspended to RAM, and wakes up again. */
  operation("suspend", {}),
  /** A moment to compare the whole table at. */
  operation("dump", { tag: z.string() }),
  /** From here on, page allocations above this order fail; -1 lets every one fail. */
  operation("maxorder", { max_order: z.int().min(-1) }),
  /** From here on, page allocations fail after so many more; -1 never. */
  operation("failafter", { count: z.int().min(-1) }),
  /** From here on, ioremap of RAM fails, or does not. */
  operation("failioremap", { on: flag }),
] as const;

const anyOperation = z.looseObject({ op: z.string() });
/** The operations of a file, in order. */
export const listSchema = z
  .array(
    z.preprocess(
      (json) => {
        const { data } = anyOperation.safeParse(json);
        return data === undefined ? json : presentArguments(data.op, data);
      },
      z.discriminatedUnion("op", [...operations, ...processOperations, ...dmaOperations]),
    ),
  )
  .min(1);

type Listed = z.output<typeof listSchema>[number];
type Unnumbered<T> = T extends unknown ? Omit<T, "i"> : never;
/** A call of a script; `given` is how the script has it. */
export interface ScriptedCall {
  readonly op: "call";
  readonly call: KernelCall;
  readonly given: object;
}
export type Operation = Unnumbered<Exclude<Listed, { readonly op: "comment" }>> | ScriptedCall;

/** An operation as it is performed; a comment is none. */
export const unnumbered = ({ i: _, ...operation }: Listed): Operation[] =>
  operation.op === "comment" ? [] : [operation as Operation];
