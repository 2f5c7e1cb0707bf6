// hooks.types.test.ts - a hook set takes no address of another space.

import { expect, test } from "vitest";
import { phys } from "../../src/address.ts";
import type { Arch, Hooks, TableMemory } from "../../src/hooks/hooks.ts";

/** Never called: each line must not compile. */
function mixUps(hooks: Hooks, arch: Arch, memory: TableMemory): TableMemory {
  // @ts-expect-error Hooks.toDevice address
  hooks.toDevice(arch, phys(0), "");
  // @ts-expect-error TableMemory.virt
  return { ...memory, virt: phys(0) };
}

test("no address of another space gets into a hook", () => {
  expect(mixUps).toBeTypeOf("function");
});
