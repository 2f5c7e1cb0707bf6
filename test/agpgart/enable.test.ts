// enable.test.ts - agp_enable: the fastest rate that all share goes to every AGP device.

import { expect, test } from "vitest";
import { intel440bx } from "../../src/chipset/440bx.ts";
import type { Chipset } from "../../src/chipset/chipset.ts";
import { registerName } from "../../src/event/register.ts";
import { bareRun, enable, init, maxOrder } from "../driver-run.ts";

const CARD_STATUS = 0xf4;

/** The machine with another AGP status register in its display device. */
const withCard = (value: number): Chipset => ({
  ...intel440bx,
  powerOn: intel440bx.powerOn.map((cell) =>
    cell.offset === CARD_STATUS ? { ...cell, value } : cell,
  ),
});

const enabled = (chipset: Chipset) =>
  bareRun("native-i386 legacy", { chipset }, maxOrder(0), init, enable);
const commands = (chipset: Chipset) =>
  enabled(chipset)
    .of(2, "register.written")
    .map(({ register, word }) => `${registerName(register)} <- 0x${word.toString(16)}`);

test("every device with an AGP capability gets the command word, the bridge first", () => {
  expect(commands(intel440bx)).toEqual([
    "0000:00:00.0+0xa8 <- 0x1f000302",
    "0000:01:00.0+0xf8 <- 0x1f000302",
  ]);
});

test("only the fastest rate that the client asks for is tried: a card without it gets none", () => {
  // agp_v2_parse_one clears 1x in the mode that the client passes with 2x, before it looks at the card.
  expect(commands(withCard(0x1f000201))).toEqual([
    "0000:00:00.0+0xa8 <- 0x1f000300",
    "0000:01:00.0+0xf8 <- 0x1f000300",
  ]);
});

test("the version is read from the capability once", () => {
  const run = bareRun("native-i386 legacy", {}, maxOrder(0), init, enable, enable);
  const looks = [2, 3].map((place) =>
    run.of(place, "register.read").filter((read) => read.place === "get_agp_version"),
  );
  expect(looks.map((reads) => reads.length)).toEqual([1, 0]);
  expect(run.of(3, "message.logged")).toEqual(run.of(2, "message.logged"));
});

test("the shorter queue counts, and side-band addressing only if all have it", () => {
  expect(commands(withCard(0x07000003))[0]).toBe("0000:00:00.0+0xa8 <- 0x7000102");
});

test("each device is said to be put into that mode", () => {
  const texts = enabled(intel440bx)
    .of(2, "message.logged")
    .map(({ text }) => text);
  expect(texts).toEqual([
    "agpgart: Found an AGP 1.0 compliant device at 0000:00:00.0.",
    "agpgart: Putting AGP V2 device at 0000:00:00.0 into 2x mode",
    "agpgart: Putting AGP V2 device at 0000:01:00.0 into 2x mode",
  ]);
});

test("without a display device that can do AGP nothing is written", () => {
  const devices = intel440bx.devices.map((device) =>
    device.isDisplay ? { ...device, agp: 0 } : device,
  );
  const run = enabled({ ...intel440bx, devices });
  expect(run.of(2, "register.written")).toEqual([]);
  expect(run.of(2, "message.logged").at(-1)!.text).toBe(
    "agpgart: Couldn't find an AGP VGA controller.",
  );
});
