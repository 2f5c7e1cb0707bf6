// origins.ts - for a device's access: where the address that it used was given, and when.

import type { Actor, Event, KindName, Recorded } from "../../event/vocabulary.ts";
import { causesOf } from "../../replay/causes.ts";
import type { Trace } from "../../replay/trace.ts";

interface Origin {
  readonly ns: number;
  readonly actor: Actor;
}

const giving: readonly KindName[] = ["page.allocated", "dma.mapped", "iommu.mapped"];
/** Chains that are remembered: accesses by one GATT entry or one mapping come together. */
const REMEMBERED = 65536;

export class Origins {
  readonly #trace: Trace;
  /** By seq; two numbers an allocation or mapping, for as long as a trace is. */
  readonly #given = new Map<number, Origin>();
  /** By the cause that an access names. */
  readonly #found = new Map<number, Origin | null>();

  constructor(trace: Trace) {
    this.#trace = trace;
  }

  /** Remembers an event that gives an address; says whether it is one. */
  take({ seq, event }: Recorded, ns: number): boolean {
    const gives = giving.includes(event.kind);
    if (gives) this.#given.set(seq, { ns, actor: event.actor });
    return gives;
  }

  /** The nearest allocation or mapping among the causes of an event; null where there is none. */
  of(event: Event): Origin | null {
    const { cause } = event;
    if (cause == null) return null;
    let origin = this.#found.get(cause);
    if (origin !== undefined) return origin;
    if (this.#found.size === REMEMBERED) this.#found.clear();
    origin = this.#search(cause);
    this.#found.set(cause, origin);
    return origin;
  }

  #search(cause: number): Origin | null {
    const nearest = this.#trace.event(cause);
    if (nearest === undefined) return null;
    const chain = [nearest, ...causesOf(this.#trace, nearest)];
    const giver = chain.find(({ event }) => giving.includes(event.kind));
    return (giver && this.#given.get(giver.seq)) ?? null;
  }
}
