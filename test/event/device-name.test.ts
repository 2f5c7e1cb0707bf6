// device-name.test.ts - devices on no PCI bus: a number each, the same in every trace, and a name for each number.

import { expect, test } from "vitest";
import {
  isNamedDevice,
  learnNames,
  namedDevice,
  nameOfDevice,
  namesText,
} from "../../src/event/device-name.ts";
import { bdfOf, deviceOf } from "../../src/event/register.ts";

test("a name's number stays what it is, for it stands in traces", () => {
  expect(["3f000000.mmc", "fe300000.dma", ""].map(namedDevice)).toEqual([
    72710716661, 71591806971, 70885612997,
  ]);
});

test("a named device is told from the PCI devices of every domain", () => {
  expect(isNamedDevice(bdfOf("fffff:ff:1f.7"))).toBe(false);
  expect(isNamedDevice(2 ** 36)).toBe(true);
  for (const name of ["3f000000.mmc", "soc", "vio"])
    expect(isNamedDevice(namedDevice(name))).toBe(true);
});

test("a device is called by its name where that was met, and by the digits of its number elsewhere", () => {
  const number = namedDevice("40000000.usb");
  expect(nameOfDevice(number)).toBe("40000000.usb");
  expect(deviceOf(number)).toBe("40000000.usb");
  expect(nameOfDevice(2 ** 36 + 0xabc)).toBe("device-abc");
  expect(deviceOf(2 ** 36 + 0xabc)).toBe("device-abc");
});

test("two names of one number take two numbers, one after the other", () => {
  // FNV-1a makes 0x9bce76e4 of both.
  const [one, other] = ["3740000.eth", "67e1000.usb"] as const;
  expect(namedDevice(one)).toBe(2 ** 36 + 0x9bce76e4);
  expect(namedDevice(other)).toBe(namedDevice(one) + 1);
  expect([one, other].map(namedDevice).map(nameOfDevice)).toEqual([one, other]);
});

test("a trace keeps the names of its devices in order, and a reader learns them", () => {
  const devices = ["b.usb", "a.mmc"].map(namedDevice);
  expect(namesText(new Set(devices))).toBe("a.mmc b.usb");
  expect(namesText([])).toBe("");
  const unmet = 70187538270;
  expect(nameOfDevice(unmet)).toBe(`device-${(unmet - 2 ** 36).toString(16)}`);
  learnNames(" unmet.uart a.mmc ");
  expect(nameOfDevice(unmet)).toBe("unmet.uart");
});

test("where a trace has no such option, nothing is learnt", () => {
  for (const nothing of [undefined, null, 7, ""]) expect(() => learnNames(nothing)).not.toThrow();
});
