// symbols.ts - names of a kernel's addresses, from the text of /proc/kallsyms that it left in the file.

import type { Whole } from "../ring/bytes.ts";
import type { Symbols } from "../ring/fields.ts";

const LINE = /^([0-9a-f]{8,16}) \S (\S+)/gm;
/** Addresses below are no kernel's code: without privilege all are shown as 0. */
const LOWEST = 0x1000n;
/** A function is not longer. */
const LONGEST = 0x1000000n;

/** Looks symbols up; they are sorted when the first is asked for. */
export function symbolsOf(kallsyms: () => Buffer): Symbols {
  let sorted: (readonly [address: bigint, name: string])[] | null = null;
  const load = () => {
    const found: [bigint, string][] = [];
    for (const [, address, name] of kallsyms().toString("latin1").matchAll(LINE))
      found.push([BigInt(`0x${address}`), name!]);
    return found
      .filter(([address]) => address >= LOWEST)
      .sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
  };
  return (address: Whole, isWhole: boolean) => {
    sorted ??= load();
    const at = BigInt.asUintN(64, BigInt(address));
    let [low, high] = [0, sorted.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (sorted[middle]![0] <= at) low = middle + 1;
      else high = middle;
    }
    const found = sorted[low - 1];
    if (found === undefined || at - found[0] > LONGEST) return null;
    return isWhole ? `${found[1]}+0x${(at - found[0]).toString(16)}` : found[1];
  };
}
