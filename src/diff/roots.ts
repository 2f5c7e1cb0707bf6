// roots.ts - which hook call, or which DMA mapping, an event's address came from, for any event of a trace, at once.
//
// Causes point backwards, mostly not far: the root of each event that can be a cause is kept for a while, and the
// rare older one is looked up in the trace.

import { columns } from "../event/field.ts";
import { hookNames } from "../event/hook.ts";
import type { Row } from "../event/row.ts";
import { kindCode } from "../fingerprint/match-key.ts";
import { causesOf } from "../replay/causes.ts";
import type { Names } from "./cursor.ts";
import type { Compared } from "./in-memory.ts";

/** An address that came from no hook call. */
export const ROOTLESS = -1;
/** Events whose roots are kept: a power of two. */
const KEPT = 1 << 16;
const HOOKS = 256;
/** Beside the codes of hooks: the DMA-mapping interface gave the address. */
const HANDLE = 255;

const [SEQ, CAUSE] = [columns.indexOf("seq"), columns.indexOf("cause")];
const [PLACE, VALUE] = [columns.indexOf("place"), columns.indexOf("value")];
const HOOK = kindCode["hook.called"];
const DMA_MAPPED = kindCode["dma.mapped"];
/** The other kinds that can be causes on the way from a hook to hardware. */
const PASSING = new Set([
  kindCode["gatt.written"],
  kindCode["directory.written"],
  kindCode["register.written"],
]);

export class Roots {
  readonly #trace: Compared;
  readonly #names: Names;
  readonly #seqs = new Float64Array(KEPT);
  readonly #roots = new Int32Array(KEPT);

  constructor(trace: Compared, names: Names) {
    this.#trace = trace;
    this.#names = names;
  }

  /** Takes note of the next row; `kind` is this program's code of it. */
  see(row: Row, kind: number): void {
    if (kind === DMA_MAPPED) this.#keep(row[SEQ]!, this.#rootAt(HANDLE, this.#placeName(row)));
    else if (kind === HOOK) this.#keep(row[SEQ]!, this.#rootAt(row[VALUE]!, this.#placeName(row)));
    else if (PASSING.has(kind) && row[CAUSE] !== null) this.#keep(row[SEQ]!, this.of(row[CAUSE]!));
  }

  /** The root of an address that came from that event. */
  of(cause: number): number {
    if (this.#seqs[cause % KEPT] === cause) return this.#roots[cause % KEPT]!;
    const recorded = this.#trace.event(cause);
    if (recorded === undefined) return ROOTLESS;
    const giver = [recorded, ...causesOf(this.#trace, recorded)].find(
      ({ event }) => event.kind === "hook.called" || event.kind === "dma.mapped",
    )?.event;
    let root = ROOTLESS;
    if (giver !== undefined) {
      const code = giver.kind === "hook.called" ? hookNames.indexOf(giver.hook) : HANDLE;
      root = this.#rootAt(code, giver.place ?? "the kernel");
    }
    this.#keep(cause, root);
    return root;
  }

  /** "virt_to_phys in agp_allocate_memory" */
  nameOf(root: number): string {
    const giver = root % HOOKS === HANDLE ? "a DMA handle" : hookNames[root % HOOKS];
    return `${giver} in ${this.#names.names[Math.floor(root / HOOKS)]}`;
  }

  #keep(seq: number, root: number): void {
    this.#seqs[seq % KEPT] = seq;
    this.#roots[seq % KEPT] = root;
  }

  #rootAt = (hook: number, place: string): number => this.#names.codeOf(place) * HOOKS + hook;

  #placeName = (row: Row): string =>
    row[PLACE] === null ? "the kernel" : this.#trace.names.places[row[PLACE]!]!;
}
