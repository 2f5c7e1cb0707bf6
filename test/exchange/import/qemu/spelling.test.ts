// spelling.test.ts - the lines of QEMU's models in each of their spellings: with a time, without, and of other buses.

import { describe, expect, test } from "vitest";
import { deviceOf } from "../../../../src/event/register.ts";
import { judgedOf } from "../../../../src/replay/judged.ts";
import { importedText } from "../captured.ts";

const told = async (log: string) => {
  const { events } = await importedText({ "qemu.log": log });
  return events.map(({ event }) => event);
};

describe("a log without times", () => {
  test("tells what one with times does, also between the lines of others", async () => {
    const events = await told(
      "SeaBIOS (version 1.16.2)\npci_nvme_io_cmd cid 31 nsid 0x1 sqid 1 opc 0x2 opname 'NVME_NVM_CMD_READ'\n" +
        "pci_nvme_read cid 31 nsid 1 nlb 8 count 4096 lba 0x500\n[    1.0] eth0: up\npci_nvme_map_addr addr 0x51000000 len 4096\n",
    );
    expect(events.filter(({ kind }) => kind === "device.wrote")).toMatchObject([
      { bus: 0x51000000, size: 4096 },
    ]);
  });

  test("of a refused access alone is known, by what QEMU reports of it", async () => {
    const [fault] = await told(
      "qemu-system-x86_64: vtd_iommu_translate: detected translation failure (dev=01:02:03, iova=0x61400000)\n",
    );
    expect(fault).toMatchObject({ kind: "fault.raised", fault: "iommu", bus: 0x61400000 });
    expect(fault?.kind === "fault.raised" && deviceOf(fault.device!)).toBe("0000:01:02.3");
  });
});

describe("a log on its way to somebody's mail", () => {
  const refused = "vtd_dmar_fault sid 0x700 fault 6 addr 0x2c441000 write 0";
  const reported =
    "qemu-system-x86_64: vtd_iommu_translate: detected translation failure (dev=07:00:00, iova=0x2c441000)";
  const start = String.fromCharCode(27);
  test.each([
    ["a mail", `> ${refused}`],
    ["a mail, with a time", `> > 4242@1736072430.123456:${refused}`],
    ["an indented paste", `    ${refused}`],
    ["a page", `<p>&gt; ${refused}<br>`],
    ["a code in a line", `\`${refused}\``],
    ["cat -n", `     1\t${refused}`],
    ["grep -n", `qemu.log:12:4242@1736072430.123456:${refused}`],
    ["colours", `${start}[32m${refused}${start}[0m`],
    ["tabs for blanks", refused.replaceAll(" ", "\t")],
    ["two ends of a line", `${refused}\r\r`],
    ["a terminal's times", `Jan 05 10:20:30 ${refused}`],
    ["what QEMU reports", reported],
    ["what QEMU reports, at which time", `2025-01-05T10:20:30.123456Z ${reported}`],
    ["what QEMU reports, for which guest", `2025-01-05T10:20:30.123456Z vm1 ${reported}`],
    ["what QEMU reports, in a mail", `> 2025-01-05T10:20:30.123456Z ${reported}`],
  ])("tells the same: %s", async (_, line) => {
    const events = await told(`${line}\n`);
    expect(events).toMatchObject([{ kind: "fault.raised", fault: "iommu", bus: 0x2c441000 }]);
    expect(events[0]!.kind === "fault.raised" && deviceOf(events[0]!.device!)).toBe("0000:07:00.0");
  });

  test.each([">", "$", "…", "\\"])("tells no part of an address: cut with %s", async (mark) => {
    for (const line of [
      "vtd_dmar_fault sid 0x700 fault 6 addr 0x2c44",
      "smmuv3_translate_abort smmuv3-iommu-memory-region-16-3 sid=0x10 abort on iova=0x2c44",
      "virtio_iommu_report_fault FAULT reason=1 flags=16 endpoint=56 address =0x2c44",
      "smmuv3-iommu-memory-region-16-3 translation failed for iova=0x2c44",
      reported.slice(0, -5),
    ])
      expect(await told(`${line}${mark}\nvtd_inv_qi_head read head 1\n`)).toMatchObject([
        { kind: "fault.raised", bus: null },
        {},
      ]);
  });
});

test("RISC-V's IOMMU tells what it refuses", async () => {
  const [fault] = await told(
    "riscv_iommu_flt riscv.iommu: fault 0007:00.0 reason: 0x800000d iova: 0x2c441000\n",
  );
  expect(fault).toMatchObject({ kind: "fault.raised", fault: "iommu", bus: 0x2c441000 });
  expect(fault?.kind === "fault.raised" && deviceOf(fault.device!)).toBe("0000:07:00.0");
});

describe("a USB host controller", () => {
  test("that prints its addresses as signed decimals reads and writes memory there", async () => {
    const events = await told(
      "usb_dwc2_memory_read addr -1073741824 len 64\nusb_dwc2_memory_write addr 4096 len 8\n",
    );
    expect(events).toMatchObject([
      { kind: "device.read", bus: 0xc0000000, size: 64 },
      { kind: "device.wrote", bus: 4096, size: 8 },
    ]);
  });

  test("touches the kernel's buffers while they are mapped, whatever its clock shows", async () => {
    const kernel: string[] = ["# tracer: nop"];
    const log: string[] = [];
    for (let i = 0, at = 10_000_000; i < 40; i++, at += 3000 + ((i * i) % 17) * 400) {
      const phys = (0x1200000 + ((i * 7) % 40) * 0x40000).toString(16);
      const bus = (0xc1200000 + ((i * 7) % 40) * 0x40000).toString(16);
      const time = (micros: number, ahead = 0) =>
        `${ahead + Math.floor(micros / 1e6)}.${`${micros % 1e6}`.padStart(6, "0")}`;
      const of = `3f980000.usb dir=TO_DEVICE dma_addr=${bus} size=64`;
      kernel.push(` usb-9 [000] ..... ${time(at)}: dma_map_page: ${of} phys_addr=${phys} attrs=`);
      kernel.push(` usb-9 [000] ..... ${time(at + 900)}: dma_unmap_page: ${of} attrs=`);
      const address = Number.parseInt(bus, 16) - 2 ** 32;
      log.push(`7@${time(at + 500, 1.7e9)}:usb_dwc2_memory_read addr ${address} len 64`);
    }
    const files = { "trace.txt": `${kernel.join("\n")}\n`, "qemu.log": `${log.join("\n")}\n` };
    const { judgement } = judgedOf((await importedText(files)).trace);
    expect(judgement.capture!.dma.deviceAccesses).toEqual({ total: 40, inLiveMapping: 40 });
    expect(judgement.word).toBe("right");
  });

  test("fetches a request of 16 bytes", async () => {
    const events = await told(
      "usb_xhci_fetch_trb addr 0x000000000a0c2000, CR_ENABLE_SLOT, p 0x0000000000000000, s 0x00000000, c 0x00002401\n",
    );
    expect(events).toMatchObject([{ kind: "device.read", bus: 0xa0c2000, size: 16 }]);
  });
});

test("virtio says that it did something, and no address", async () => {
  const events = await told("virtio_blk_handle_read vdev 0x55 req 0x66 sector 2048 nsectors 8\n");
  expect(events).toMatchObject([{ kind: "call.entered", place: "virtio_blk_handle_read" }]);
});
