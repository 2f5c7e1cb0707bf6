// cut.test.ts - a line that a terminal or a mail has cut tells its address whole, or none: never the part that is left.

import { expect, test } from "vitest";
import { linuxFaults, xenFaults } from "./fault-lines.ts";
import { logged, timed } from "./logged.ts";

const all = [
  ...linuxFaults.map((told) => ({ ...told, dress: timed })),
  ...xenFaults.map((told) => ({ ...told, dress: onConsole })),
];
function onConsole(...lines: readonly string[]): string[] {
  return lines.map((line) => `(XEN) ${line}`);
}

/** Where a line can be cut inside the digits of the address that it tells. */
function placesIn(line: string, address: string): number[] {
  const digits = address.slice(2);
  const at = line.toLowerCase().indexOf(digits);
  return at < 0 || digits === "" ? [] : [at + 1, at + digits.length - 1];
}

interface Cut {
  readonly source: string;
  readonly fault: string;
  /** The lines, of which one is cut: what is left of it, and the rest. */
  readonly dressed: readonly string[];
  readonly at: number;
  readonly left: string;
  readonly rest: string;
}

const cuts: readonly Cut[] = all.flatMap(({ source, lines, fault, dress }) => {
  const address = fault.split(" ")[1]!;
  const dressed = dress(...lines);
  return dressed.flatMap((line, at) =>
    placesIn(line, address).map((place) => ({
      source,
      fault,
      dressed,
      at,
      left: line.slice(0, place),
      rest: line.slice(place),
    })),
  );
});

async function addressesOf({ dressed, at }: Cut, ...instead: readonly string[]) {
  const lines = [...dressed.slice(0, at), ...instead, ...dressed.slice(at + 1)];
  return (await logged(...lines)).faults.map((fault) => fault.split(" ")[1]);
}

const isWholeOrNone = ({ fault, address }: Cut & { readonly address?: string }): boolean =>
  address === "?" || fault.endsWith(` ${address}`);

test.each([">", "$", "…", "...", "\\"])("cut with %s at its end", async (mark) => {
  for (const cut of cuts)
    for (const address of await addressesOf(cut, cut.left + mark))
      expect({ ...cut, address }).toSatisfy(isWholeOrNone);
});

test("gone on with in the next line, it is whole or not told", async () => {
  for (const cut of cuts)
    for (const address of await addressesOf(cut, cut.left, cut.rest))
      expect({ ...cut, address }).toSatisfy(isWholeOrNone);
});

const dart = "apple-dart 907000000.iommu: translation fault: status:0x4 at ";
test.each([
  ["digits that end a line and go on", [`${dart}0x2c44`, "1000"], "? 0x2c441000"],
  ["an address that ends its line", [`${dart}0x2c441000`, "a word"], "? 0x2c441000"],
  ["the last line of a log", [`${dart}0x2c441000`], "? 0x2c441000"],
  [
    "digits inside a line",
    [
      "DMAR: [DMA Read NO_PASID] Request device [07:00.0] fault addr 0x2c44",
      "1000 [fault reason 0x06] PTE Read access is not set",
    ],
    "0000:07:00.0 0x2c441000",
  ],
])("of a log without times, %s", async (_, lines, fault) => {
  expect((await logged(...lines)).faults).toEqual([fault]);
});

test("a device's name that is cut names nobody", async () => {
  const line =
    "AMD-Vi: Event logged [IO_PAGE_FAULT device=0000:c7:00.0 domain=0x0021 address=0x1000";
  for (let end = line.indexOf("0000:"); end < line.indexOf(" domain"); end++)
    expect((await logged(...timed(line.slice(0, end)))).faults).toEqual(["? ?"]);
});

test("of an event of an SMMUv3 no word is another's where one is lost", async () => {
  const v3 = "arm-smmu-v3 9050000.iommu: ";
  const words = ["0000003800000010", "0000020000000000", "00000000fe3c1040", "0000000000000000"];
  for (const lost of words.keys()) {
    const left = words.filter((_, i) => i !== lost).map((word) => `${v3}\t0x${word}`);
    const { faults } = await logged(...timed(`${v3}event 0x10 received:`, ...left));
    expect(faults).toEqual(["? ?"]);
  }
});

/** As a form wraps at blanks what is longer than its columns. */
function wrapped(line: string, columns: number): string[] {
  const at = line.length <= columns ? -1 : line.lastIndexOf(" ", columns);
  return at <= 0 ? [line] : [line.slice(0, at), ...wrapped(line.slice(at + 1), columns)];
}

test.each([72, 80])(
  "wrapped at %i columns, a fault is told and no other address",
  async (columns) => {
    for (const head of ["", "Jan  5 10:20:30 box kernel: "])
      for (const { source, lines, fault } of linuxFaults) {
        const all = timed(...lines).flatMap((line) => wrapped(head + line, columns));
        const [device, address] = fault.split(" ");
        const { faults } = await logged(...all);
        // The words of Exynos are three, of which each can be on another line.
        const isTold = faults.length > 0 || source.startsWith("exynos");
        expect([source, isTold]).toEqual([source, true]);
        for (const told of faults) {
          const [by, at] = told.split(" ");
          expect([source, [device, "?"].includes(by), [address, "?"].includes(at)]).toEqual([
            source,
            true,
            true,
          ]);
        }
      }
  },
);

test("prose behind a message makes no fault of it", async () => {
  const { faults } = await logged(
    ...timed("usb 1-1: new high-speed USB device number 7"),
    "and then I see: Unhandled context fault: fsr=0x402, iova=0xfe3c1000, fsynr=0x13",
    "with DMAR: [DMA Read] Request device [07:00.0] fault addr 2c441000 [fault reason 06]",
  );
  expect(faults).toEqual([]);
});
