// other-trace.ts - a second trace beside the one under the debugger, whose events are partners of events here.

import { Pairing } from "../diff/pairing.ts";
import type { Recorded } from "../event/vocabulary.ts";
import type { TimeTravel } from "../replay/travel.ts";

export class OtherTrace {
  readonly travel: TimeTravel;
  readonly name: string;
  readonly #pairing: Pairing;

  constructor(mine: TimeTravel, travel: TimeTravel, name: string) {
    this.travel = travel;
    this.name = name;
    this.#pairing = new Pairing(mine.trace, travel.trace);
  }

  /** The partners of an event here, as `gartrace diff` pairs them; null where it is not compared. */
  partnersOf(recorded: Recorded): Recorded[] | null {
    return this.#pairing.partnersOf(recorded);
  }
}
