// apply.ts - the one door: how any event changes the state, live and in replay.

import { type Event, type KindName, kindCodeOf, kindNames } from "../event/vocabulary.ts";
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

/** By the code of a kind. One dispatch outruns the type checker: the applier of a kind takes the event of that kind. */
const byCode = kindNames.map((kind) => appliers[kind] as Applier<KindName>);

/** Changes the state as the event says; `seq` must be the next one. Hot: once an event (bench: record, check). */
export function apply(state: State, event: Event, seq: number): void {
  byCode[kindCodeOf(event)]!(state, event as never, seq);
  state.moment = seq;
}
