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
