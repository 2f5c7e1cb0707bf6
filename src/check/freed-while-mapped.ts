// freed-while-mapped.ts - no page is freed while an entry of the GATT still leads to it.
//
// A device that goes on through the entry reads and writes what the next owner keeps there: agpgart freed
// pages one by one while the rest were still to be unmapped, until linux a2721e998ed (2007).

import { type GattIndex, hex, type Machine, type Mfn, mfnOf, offset } from "../address.ts";
import { pagesOf } from "../machine/state.ts";
import { Table } from "../machine/table.ts";
import type { Check } from "./check.ts";

export const freedWhileMapped: Check = {
  name: "freed-while-mapped",
  holds: "no page is freed while a GATT entry leads to it",
  counts: true,
  watch: (_, report) => {
    const leading = new Leading();
    return {
      after: {
        "gatt.written": ({ entry, reached }) => leading.set(entry, reached ?? null),
      },
      before: {
        "page.freed": ({ allocation, machine, size, use }) => {
          // When the table itself is freed, its entries end with it.
          if (use === "gatt") leading.clear();
          if (machine == null) return;
          for (let i = 0; i < pagesOf(size); i++) {
            const entry = leading.to(offset(mfnOf(machine), i));
            if (entry === null) {
              if (use === "agp" || use === "scratch") report.held();
              continue;
            }
            report.finding(
              [
                { family: "allocation", number: allocation },
                { family: "gatt", number: entry },
              ],
              `the page at ${hex(machine)}:m is freed and the entry still leads there`,
              "stale",
            );
          }
        },
      },
    };
  },
};

/** Which entry leads to which frame, as the driver wrote them. */
class Leading {
  readonly #frames = new Table<GattIndex, Mfn>();
  /** How many entries lead to a frame: to the scratch page, thousands. */
  readonly #entries = new Table<Mfn, number>();

  set(entry: GattIndex, reached: Machine | null): void {
    const before = this.#frames.get(entry);
    if (before !== undefined) this.#leave(before, entry);
    if (reached === null) return;
    const frame = mfnOf(reached);
    this.#frames.set(entry, frame);
    this.#entries.set(frame, (this.#entries.get(frame) ?? 0) + 1);
  }

  /** The first entry of the table that leads to a frame; null where none does. */
  to(frame: Mfn): GattIndex | null {
    if (!this.#entries.has(frame)) return null;
    for (const [entry, led] of this.#frames) if (led === frame) return entry;
    return null;
  }

  clear(): void {
    this.#frames.clear();
    this.#entries.clear();
  }

  #leave(frame: Mfn, entry: GattIndex): void {
    this.#frames.delete(entry);
    const others = this.#entries.get(frame)! - 1;
    if (others === 0) this.#entries.delete(frame);
    else this.#entries.set(frame, others);
  }
}
