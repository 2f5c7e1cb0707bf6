// bridges.test.ts - what each chipset shows its driver: the bridge, its AGP, the table's register, and what empties the TLB.
//
// Numbers as pci_ids.h and the drivers in drivers/char/agp/ of 2.6.12-rc2 have them.

import { describe, expect, test } from "vitest";
import { hex } from "../../src/address.ts";
import type { Chipset } from "../../src/chipset/chipset.ts";
import { chipsets } from "../../src/chipset/index.ts";
import { registerName } from "../../src/event/register.ts";

type Shown = readonly [id: string, printed: string | null, agp: string | null, table: string];

/** PCI vendor and device, what the driver prints, the version of the AGP capability, and the table's register. */
const bridges: { readonly [name: string]: Shown } = {
  "intel-440bx": ["8086:7190", "an Intel 440BX Chipset.", "1.0", "ATTBASE 0000:00:00.0+0xb8"],
  "intel-845": ["8086:1a30", "an Intel i845 Chipset.", "2.0", "ATTBASE 0000:00:00.0+0xb8"],
  "intel-815": ["8086:1130", "an Intel i815 Chipset.", "2.0", "ATTBASE 0000:00:00.0+0xb8"],
  "intel-820": ["8086:2500", "an Intel i820 Chipset.", "2.0", "ATTBASE 0000:00:00.0+0xb8"],
  "intel-830mp": ["8086:3575", "an Intel 830M Chipset.", "2.0", "ATTBASE 0000:00:00.0+0xb8"],
  "intel-840": ["8086:1a21", "an Intel i840 Chipset.", "2.0", "ATTBASE 0000:00:00.0+0xb8"],
  "intel-850": ["8086:2530", "an Intel i850 Chipset.", "2.0", "ATTBASE 0000:00:00.0+0xb8"],
  "intel-860": ["8086:2531", "an Intel i860 Chipset.", "2.0", "ATTBASE 0000:00:00.0+0xb8"],
  "intel-7505": ["8086:2550", "an Intel E7505 Chipset.", "3.0", "ATTBASE 0000:00:00.0+0xb8"],
  i810: ["8086:7120", "an Intel i810 Chipset.", null, "PGETBL_CTL mmio:0000:00:01.0+0x2020"],
  "amd-irongate": ["1022:7006", "AMD Irongate chipset", "1.0", "ATTBASE mmio:0000:00:00.0+0x4"],
  "via-kt133": [
    "1106:0305",
    "VIA Twister-K/KT133x/KM133 chipset",
    "2.0",
    "ATTBASE 0000:00:00.0+0x88",
  ],
  "via-kt400": ["1106:3189", "VIA KT400/KT400A/KT600 chipset", "3.0", "ATTBASE 0000:00:00.0+0x98"],
  "via-kt880": ["1106:0269", "VIA KT880 chipset", "3.5", "ATTBASE 0000:00:00.0+0x98"],
  "via-kt880-bw": ["1106:0269", "VIA KT880 chipset", "3.5", "ATTBASE 0000:00:00.0+0x98"],
  "ali-m1541": ["10b9:1541", "ALi M1541 chipset", "1.0", "ATTBASE 0000:00:00.0+0xbc"],
  "ali-m1671": ["10b9:1671", "ALi M1671 chipset", "2.0", "ATTBASE 0000:00:00.0+0xbc"],
  "sis-735": ["1039:0735", "SiS 735 chipset", "2.0", "ATTBASE 0000:00:00.0+0x90"],
  "sis-648": ["1039:0648", "SiS 648 chipset", "3.0", "ATTBASE 0000:00:00.0+0x90"],
  "sis-746": ["1039:0746", "SiS 746 chipset", "3.5", "GARTLO 0000:00:00.0+0xd8"],
  "amd64-8151": ["1022:7454", "AMD 8151 AGP Bridge rev B2", "3.0", "TABLEBASE 0000:00:18.3+0x98"],
  "amd64-8151-2p": [
    "1022:7454",
    "AMD 8151 AGP Bridge rev B2",
    "3.0",
    "TABLEBASE 0000:00:18.3+0x98",
  ],
  "amd64-8151-b1": [
    "1022:7454",
    "AMD 8151 AGP Bridge rev B1",
    "3.5",
    "TABLEBASE 0000:00:18.3+0x98",
  ],
  "amd64-8151-noaper": [
    "1022:7454",
    "AMD 8151 AGP Bridge rev B2",
    "3.0",
    "TABLEBASE 0000:00:18.3+0x98",
  ],
  "amd64-nforce3": ["10de:00d1", "AGP bridge 0", "3.0", "TABLEBASE 0000:00:18.3+0x98"],
  "amd64-uli1689": ["10b9:1689", "AGP bridge 8", "3.0", "TABLEBASE 0000:00:18.3+0x98"],
  "amd64-k8t800": ["1106:3188", "AGP bridge 0", "3.0", "TABLEBASE 0000:00:18.3+0x98"],
  "ati-rs100": ["1002:cab0", "Ati IGP320/M chipset", "2.0", "GART_BASE mmio:0000:00:00.0+0x4"],
  "ati-rs300": ["1002:5830", "Ati IGP9100/M chipset", "2.0", "GART_BASE mmio:0000:00:00.0+0x4"],
  "sworks-he": ["1166:0008", null, "2.0", "GATTBASE mmio:0000:00:00.0+0x4"],
  nforce2: ["10de:01e0", "NVIDIA nForce2 chipset", "2.0", "ATTBASE0 0000:00:00.2+0xe0"],
  uninorth: ["106b:0020", "Apple UniNorth chipset", "1.0", "GART_BASE 0000:f0:0b.0+0x8c"],
  uninorth15: ["106b:002d", "Apple UniNorth 1.5 chipset", "2.0", "GART_BASE 0000:f0:0b.0+0x8c"],
  u3: ["106b:004b", "Apple U3 chipset", "3.0", "GART_BASE 0000:f0:0b.0+0x8c"],
  titan: ["ffff:ffff", null, null, "TBA1 mmio:0000:00:00.0+0x240"],
  zx1: ["103c:1229", null, "2.0", "PDIR_BASE mmio:0000:00:00.0+0x320"],
};

const four = (number: number): string => number.toString(16).padStart(4, "0");

/** The version in the AGP capability of the first device that has one and is no card. */
function agpVersion({ devices, powerOn }: Chipset): string | null {
  const bridge = devices.find(({ agp, isDisplay }) => agp !== 0 && !isDisplay);
  if (bridge === undefined) return null;
  const { value } = powerOn.find(
    ({ device, offset }) => device === bridge.name && offset === bridge.agp,
  )!;
  // PCI_CAP_ID_AGP in bits 7:0, the version in bits 23:16.
  expect(value % 256).toBe(2);
  const version = Math.floor(value / 2 ** 16);
  return `${Math.floor(version / 16)}.${version % 16}`;
}

test("each chipset of the list shows its driver the machine that it is", () => {
  const shown = chipsets.map((chipset): [string, Shown] => {
    const { name, bridge, detected, registers } = chipset;
    const table = registers.find(({ holdsTable }) => holdsTable)!;
    return [
      name,
      [
        `${four(bridge.vendor)}:${four(bridge.id)}`,
        detected === null ? null : detected.replace(/^Detected /, ""),
        agpVersion(chipset),
        `${table.name} ${registerName(table.number)}`,
      ],
    ];
  });
  expect(Object.fromEntries(shown)).toEqual(bridges);
});

test("where a driver prints what it found, the line begins as all of them do", () => {
  for (const { name, detected } of chipsets)
    expect(detected ?? "Detected nothing", name).toMatch(/^Detected /);
});

type Flush = readonly [register: string, empties: readonly number[], leaves: readonly number[]];
const intel: Flush = ["AGPCTRL", [0, 0x2200], [0x80, 0x2280]];
const viaAgp3: Flush = ["GARTCTRL", [0, 0x100], [0x80, 0x180]];
const ali: Flush = ["TAGCTRL", [3, 0x13], [0, 1, 2, 0x10]];
const sis: Flush = ["TLBFLUSH", [2, 7], [0, 1, 4]];
const amd64: Flush = ["CACHECTL", [1, 3], [0, 2]];
const bit0 = (register: string): Flush => [register, [1, 0x101], [0, 2, 0x100]];

/** The register that empties the GART's TLB, words that do and words that do not; null where no register does. */
const flushes: { readonly [name: string]: Flush | null } = {
  i810: null,
  "amd-irongate": bit0("TLBFLUSH"),
  "via-kt133": ["GARTCTRL", [0x80, 0x8f], [0, 0xf]],
  "via-kt400": viaAgp3,
  "via-kt880": viaAgp3,
  "via-kt880-bw": viaAgp3,
  "ali-m1541": ali,
  "ali-m1671": ali,
  "sis-735": sis,
  "sis-648": sis,
  "sis-746": ["AGPCTRL", [0, 0x100], [0x80, 0x180]],
  u3: bit0("GART_CTRL"),
  uninorth: bit0("GART_CTRL"),
  uninorth15: bit0("GART_CTRL"),
  "ati-rs100": bit0("GART_CACHE_CNTRL"),
  "ati-rs300": bit0("GART_CACHE_CNTRL"),
  "sworks-he": bit0("DIRFLUSH"),
  nforce2: ["WBC", [0x80000000, 0xffffffff], [0, 1, 0x7fffffff]],
  titan: ["TLBIA", [0, 1], []],
  zx1: ["PCOM", [0, 0xe000001e], []],
};

describe.each(chipsets)("the TLB of $name", ({ name, registers, flushesTlb }) => {
  const other = name.startsWith("amd64-") ? amd64 : intel;
  const flush = name in flushes ? flushes[name]! : other;

  test("is emptied by the words that its driver flushes with, and by no others", () => {
    if (flush === null) return;
    const [flushing, empties, leaves] = flush;
    const { number } = registers.find((one) => one.name === flushing)!;
    for (const word of empties) expect(flushesTlb(number, word), hex(word)).toBe(true);
    for (const word of leaves) expect(flushesTlb(number, word), hex(word)).toBe(false);
  });

  test("is left as it is by every other register", () => {
    for (const { name, number } of registers)
      for (const word of name === flush?.[0] ? [] : [0, 1, 3, 0x80, 0x80000000, 0xffffffff])
        expect(flushesTlb(number, word), `${name} ${hex(word)}`).toBe(false);
  });
});

test("an AGP master finds the aperture where the firmware has put it", () => {
  const apertures = chipsets.map(({ name, powerOn, apertureBase }) => {
    const byNumber = new Map<unknown, number>();
    for (const { device, offset, value } of powerOn)
      byNumber.set(`${device}+${hex(offset)}`, value);
    const base = apertureBase({
      register: (number) => {
        const word = byNumber.get(registerName(number));
        return word === undefined ? undefined : { word, seq: 0 };
      },
    });
    return [name, base === null ? null : hex(base)] as const;
  });
  const others = apertures.filter(([, base]) => base !== "0xe0000000");
  expect(Object.fromEntries(others)).toEqual({
    // The northbridge has none yet: the driver takes the bridge's.
    "amd64-8151-noaper": "0x0",
    // Their driver leaves it at 0.
    uninorth: "0x0",
    uninorth15: "0x0",
    u3: "0x0",
    // Windows of an I/O MMU that the driver opens.
    titan: null,
    zx1: null,
  });
});
