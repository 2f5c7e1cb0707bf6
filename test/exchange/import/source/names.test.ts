// names.test.ts - a name of a line is one text, whichever line it is met in, and no piece of the line.

import { expect, test } from "vitest";
import { Names, own } from "../../../../src/exchange/import/source/names.ts";

const line = "pci_nvme_map_addr_cmb addr 0x10 é";
const piece = line.slice(0, 21);

test("a name is itself, the first time and again", () => {
  const names = new Names();
  expect(names.of(piece)).toBe("pci_nvme_map_addr_cmb");
  expect(names.of(piece)).toBe("pci_nvme_map_addr_cmb");
  expect(names.of("")).toBe("");
});

test("a long name, and one of more than are kept, are themselves too", () => {
  const names = new Names();
  const long = "x".repeat(1000);
  for (let i = 0; i < 5000; i++) expect(names.of(`event_${i}`)).toBe(`event_${i}`);
  expect(names.of(long)).toBe(long);
  expect(names.of("event_4999")).toBe("event_4999");
});

test("a text of its own has the same characters", () => {
  expect(own(line)).toBe(line);
  expect(own(line.slice(-1))).toBe("é");
});
