// entry-left.ts - when a block is unbound, its entries get the value of an unused entry.
//
// That is the scratch page's word, or 0 (agp_generic_remove_memory of 2.6.12-rc2). Which entries a block had is
// taken from the operation that bound it, be it the driver's function, an ioctl or DRM. A wrong value belongs to the
// event that wrote it; where nothing was written, to the end of the operation.

import { type GattIndex, hex, pfnOf } from "../address.ts";
import type { Facts } from "../event/field.ts";
import { uses } from "../event/memory.ts";
import { Table } from "../machine/table.ts";
import { whole } from "../machine/table-words.ts";
import type { Check, EventAt } from "./check.ts";

/** What an operation does, and to which block. */
interface BlockOperation {
  readonly does: "bind" | "unbind" | "init" | null;
  readonly block: string;
}

export const entryLeft: Check = {
  name: "entry-left",
  holds: "entries of a block that was unbound hold what unused entries hold",
  counts: true,
  watch: (_, report) => {
    let operation: BlockOperation = { does: null, block: "" };
    /** What the table was filled with; null before it is known. */
    let unused: number | null = null;
    /** The word of each entry that a bind wrote, as it is now: bits 0 to 51, and those above. */
    const words = new Table<GattIndex, number>();
    const highs = new Table<GattIndex, number>();
    const keep = (entry: GattIndex, word: number, high: number): void => {
      words.set(entry, word);
      highs.set(entry, high);
    };
    /** The handle that DRM last returned for a slot: two slots can have the same one when one of them is out of date. */
    const handles = new Map<unknown, number>();
    /** The entries that each block was bound to. */
    const blocks = new Map<string, GattIndex[]>();
    let written: GattIndex[] = [];
    /** The events of an unbind that wrote an entry. */
    let emptied = new Map<GattIndex, EventAt>();
    return {
      after: {
        "op.began": ({ name, arguments: args }) => {
          operation = operationOf(name, args, handles);
          written = [];
          // A Map that lives on grows within the old generation, and leaves there all that it held.
          if (emptied.size > 0) emptied = new Map();
        },
        "gatt.written": (event, { state, seq, op }) => {
          const { entry, word, phys } = event;
          const high = event.high ?? 0;
          const { does } = operation;
          if (does === "init") unused = whole(event);
          if (words.has(entry)) keep(entry, word, high);
          if (does === "unbind") emptied.set(entry, { seq, op });
          if (does !== "bind" || phys == null) return;
          const owner = state.allocationOf(pfnOf(phys));
          if (owner === null || uses[owner.use] !== "agp") return;
          keep(entry, word, high);
          written.push(entry);
        },
        "op.ended": ({ result }, { seq, op }) => {
          if (result.ret !== 0) return;
          if (typeof result.handle === "number") handles.set(result.slot, result.handle);
          if (operation.does === "bind") blocks.set(operation.block, written);
          if (operation.does === "init") blocks.clear();
          if (operation.does !== "unbind") return;
          const entries = blocks.get(operation.block) ?? [];
          if (unused === null && entries.length > 0)
            report.unknown("what the table was filled with is before the trace");
          blocks.delete(operation.block);
          for (const entry of entries) {
            const word = whole({ word: words.get(entry)!, high: highs.get(entry)! });
            words.delete(entry);
            highs.delete(entry);
            if (unused === null) continue;
            if (word === unused) {
              report.held();
              continue;
            }
            report.findingAt(
              emptied.get(entry) ?? { seq, op },
              [{ family: "gatt", number: entry }],
              `the entry holds ${hex(word)}; an unused one holds ${hex(unused)}`,
            );
          }
        },
      },
    };
  },
};

function operationOf(
  name: string,
  args: Facts,
  handles: ReadonlyMap<unknown, number>,
): BlockOperation {
  const { slot, cmd, arg } = args;
  const key = (arg as Facts | null | undefined)?.key;
  if (name === "init") return { does: "init", block: "" };
  if (name === "bind" || name === "unbind") return { does: name, block: `slot ${slot}` };
  const drm = `handle ${handles.get(slot)}`;
  if (name === "drm_bind") return { does: "bind", block: drm };
  if (name === "drm_unbind") return { does: "unbind", block: drm };
  if (cmd === "BIND") return { does: "bind", block: `key ${key}` };
  return { does: cmd === "UNBIND" ? "unbind" : null, block: `key ${key}` };
}
