// index.ts - the list of hook sets, and mixtures of their functions by name.

import { UserError, unknownName } from "../fault.ts";
import { dmaCoherent, dmaHandle } from "./dma-coherent.ts";
import { allocators, type Choice, fromDevice, hookSet, releasers, toDevice } from "./functions.ts";
import { agp, fsb, gart } from "./gart.ts";
import type { Hooks } from "./hooks.ts";
import { legacy } from "./legacy.ts";
import { override } from "./override.ts";

export const hookSets: readonly Hooks[] = [
  legacy,
  dmaCoherent,
  dmaHandle,
  fsb,
  agp,
  gart,
  override,
];

const parts = { to: toDevice, from: fromDevice, alloc: allocators, free: releasers };
const isPart = (name: string): name is keyof Choice => name in parts;

/**
 * A hook set by name, or a mixture: "to=virt_to_gart,alloc=__get_free_pages". What a mixture does not name
 * is as in `legacy`.
 */
export function hooksOf(name: string): Hooks {
  const known = hookSets.find((set) => set.name === name);
  if (known !== undefined) return known;
  if (!name.includes("="))
    throw unknownName("hooks", name, [
      ...hookSets.map((set) => set.name),
      "or a mixture such as to=virt_to_gart,alloc=__get_free_pages",
    ]);
  const [to, from, alloc, free] = legacy.uses;
  const choice = { to, from, alloc, free } as { [part: string]: string | undefined };
  for (const piece of name.split(",")) {
    const [part, functionName] = piece.split("=") as [string, string?];
    if (!isPart(part)) throw unknownName("part of the hooks", part, Object.keys(parts));
    if (functionName === undefined || !(functionName in parts[part]))
      throw unknownName(`function for '${part}'`, functionName ?? "", Object.keys(parts[part]));
    choice[part] = functionName;
  }
  return hookSet(name, choice as unknown as Choice);
}

/** The function that a platform's kernel lacks, so that the driver does not build; null where it builds. */
export function missingOn(
  platform: { readonly name: string; readonly lacks: readonly string[] },
  hooks: Hooks,
): string | null {
  return hooks.uses.find((name) => platform.lacks.includes(name)) ?? null;
}

/** Throws where the driver with these hooks does not build on the platform. */
export function mustBuild(
  platform: { readonly name: string; readonly lacks: readonly string[] },
  hooks: Hooks,
): void {
  const missing = missingOn(platform, hooks);
  if (missing !== null)
    throw new UserError(
      `the driver does not build on ${platform.name}: its kernel has no ${missing}()`,
    );
}
