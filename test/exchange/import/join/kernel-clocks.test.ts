// kernel-clocks.test.ts - a kernel's log and its trace have two clocks, and a fault stands where it happened.

import { expect, test } from "vitest";
import { importedText } from "../captured.ts";

const STABLE =
  "[    4.760318] sched_clock: Marking stable (4816107647, -58472235)->(5437426908, -679791496)";
const fault = (at: string) =>
  `[   ${at}] DMAR: [DMA Read NO_PASID] Request device [07:00.0] fault addr 0xfff0c000 [fault reason 0x06] PTE Read access is not set`;
/** A buffer is mapped from 13.000000 to 13.500000 on the trace's clock. */
const traced = [
  "# tracer: nop",
  "  drv-50 [000] .....    13.000000: dma_map_page: 0000:07:00.0 dir=TO_DEVICE dma_addr=fff0c000 size=2048 phys_addr=51000000 attrs=",
  "  drv-50 [000] .....    13.500000: dma_unmap_page: 0000:07:00.0 dir=TO_DEVICE dma_addr=fff0c000 size=2048 attrs=",
];

async function joined(log: readonly string[], trace: readonly string[] = traced) {
  const { events, trace: made } = await importedText({
    "trace.txt": `${trace.join("\n")}\n`,
    "dmesg.txt": `${log.join("\n")}\n`,
  });
  const order = events.flatMap(({ event: { kind, at } }) =>
    kind.startsWith("dma.") || kind === "fault.raised" ? [`${kind} ${at! / 1e9}`] : [],
  );
  return { order, said: made.about.options.kernelLog };
}

test("the trace's clock is local, whose distance the log tells", async () => {
  const { order, said } = await joined([STABLE, fault("12.900000")]);
  expect(order.map((one) => one.split(" ")[0])).toEqual([
    "dma.mapped",
    "dma.unmapped",
    "fault.raised",
  ]);
  expect(order[2]).toBe("fault.raised 13.579791496");
  expect(said).toBe("0.679791s-behind-local");
});

test("the command line can name another clock", async () => {
  const line =
    "[    0.000000] Kernel command line: console=ttyS0 trace_clock=mono trace_event=dma:*";
  const { order, said } = await joined([line, STABLE, fault("13.450000")]);
  expect(order[2]).toBe("fault.raised 13.508472235");
  expect(said).toBe("0.058472s-behind-mono");
});

test("an unstable clock makes the default global, which is the log's", async () => {
  const line = `[    1.000000] Unstable clock detected, switching default tracing clock to "global"`;
  const { order, said } = await joined([line, STABLE, fault("13.600000")]);
  expect(order[2]).toBe("fault.raised 13.6");
  expect(said).toBeUndefined();
});

test("words that were written to both tell which clock it is", async () => {
  const mark = "  init-1 [000] .....    13.100000: tracing_mark_write: TEST begins";
  const { said } = await joined(
    [STABLE, "[   13.041000] TEST begins", fault("13.300000")],
    [traced[0]!, traced[1]!, mark, traced[2]!],
  );
  expect(said).toBe("0.058472s-behind-mono");
});

test("words that were written to both tell the distance where the log does not", async () => {
  const mark = "  init-1 [000] .....    13.100000: tracing_mark_write: TEST begins";
  const { said, order } = await joined(
    ["[   10.000000] TEST begins", fault("10.600000")],
    [traced[0]!, traced[1]!, mark, traced[2]!],
  );
  expect(said).toBe("3.100000s-behind-marks");
  expect(order[2]).toBe("fault.raised 13.7");
});

test("of the clocks that are possible a fault's is the one by which nothing was mapped then", async () => {
  const { said } = await joined([STABLE, fault("12.400000"), fault("12.500000")]);
  expect(said).toBe("0.058472s-behind-mono");
});
