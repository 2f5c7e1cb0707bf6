// sources.ts - which hook call or DMA mapping gave an address, for a reader that goes through all events.

import { hookNames } from "../event/hook.ts";
import { type KindName, kindCode, type Recorded } from "../event/vocabulary.ts";

/** An address that came from no hook call and no DMA mapping. */
export const SOURCELESS = -1;
/** Events whose sources are kept: a power of two. */
const KEPT = 1 << 16;
/** Codes of hooks, and beside them one for the DMA-mapping interface. */
const HOOKS = 256;
const HANDLE = 255;

const HOOK = kindCode["hook.called"];
const DMA_MAPPED = kindCode["dma.mapped"];
/** The other kinds that can be causes on the way from a hook to hardware. */
const PASSING: ReadonlySet<number> = new Set(
  (["gatt.written", "directory.written", "register.written"] as const).map(
    (kind) => kindCode[kind],
  ),
);

/** Whether an event of a kind, by its code, can stand between the call that gives an address and hardware. */
export const isSource = (kind: number): boolean =>
  kind === HOOK || kind === DMA_MAPPED || PASSING.has(kind);

/** Where a trace's events are looked up. */
export interface Lookup {
  event(seq: number): Recorded | undefined;
}

/** The event itself or the nearest of its causes that is of one of these kinds; null where none is. */
export function nearestCause(
  trace: Lookup,
  seq: number,
  kinds: readonly KindName[],
): Recorded | null {
  let recorded = trace.event(seq);
  while (recorded !== undefined && !kinds.includes(recorded.event.kind)) {
    const { cause } = recorded.event;
    recorded = cause == null ? undefined : trace.event(cause);
  }
  return recorded ?? null;
}

/**
 * Causes point backwards, mostly not far, so the source of each event that can be a cause is kept for a while; the
 * rare older one is looked up in the trace. A source is one number: a hook and the function that called it.
 */
export class Sources {
  readonly #trace: Lookup;
  /** The names of functions by their codes, which may grow. */
  readonly #places: readonly string[];
  readonly #seqs = new Float64Array(KEPT);
  readonly #sources = new Int32Array(KEPT);

  constructor(trace: Lookup, places: readonly string[]) {
    this.#trace = trace;
    this.#places = places;
  }

  /**
   * Takes note of the next event: `kind` is this program's code of it, `hook` that of a hook call's hook. Hot: once
   * an event of a comparison, and of a recording.
   */
  see(
    seq: number,
    kind: number,
    cause: number | null,
    place: number | null,
    hook: number | null,
  ): void {
    if (kind === DMA_MAPPED) this.#keep(seq, sourceAt(HANDLE, place));
    else if (kind === HOOK) this.#keep(seq, sourceAt(hook!, place));
    else if (cause !== null && PASSING.has(kind)) this.#keep(seq, this.of(cause));
  }

  /** The source of an address that came from that event. */
  of(cause: number): number {
    if (this.#seqs[cause % KEPT] === cause) return this.#sources[cause % KEPT]!;
    const event = nearestCause(this.#trace, cause, ["hook.called", "dma.mapped"])?.event;
    let source = SOURCELESS;
    if (event !== undefined) {
      const hook = event.kind === "hook.called" ? hookNames.indexOf(event.hook) : HANDLE;
      const { place } = event;
      source = sourceAt(hook, place == null ? null : this.#places.indexOf(place));
    }
    this.#keep(cause, source);
    return source;
  }

  /** "virt_to_phys in agp_allocate_memory" */
  nameOf(source: number): string {
    const hook = source % HOOKS === HANDLE ? "a DMA handle" : hookNames[source % HOOKS];
    return `${hook} in ${this.#places[Math.floor(source / HOOKS) - 1] ?? "the kernel"}`;
  }

  #keep(seq: number, source: number): void {
    this.#seqs[seq % KEPT] = seq;
    this.#sources[seq % KEPT] = source;
  }
}

const sourceAt = (hook: number, place: number | null): number => ((place ?? -1) + 1) * HOOKS + hook;
