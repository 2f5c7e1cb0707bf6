// checked-machine.ts - a machine that imported events change: each is checked where it is made.
//
// A source's numbers are of any size. What a trace cannot hold, or what replay could not go through, is no event: the
// line that said it is not used.

import { PageBudget, UNCOUNTED } from "../../../event/page-budget.ts";
import { troubleIn } from "../../../event/row.ts";
import type { Event } from "../../../event/vocabulary.ts";
import { Machine } from "../../../machine/machine.ts";
import { Unusable } from "./fields.ts";

export class CheckedMachine extends Machine {
  readonly #pages = new PageBudget();

  override emit(event: Event): number {
    const trouble = troubleIn(event, this.state.moment + 1) ?? this.#pages.take(bytesOf(event));
    if (trouble !== null) throw new Unusable(trouble);
    return super.emit(event);
  }
}

/** Of the memory that it is about; 0 where it is about none. */
export const bytesOf = (event: Event): number =>
  event.kind === UNCOUNTED ? 0 : ((event as { readonly size?: number | null }).size ?? 0);
