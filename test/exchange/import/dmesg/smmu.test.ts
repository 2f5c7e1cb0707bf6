// smmu.test.ts - a fault of an Arm SMMU is one fault, in however many lines it is told.

import { expect, test } from "vitest";
import { logged, timed } from "./logged.ts";

const v3 = "arm-smmu-v3 9050000.iommu: ";
const words = (id: string, address: string): string[] => [
  `${v3}event ${id} received:`,
  `${v3}\t0x00000038000000${id.slice(2)}`,
  `${v3}\t0x0000020000000000`,
  `${v3}\t0x${address}`,
  `${v3}\t0x0000000000000000`,
];
const decoded = [
  `${v3}event: F_TRANSLATION client: 0000:07:00.0 sid: 0x38 ssid: 0x0 iova: 0xfe3c1040 ipa: 0x0`,
  `${v3}unpriv data write s1 "Input address caused fault" stag: 0x0`,
];
const v2 = "arm-smmu 15000000.iommu: ";
const context = `${v2}Unhandled context fault: fsr=0x402, iova=0xfe3c1000, fsynr=0x13, cbfrsynra=0x1880, cb=5`;

test.each([
  ["the raw words of an event", words("0x10", "00000000fe3c1040"), ["? 0xfe3c1040"]],
  [
    "words and what they mean",
    [...words("0x10", "00000000fe3c1040"), ...decoded],
    ["0000:07:00.0 0xfe3c1040"],
  ],
  ["what they mean alone", decoded, ["0000:07:00.0 0xfe3c1040"]],
  [
    "a device on no PCI bus",
    [decoded[0]!.replace("0000:07:00.0", "3f000000.mmc")],
    ["3f000000.mmc 0xfe3c1040"],
  ],
  [
    "two events one behind the other",
    [...words("0x10", "00000000fe3c1040"), ...words("0x13", "00000000fe4d0000")],
    ["? 0xfe3c1040", "? 0xfe4d0000"],
  ],
  ["an event whose third word is no address", words("0x02", "00000000fe3c1040"), ["? ?"]],
  ["an event cut after its first line", words("0x10", "0").slice(0, 1), ["? ?"]],
  [
    "a page request",
    [
      `${v3}unexpected PRI request received:`,
      `${v3}\tsid 0x00000038.0x00000: [1] unprivileged read access at iova 0x00000000fe3c1000`,
    ],
    ["? 0xfe3c1000"],
  ],
  ["a context fault of one line", [context], ["? 0xfe3c1000"]],
  [
    "a context fault and its registers",
    [
      context,
      `${v2}FSR    = 00000402 [Format=2 TF], SID=0x1880`,
      `${v2}FSYNR0 = 00000013 [S1CBNDX=0 WNR PLVL=3]`,
    ],
    ["? 0xfe3c1000"],
  ],
  [
    "Qualcomm's wording",
    [
      `${v2}Unhandled context fault: iova=0x00001000, cb=0, fsr=0x40000402, fsynr0=0x200001, fsynr1=0x0`,
      `${v2}Client info: BID=0x0, PID=0x0, MID=0x0`,
      `${v2}soft iova-to-phys=0x0000000000000000`,
    ],
    ["? 0x1000"],
  ],
  [
    "a stream without a context",
    [
      `${v2}Blocked unknown Stream ID 0x4c3; boot with "arm-smmu.disable_bypass=0" to allow, but this may have security implications`,
      `${v2}\tGFSR 0x80000002, GFSYNR0 0x00000002, GFSYNR1 0x000004c3, GFSYNR2 0x00000000`,
    ],
    ["? ?"],
  ],
])("%s", async (_, lines, faults) => {
  expect((await logged(...timed(...lines))).faults).toEqual(faults);
});

test("two SMMUs that dump their events at the same time tell one fault each", async () => {
  const other = words("0x13", "00000000fe4d0000").map((line) => line.replace("9050000", "9060000"));
  const mixed = words("0x10", "00000000fe3c1040").flatMap((line, i) => [line, other[i]!]);
  expect((await logged(...timed(...mixed))).faults).toEqual(["? 0xfe3c1040", "? 0xfe4d0000"]);
});

test("what another CPU says between the words of an event stands behind the fault", async () => {
  const [first, ...rest] = words("0x10", "00000000fe3c1040");
  const { faults, events } = await logged(...timed(first!, "usb 1-1: new device", ...rest));
  expect(faults).toEqual(["? 0xfe3c1040"]);
  expect(events.map(({ cause }) => cause ?? null)).toEqual([null, null, 1, 1, 1, 1]);
});

test("an overflow of the event queue loses faults", async () => {
  const { faults, lost } = await logged(
    ...timed("arm-smmu-v3 9050000.iommu: EVTQ overflow detected -- events lost"),
  );
  expect({ faults, lost }).toEqual({ faults: [], lost: 1 });
});
