// appliers.ts - the type of a family's appliers: for each kind of its events, how it changes the state.

import type { KindName, Of } from "../event/vocabulary.ts";
import type { State } from "./state.ts";

export type Applier<K extends KindName> = (state: State, event: Of<K>, seq: number) => void;
export type Appliers = { readonly [K in KindName]: Applier<K> };
/** What one family contributes. */
export type FamilyAppliers = Partial<Appliers>;

/** For kinds that are facts without a state of their own. */
export const nothing = (): void => {};
