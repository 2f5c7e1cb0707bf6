// live-mappings.test.ts - which events mapped the buffers that are mapped at a moment, found by an index or without one.

import { expect, test } from "vitest";
import { liveMappings } from "../../src/replay/live-mappings.ts";
import { stateAt } from "../../src/replay/replay.ts";
import { traceOf } from "./handmade.ts";
import { stored } from "./stored.ts";

const at = (handle: number, phys: number, parts: object = {}) => ({
  ...{ kind: "dma.mapped", handle, bus: handle, direction: "to-device", size: 4096 },
  ...{ phys, machine: phys, reached: phys, ...parts },
});
const over = (handle: number, parts: object = {}) => ({
  ...{ kind: "dma.unmapped", handle, bus: handle, direction: "to-device", size: 4096 },
  ...parts,
});
const events = [
  at(0x60000, 0x1000), // 1
  at(0x70000, 0x2000), // 2
  over(0x60000),
  at(0x60000, 0x3000), // 4: the same handle again, of another buffer
  at(0x70000, 0x4000, { device: 8 }), // 5: another device's handle of that number
  at(0x80000, 0x5000), // 6
  over(0x80000),
  over(0x70000, { device: 8 }),
];
/** By moment, from 0 on. */
const live = ["", "1", "2 1", "2", "4 2", "5 4 2", "6 5 4 2", "5 4 2", "4 2"];

test("a handle is of the buffer that it was given for last, newest first", async () => {
  const trace = traceOf(events, { physIsMachine: true });
  const indexed = await stored(trace, 4);
  expect(indexed.indexed).toBe(true);
  for (const one of [trace, indexed])
    expect(
      live.map((_, moment) =>
        Array.from(liveMappings(one, stateAt(one, moment)), ({ seq }) => seq).join(" "),
      ),
    ).toEqual(live);
  indexed.close();
});
