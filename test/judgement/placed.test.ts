// placed.test.ts - what a device logged beside the kernel's trace has its place by inference, and says so.

import { expect, test } from "vitest";
import { isPlaced } from "../../src/judgement/inferred.ts";
import { judgedOf } from "../../src/replay/judged.ts";
import { eventLine } from "../../src/report/event-text.ts";
import { importedText } from "../exchange/import/captured.ts";

const log = "71@1700000000.000100:pci_nvme_map_addr addr 0x61000 len 4096\n";
const kernel =
  "# tracer: nop\n  dd-1  [000] .....     6.5: dma_map_page: 0000:00:04.0 dir=FROM_DEVICE dma_addr=61000 size=4096 phys_addr=61000 attrs=\n";

test("an access stands among the kernel's events by inference, and its use counts so", async () => {
  const { trace, events } = await importedText({ "ftrace.txt": kernel, "qemu.log": log });
  expect(trace.about.options.placed).toBe("by-causality");
  const placed = events.filter(({ event }) => isPlaced(trace.about, event));
  expect(placed.map(({ event }) => event.kind)).toEqual(["device.wrote"]);
  expect(eventLine(placed[0]!, null, trace.about)).toMatch(/, placed by inference$/);
  // The platform is inferred too: both uses are.
  expect(judgedOf(trace).judgement.uses).toMatchObject({ right: 2, inferred: 2 });
});

test("a device's log that stands alone keeps its own order", async () => {
  const { trace, events } = await importedText({ "qemu.log": log });
  expect(events.some(({ event }) => isPlaced(trace.about, event))).toBe(false);
});
