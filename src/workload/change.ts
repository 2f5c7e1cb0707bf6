// change.ts - what can be made different in mid-run, from an op on; as text it stands in the trace.
//
// What was done before stays done: a table that the old hooks allocated and pages they translated are as they
// were, and the new ones meet them when the driver next calls.

import { UserError, unknownName } from "../fault.ts";
import type { Hooks } from "../hooks/hooks.ts";
import { hooksOf, mustBuild } from "../hooks/index.ts";

/** From this op on: which hooks the driver calls, or whether something is done that can be left out. */
export type Change = { readonly op: number } & (
  | { readonly name: "hooks"; readonly hooks: Hooks }
  | { readonly name: "device" | "lenient-ioremap"; readonly on: boolean }
);

const CHANGEABLE = ["hooks", "device", "lenient-ioremap"];

/** What is settled before the first op, and why. */
const settled: { readonly [name: string]: string } = {
  platform: "who owns memory and how addresses translate is settled when the kernel boots",
  chipset:
    "the host bridge is soldered in, and the driver has set up its table in that bridge's format",
  seed: "it deals the frames, and they are dealt before the kernel boots",
  workload: "the fork runs the operations of its parent",
};

/** "hooks=gart" from an op on; a UserError says what cannot be, and why. */
export function changeAt(
  op: number,
  text: string,
  platform: Parameters<typeof mustBuild>[0],
): Change {
  const [, name, value] = /^([\w-]+)=(.+)$/.exec(text) ?? [];
  if (name === undefined || value === undefined)
    throw new UserError(`'${text}' sets nothing; write NAME=VALUE, such as hooks=gart`);
  if (Object.hasOwn(settled, name))
    throw new UserError(
      `the ${name} cannot change in mid-run: ${settled[name]}; record another run with another ${name}`,
    );
  if (name === "hooks") return { op, name, hooks: hooksFor(value, platform) };
  if (name !== "device" && name !== "lenient-ioremap")
    throw unknownName("setting", name, CHANGEABLE);
  if (value !== "yes" && value !== "no")
    throw unknownName(`value of ${name}`, value, ["yes", "no"]);
  return { op, name, on: value === "yes" };
}

function hooksFor(name: string, platform: Parameters<typeof mustBuild>[0]): Hooks {
  const hooks = hooksOf(name);
  mustBuild(platform, hooks);
  if (hooks.boot === undefined) return hooks;
  throw new UserError(
    `${name} hooks cannot come in mid-run: they take their memory when the kernel boots; record another run with them`,
  );
}

/** "op 2 hooks=gart; op 5 device=no" */
export const changesText = (changes: readonly Change[]): string =>
  changes
    .map((change) => {
      const value = change.name === "hooks" ? change.hooks.name : change.on ? "yes" : "no";
      return `op ${change.op} ${change.name}=${value}`;
    })
    .join("; ");

/** The same back from a trace. */
export const changesOf = (text: string, platform: Parameters<typeof mustBuild>[0]): Change[] =>
  text.split("; ").map((piece) => {
    const [, op, change] = /^op (\d+) (.+)$/.exec(piece) ?? [];
    if (change === undefined)
      throw new UserError(`the trace's changes are not understood ('${piece}'); update gartrace`);
    return changeAt(Number(op), change, platform);
  });
