// other-trace.ts - the events of another trace that stand beside one here, as `gartrace diff` pairs them.

import { Besides } from "../diff/beside.ts";
import type { Recorded } from "../event/vocabulary.ts";
import type { TimeTravel } from "../replay/travel.ts";

export class OtherTrace {
  readonly travel: TimeTravel;
  readonly name: string;
  readonly #besides: Besides;

  constructor(mine: TimeTravel, travel: TimeTravel, name: string) {
    this.travel = travel;
    this.name = name;
    this.#besides = new Besides(mine.trace, travel.trace);
  }

  /**
   * Its partners: none where it is alone; several where one range of memory is cut into pieces there; null where
   * it is of what each platform does in its own way, and is not compared. A UserError says why none can be sought.
   */
  partnersOf({ seq }: Recorded): Recorded[] | null {
    const seqs = this.#besides.of(seq);
    if (seqs === null) return null;
    return seqs.flatMap((one) => this.travel.trace.event(one) ?? []);
  }
}
