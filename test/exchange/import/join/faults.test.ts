// faults.test.ts - one fault told by two sources is one event.

import { expect, test } from "vitest";
import { deviceOf } from "../../../../src/event/register.ts";
import { importedText } from "../captured.ts";

const byKernel = (i: number, address: string, device = "07:00.0"): string =>
  `[   31.40000${i}] DMAR: [DMA Read NO_PASID] Request device [${device}] fault addr ${address} [fault reason 0x06] PTE Read access is not set`;
const byModel = (i: number, address: string, sid = "0x700"): string =>
  `71@1700000000.00010${i}:vtd_dmar_fault sid ${sid} fault 6 addr ${address} write 0`;

async function faultsOf(kernel: readonly string[], model: readonly string[]) {
  const { events } = await importedText({
    "dmesg.txt": `${kernel.join("\n")}\n`,
    "qemu.log": `${model.join("\n")}\n`,
  });
  const faults = events.flatMap(({ seq, event }) =>
    event.kind === "fault.raised" ? [{ seq, device: deviceOf(event.device!) }] : [],
  );
  const again = events.flatMap(({ event }) =>
    event.kind !== "fault.raised" && event.cause != null ? [event.cause] : [],
  );
  return { faults, again };
}

test("the kernel's line and the model's are one fault, though the kernel knows the page alone", async () => {
  const { faults, again } = await faultsOf([byKernel(0, "0x61400000")], [byModel(0, "0x61400a80")]);
  expect(faults).toEqual([{ seq: 1, device: "0000:07:00.0" }]);
  expect(again).toEqual([1]);
});

test("a rate-limited log tells some of the faults that the model tells", async () => {
  const model = [0, 1, 2, 3].map((i) => byModel(i, "0x61400000"));
  const { faults } = await faultsOf([byKernel(0, "0x61400000"), byKernel(1, "0x61400000")], model);
  expect(faults).toHaveLength(4);
});

test("the tracepoint that the kernel has beside its line tells the same fault", async () => {
  const { events } = await importedText({
    "dmesg.txt":
      "[   90.600000] vfio-pci 0000:07:00.0: AMD-Vi: Event logged [IO_PAGE_FAULT domain=0x0021 address=0xfd204000 flags=0x0070]\n",
    "ftrace.txt":
      "# tracer: nop\n  irq/25-1 [000] .....    90.500000: io_page_fault: IOMMU:vfio-pci 0000:07:00.0 iova=0x00000000fd204000 flags=0x0070\n",
  });
  expect(events.map(({ event }) => [event.kind, event.cause ?? null])).toEqual([
    ["fault.raised", null],
    ["message.logged", 1],
  ]);
});

test("another device or another page is another fault", async () => {
  const model = [byModel(0, "0x61400000", "0x708"), byModel(1, "0x61401000")];
  const { faults } = await faultsOf([byKernel(0, "0x61400000")], model);
  expect(faults).toHaveLength(3);
});

test("a fault comes of the mapping that its address belongs to, of its end, or of the entry alone", async () => {
  const device = "0000:07:00.0";
  const lines = [
    "map: IOMMU: iova=0x00000000ffff0000 - 0x1 paddr=0x0000000051000000 size=8192",
    `dma_map_page: ${device} dir=FROM_DEVICE dma_addr=ffff0040 size=6000 phys_addr=51000040 attrs=`,
    `io_page_fault: IOMMU:drv ${device} iova=0x00000000ffff1000 flags=0x0001`,
    `io_page_fault: IOMMU:drv ${device} iova=0x00000000ffff0000 flags=0x0001`,
    `dma_unmap_page: ${device} dir=FROM_DEVICE dma_addr=ffff0040 size=6000 attrs=`,
    `io_page_fault: IOMMU:drv ${device} iova=0x00000000ffff1000 flags=0x0001`,
    `io_page_fault: IOMMU:drv ${device} iova=0x00000000fffe0000 flags=0x0001`,
  ];
  const text = lines.map((line, i) => ` drv-50 [000] ..... 10.00000${i}: ${line}\n`).join("");
  const { events } = await importedText({ "ftrace.txt": `# tracer: nop\n${text}` });
  const faults = events.filter(({ event }) => event.kind === "fault.raised");
  expect(faults.map(({ event }) => event.cause ?? null)).toEqual([2, 1, 5, null]);
});
