// registers.ts - registers that hold what a test says, and nothing else.

import type { RegisterIndex } from "../../src/address.ts";
import type { Registers } from "../../src/chipset/chipset.ts";
import type { Cell } from "../../src/machine/word-table.ts";

/** Each by its number. */
export const holding = (...held: readonly (readonly [RegisterIndex, Cell])[]): Registers => ({
  register: (number) => new Map(held).get(number),
});
