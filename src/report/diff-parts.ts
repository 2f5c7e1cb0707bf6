// diff-parts.ts - parts of a comparison's report: what divergences go back to, and what took no part.

import type { Cause } from "../diff/causes.ts";
import type { Apart, Comparison } from "../diff/comparison.ts";
import { hookNames } from "../event/hook.ts";
import { hypercalls } from "../event/p2m.ts";
import type { KindName } from "../event/vocabulary.ts";
import { counted, countOf, inColumns } from "./text.ts";

/** Causes that are printed one by one. */
const MOST = 12;

/** What many events of a kind are called. */
const nouns: { readonly [K in KindName]?: readonly [one: string, many: string] } = {
  "gatt.written": ["entry", "entries"],
  "gatt.read": ["read of an entry", "reads of entries"],
  "directory.written": ["directory entry", "directory entries"],
  "register.written": ["register", "registers"],
  "device.read": ["read by the card", "reads by the card"],
  "device.wrote": ["write by the card", "writes by the card"],
  "table.remapped": ["remapped page", "remapped pages"],
  "fault.raised": ["fault", "faults"],
  "page.freed": ["freed page", "freed pages"],
};

function named(kind: string, count: number): string {
  const [one, many] = nouns[kind as KindName] ?? [kind, kind];
  return countOf(count, one, many);
}

/** "2,048 entries, one cause: virt_to_phys in agp_allocate_memory, in B from op 4 on" */
export function causesText(causes: readonly Cause[]): string {
  const lines = causes.slice(0, MOST).map(({ root, after, side, count, kinds, op }) => {
    if (after !== null)
      return (
        `${countOf(count, "event")} ${kinds[0]!.class}: op ${after.op} ${after.name} returned ` +
        `${JSON.stringify(after.a)} in A and ${JSON.stringify(after.b)} in B`
      );
    const where = `in ${side.toUpperCase()} from op ${op} on`;
    if (root !== null) {
      const what = kinds.map(({ kind, count }) => named(kind, count)).join(", ");
      return `${what}, one cause: ${root}, ${where}`;
    }
    return kinds.map((one) => `${named(one.kind, one.count)} ${one.class}, ${where}`).join("; ");
  });
  const rest = causes.slice(MOST).reduce((sum, { count }) => sum + count, 0);
  if (rest > 0) lines.push(`and ${countOf(rest, "divergence")} more`);
  return lines.join("\n");
}

/** By side: how many events of which kind only that side's platform made, or only one side can have. */
export function apartText({ apartBy }: Comparison): string {
  const rows = (["a", "b"] as const).flatMap((side) => {
    const by = apartBy[side];
    const rest = by.slice(MOST).reduce((sum, { count }) => sum + count, 0);
    return [
      ...by.slice(0, MOST).map((apart) => [counted(apart.count), nameOf(apart)]),
      ...(rest > 0 ? [[counted(rest), "others"]] : []),
    ].map((row, i) => [i === 0 ? side.toUpperCase() : "", ...row]);
  });
  return rows.length === 0 ? "" : inColumns(rows);
}

function nameOf({ kind, code }: Apart): string {
  if (kind === "hypercall.made") return `${kind} ${hypercalls[code]}`;
  return kind === "hook.called" ? `${kind} ${hookNames[code]}` : kind;
}
