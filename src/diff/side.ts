// side.ts - one of the two traces: its ops one by one, each event judged in the state at its moment.

import { pfnOf, raw } from "../address.ts";
import type { Facts } from "../event/field.ts";
import { type Addresses, addressesOf, type Verdict, verdictOf } from "../event/verdict.ts";
import type { Event, Of, Recorded } from "../event/vocabulary.ts";
import { apply } from "../machine/apply.ts";
import { State } from "../machine/state.ts";
import { Watch } from "../replay/observe.ts";
import { natureOf } from "../replay/replay.ts";
import type { Trace } from "../replay/trace.ts";

/** An event with what only its moment can tell. */
export interface Seen {
  readonly recorded: Recorded;
  readonly verdict: Verdict | null;
  /** Which page is meant, whatever its frame: the op that allocated it, which of that op's, which page. */
  readonly page: string | null;
}

/** One op of one side, up to its end. */
export interface OpSeen {
  readonly op: number;
  readonly name: string;
  readonly arguments: Facts;
  /** Null where the op never ended. */
  readonly result: Facts | null;
  readonly events: readonly Seen[];
}

export class Side {
  readonly trace: Trace;
  readonly state: State;
  readonly watch: Watch;
  readonly #events: Iterator<Recorded>;
  #next: IteratorResult<Recorded>;
  /** first pfn -> the allocation's name. */
  readonly #allocations = new Map<number, string>();
  #allocated = 0;
  /** What the events that can be causes of a verdict said. */
  readonly #spoke = new Map<number, Addresses>();

  constructor(trace: Trace) {
    this.trace = trace;
    this.state = new State(natureOf(trace.about));
    this.watch = new Watch(this.state);
    this.#events = trace.events()[Symbol.iterator]();
    this.#next = this.#events.next();
  }

  /** The next op, its events read and applied; null at the end. Events before it belong to no op. */
  nextOp(): OpSeen | null {
    while (!this.#next.done && this.#next.value.event.kind !== "op.began") this.#take();
    if (this.#next.done) return null;
    const began = this.#take().recorded.event as Of<"op.began">;
    this.#allocated = 0;
    const events: Seen[] = [];
    let result: Facts | null = null;
    while (!this.#next.done && this.#next.value.event.kind !== "op.began") {
      const seen = this.#take();
      if (seen.recorded.event.kind === "op.ended") result = seen.recorded.event.result;
      else events.push(seen);
    }
    return { op: began.op, name: began.name, arguments: began.arguments, result, events };
  }

  #take(): Seen {
    const recorded = this.#next.value as Recorded;
    const { seq, op, event } = recorded;
    // A freed page is still the allocation's; a new one is it from now on.
    const before = event.kind === "page.allocated" ? null : this.#pageOf(event);
    apply(this.state, event, seq);
    this.watch.see(event);
    if (event.kind === "page.allocated")
      this.#allocations.set(event.allocation, `op ${op}'s allocation ${this.#allocated++}`);
    const page = before ?? this.#pageOf(event);
    const addresses = addressesOf(event);
    const cause = event.cause == null ? null : (this.#spoke.get(event.cause) ?? null);
    const verdict = verdictOf(addresses, cause);
    if (event.kind === "gatt.written" || (event.kind === "register.written" && event.bus != null))
      this.#spoke.set(seq, addresses);
    this.#next = this.#events.next();
    return { recorded, verdict, page };
  }

  #pageOf(event: Event): string | null {
    if (!("phys" in event) || event.phys == null) return null;
    const page = raw(pfnOf(event.phys));
    const owner = this.state.allocationOf(page);
    if (owner === null) return null;
    return `${this.#allocations.get(owner.first)}, page ${page - owner.first}`;
  }
}
