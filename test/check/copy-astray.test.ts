// copy-astray.test.ts - what the kernel copies back from a slot is where a mapping led a device.

import { describe, expect, test } from "vitest";
import { bus, machine, mfn, phys } from "../../src/address.ts";
import { copyAstray } from "../../src/check/copy-astray.ts";
import { capture, judged, leading, native, told } from "./judged.ts";

describe("what is copied back from a slot", () => {
  const copied = (from: number, direction: "to-slot" | "from-slot" = "from-slot") =>
    told("page.copied", {
      ...{ frame: mfn(9), direction, phys: phys(from), machine: machine(from) },
      ...{ reached: machine(0x9000), size: 256 },
    });
  const slot = told("dma.mapped", {
    ...leading(0x51000, 0x51000, 0x51000),
    ...{ handle: bus(0x51000), bus: bus(0x51000), size: 0x800, direction: "from-device" },
  });
  const unknown = { ...slot, reached: null };
  const over = told("dma.unmapped", { ...slot, kind: "dma.unmapped", cause: 1 } as never);
  const astray = (seq: number, from: string) => [
    `#${seq} content 0x9: 256 bytes at ${from}:m are copied to 0x9000:m; no mapping leads there`,
  ];

  test.each([
    ["lies where a mapping begins", [slot, copied(0x51000)], ["held 1"]],
    ["lies where it ends", [slot, copied(0x517ff)], ["held 1"]],
    ["lies behind it", [slot, copied(0x51800)], astray(2, "0x51800")],
    ["lies before it", [slot, copied(0x50fff)], astray(2, "0x50fff")],
    ["is led to no more", [slot, over, copied(0x51000)], astray(3, "0x51000")],
    ["is led to by nothing that is known", [unknown, copied(0x0)], astray(2, "0x0")],
    ["goes the other way", [copied(0x51000, "to-slot")], []],
    ["is from who knows where", [{ ...copied(0x51000), machine: null }], []],
  ])("%s", (_, events, lines) => {
    expect(judged(copyAstray, events)).toEqual(lines);
  });

  test("may be of a mapping that a capture does not hold", () => {
    expect(judged(copyAstray, [slot, copied(0x51000), copied(0x61000)], capture(native))).toEqual(
      [],
    );
  });
});
