// observe.test.ts - what the recorder of the real driver noted, where another chipset makes it another thing.

import { describe, expect, test } from "vitest";
import { directoryIndex } from "../../src/address.ts";
import type { Facts } from "../../src/event/field.ts";
import type { Event } from "../../src/event/vocabulary.ts";
import type { Trace } from "../../src/replay/trace.ts";
import { verify } from "../../src/replay/verify.ts";
import { memoryTrace } from "../memory-trace.ts";
import { imported, pathOf } from "../recordings.ts";

/** What replay says against a recording in which the first event that `change` changes is changed. */
function told(real: Trace, change: (event: Event) => Event | null) {
  let seq = 0;
  const events = [...real.events()].map((recorded) => {
    const changed = seq === 0 ? change(recorded.event) : null;
    if (changed === null) return recorded;
    seq = recorded.seq;
    return { ...recorded, event: changed };
  });
  return { seq, disagreements: verify(memoryTrace(real.about, events)).disagreements };
}

const withFacts = (facts: Facts) => (event: Event) =>
  event.kind === "op.ended" && Object.keys(facts).every((fact) => fact in event.result)
    ? { ...event, result: { ...event.result, ...facts } }
    : null;

describe("replay finds out", async () => {
  const irongate = await imported(pathOf("xen-i386.gart.amd-irongate.smoke"));
  const i810 = await imported(pathOf("xen-i386.gart.i810.argb"));
  const g5 = await imported(pathOf("ppc64-g5.dma_coherent.u3.smoke"));

  test.each([
    ["a directory that the driver did not write", irongate, { dir_dump: [[896, "0x1"]] }],
    ["a first entry that is not in the first table", irongate, { entry0_addr: "0x40c21e00" }],
    ["a word that is no scratch page", i810, { gatt_used: 16384 }],
    ["an entry that leads to another page", i810, { hw_ok: 4, hw_bad: 0 }],
    ["a table that the chipset does not get to", g5, { hw_ok: 4, hw_bad: 0 }],
    ["where the chipset looks for the table", g5, { entry0_addr: "0x1010000" }],
  ] as const)("%s", (_, real, facts) => {
    const { seq, disagreements } = told(real, withFacts(facts as unknown as Facts));
    expect(disagreements).toMatchObject(
      Object.entries(facts).map(([what, recorded]) => ({ seq, what, recorded })),
    );
  });

  test("another scratch page than the table is filled with", () => {
    const { seq, disagreements } = told(i810, withFacts({ scratch_page: "0x40135001" }));
    expect(disagreements[0]).toMatchObject({
      seq,
      what: "gatt_used",
      recorded: 0,
      replayed: 16384,
    });
  });

  test("a word of the directory that is not what was written", () => {
    const read = told(irongate, (event) =>
      event.kind === "directory.read" && event.entry === directoryIndex(900)
        ? { ...event, word: 1 }
        : null,
    );
    expect(read.disagreements).toMatchObject([{ seq: read.seq, what: "word", recorded: 1 }]);
    const written = told(irongate, (event) =>
      event.kind === "directory.written" && event.bus != null ? { ...event, word: 0x5001 } : null,
    );
    expect(written.disagreements[0]).toMatchObject({ seq: written.seq, what: "bus" });
  });
});
