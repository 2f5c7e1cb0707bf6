// judge.ts - a recording of the real driver against the same run here, number by number.

import type { JudgedEvent } from "../src/diff/cursor.ts";
import { compare } from "../src/diff/diff.ts";
import type { Trace } from "../src/replay/trace.ts";
import { verify } from "../src/replay/verify.ts";
import { eventLine } from "../src/report/event-text.ts";
import { recorded } from "./memory-trace.ts";
import { imported, operationsOf, pathOf, setupLike } from "./recordings.ts";

/** Where a recording and the same run here first part, in words; null where they are alike. */
export async function parting(name: string, folder?: string): Promise<string | null> {
  const real = await imported(pathOf(name, folder));
  const here = recorded(setupLike(name, folder));
  const { first, counts, apart, ops } = compare(here, real, { exact: true });
  if (first !== null) {
    const line = (seen: JudgedEvent | null, { about }: Trace) =>
      seen === null ? "no such event" : eventLine(seen.recorded, seen.verdict, about);
    const facts = first.facts.map(
      ({ fact, a, b }) => `${fact}: ${JSON.stringify(a)} here, ${JSON.stringify(b)} there`,
    );
    return [
      `${first.class} in op ${first.op.op}, ${first.op.name}`,
      `  here  ${line(first.a, here)}`,
      `  there ${line(first.b, real)}`,
      ...facts.map((fact) => `  ${fact}`),
    ].join("\n");
  }
  // Nothing of the recording was passed over: each event has its partner, each op its result.
  if (apart.b !== 0) return `${apart.b} events of the recording take no part`;
  if (counts.same !== real.count - ops)
    return `${real.count - ops} events are recorded, ${counts.same} have partners`;
  const { length } = operationsOf(real.about.workload, folder).operations;
  if (ops !== length) return `${length} operations are recorded, ${ops} compared`;
  const { agreed, disagreements } = verify(real);
  if (disagreements.length > 0) return `replay disagrees: ${JSON.stringify(disagreements[0])}`;
  if (agreed <= real.count) return `replay confirms ${agreed} observations only`;
  return null;
}
