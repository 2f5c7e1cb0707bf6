// apply.ts - the one door: how any event changes the state, live and in replay.

import { type Event, type KindName, kindNames } from "../event/vocabulary.ts";
import { type Applier, type Appliers, nothing } from "./appliers.ts";
import { block } from "./block.ts";
import { cache } from "./cache.ts";
import { device } from "./device.ts";
import { fault } from "./fault.ts";
import { gart } from "./gart.ts";
import { hook } from "./hook.ts";
import { iommu } from "./iommu.ts";
import { memory } from "./memory.ts";
import { op } from "./op.ts";
import { p2m } from "./p2m.ts";
import { paging } from "./paging.ts";
import { register } from "./register.ts";
import type { State } from "./state.ts";

// A kind of event that no family handles does not compile here.
const appliers: Appliers = {
  ...op,
  ...memory,
  ...p2m,
  ...iommu,
  ...hook,
  ...gart,
  ...register,
  ...cache,
  ...device,
  ...block,
  ...fault,
  ...paging,
};

/** The kinds of events that can change a state; the others are facts, and a fold may pass over them. */
export const changing: readonly KindName[] = kindNames.filter(
  (kind) => appliers[kind] !== (nothing as unknown),
);

/** A map's look-up is some 10 ns, that of an object with so many names five times as much. */
const byKind = new Map<string, Applier<KindName>>(
  // One dispatch outruns the type checker: the applier of a kind takes the event of that kind.
  Object.entries(appliers) as [string, Applier<KindName>][],
);

// Events of one kind come together.
let lastKind: KindName | null = null;
let last: Applier<KindName>;

/** Changes the state as the event says; `seq` must be the next one. Hot: once an event (bench: record, check). */
export function apply(state: State, event: Event, seq: number): void {
  if (event.kind !== lastKind) {
    last = byKind.get(event.kind)!;
    lastKind = event.kind;
  }
  last(state, event as never, seq);
  state.moment = seq;
}
