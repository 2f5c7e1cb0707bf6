// amd.test.ts - events of AMD-Vi that refuse a device are faults, in the words of Linux and of Xen.

import { expect, test } from "vitest";
import { logged, timed } from "./logged.ts";

test.each([
  [
    "nic_drv 0000:07:00.0: AMD-Vi: Event logged [IO_PAGE_FAULT domain=0x0021 address=0x2c441540 flags=0x0070]",
    "0000:07:00.0 0x2c441540",
  ],
  [
    "AMD-Vi: Event logged [IO_PAGE_FAULT device=07:00.0 domain=0x0021 address=0x000000002c441580 flags=0x0020]",
    "0000:07:00.0 0x2c441580",
  ],
  [
    "AMD-Vi: Event logged [IO_PAGE_FAULT device=0002:C1:00.1 domain=0x0021 address=0xFFFD0000 flags=0x0020]",
    "0002:c1:00.1 0xfffd0000",
  ],
  // The IOMMU speaks, of another device.
  [
    "pci 0000:00:00.2: AMD-Vi: Event logged [INVALID_DEVICE_REQUEST device=0000:03:00.0 pasid=0x00000 address=0xfffffffdf8140200 flags=0x0a00]",
    "0000:03:00.0 0xfffffffdf8140200",
  ],
  [
    "iommu ivhd0: AMD-Vi: Event logged [ILLEGAL_DEV_TABLE_ENTRY device=0000:03:00.0 pasid=0x00000 address=0x1000 flags=0x0a00]",
    "0000:03:00.0 0x1000",
  ],
  [
    "AMD-Vi: Event logged [RMP_PAGE_FAULT device=0000:02:00.0, vmg_tag=0x0000, gpa=0xfff0f000, flags_rmp=0x0010, flags=0x0020]",
    "0000:02:00.0 0xfff0f000",
  ],
  ["AMD-Vi: Event logged [IO_PAGE_FAULT device=07:00.0 domain=0x00", "0000:07:00.0 ?"],
  [
    "AMD-Vi: AMD-Vi: Event logged [IO_PAGE_FAULT device=07:00.0 domain=0x0021 address=0x1000 flags=0x0020]",
    "0000:07:00.0 0x1000",
  ],
  [
    "nvme 0000:07:00.0: Event logged [IO_PAGE_FAULT domain=0x0021 address=0x1000 flags=0x0020]",
    "0000:07:00.0 0x1000",
  ],
  [
    "(XEN) AMD-Vi: IO_PAGE_FAULT: 0000:07:00.0 d0 addr 00000002c0000140 flags 0x8 I",
    "0000:07:00.0 0x2c0000140",
  ],
  [
    "(XEN) AMD-Vi: IO_PAGE_FAULT: domain = 0, device id = 0x00a1, fault address = 0xbd3c7000, flags = 0x0",
    "0000:00:14.1 0xbd3c7000",
  ],
  // Xen until 4.1.
  [
    "(XEN) AMD_IOV: IO_PAGE_FALT: domain:0, device id:0x00a1, fault address:0xbd3c7000",
    "0000:00:14.1 0xbd3c7000",
  ],
])("%s", async (line, fault) => {
  const lines = line.startsWith("(XEN)") ? [line] : timed(line);
  expect((await logged(...lines)).faults).toEqual([fault]);
});

test("a device without a domain is named on the second line", async () => {
  const { faults } = await logged(
    ...timed(
      "AMD-Vi: Event logged [Device not attached to domain properly]",
      "AMD-Vi:   device=0000:07:00.0 domain=0x0021",
    ),
  );
  expect(faults).toEqual(["0000:07:00.0 ?"]);
});

test("an event about the driver's own commands refuses no device", async () => {
  const { faults, events } = await logged(
    ...timed(
      "AMD-Vi: Event logged [ILLEGAL_COMMAND_ERROR address=0x1000]",
      "AMD-Vi: Interrupt remapping enabled",
    ),
  );
  expect(faults).toEqual([]);
  expect(events).toHaveLength(2);
});

test("a fault whose words stand in two messages is one", async () => {
  const { faults } = await logged(
    ...timed(
      "AMD-Vi: Event logged [",
      "INVALID_DEVICE_REQUEST device=00:00.1 address=0x000000fdf8000020 flags=0x0a00]",
      "AMD-Vi: Event logged [",
      "ILLEGAL_COMMAND_ERROR address=0x1000]",
      "AMD-Vi: Event logged [",
      "IO_PAGE_FAULT device=05:00.0 domain=0x0012 address=0x00000000ff6101b0 flags=0x0070]",
    ),
  );
  expect(faults).toEqual(["0000:00:00.1 0xfdf8000020", "0000:05:00.0 0xff6101b0"]);
});
