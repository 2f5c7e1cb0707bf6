// every-chipset.test.ts - the driver of each chipset loads, tells its client the aperture, binds, unbinds and goes.

import { describe, expect, test } from "vitest";
import { hex, offset, raw } from "../../src/address.ts";
import { chipsets } from "../../src/chipset/index.ts";
import { registerName } from "../../src/event/register.ts";
import { addressesOf, verdictOf } from "../../src/event/verdict.ts";
import { platforms } from "../../src/platform/index.ts";
import {
  alloc,
  bind,
  cleanup,
  DriverRun,
  enable,
  free,
  info,
  init,
  unbind,
} from "../driver-run.ts";
import { setupOf, workloadOf } from "../laws.ts";
import { recorded } from "../memory-trace.ts";

/** Where the client finds the aperture, and its size in MB, where those are not 0xe0000000 and 64. */
const apertures: { readonly [name: string]: readonly [base: string, size: number] } = {
  u3: ["0x0", 64],
  uninorth: ["0x0", 32],
  uninorth15: ["0x0", 32],
  titan: ["0xc0000000", 64],
  zx1: ["0x60000000", 512],
};

/** The word that a driver writes into an unused entry, where that is not 0. */
const unused: { readonly [name: string]: string } = {
  // The scratch page, and the valid bit.
  i810: "0x1000001",
  // IOMMU_RESERVED_PTE.
  titan: "0xface",
};

/** The rate that card and bridge share, as bits 2:0 of the AGP command; 8x is bit 1 under AGP 3.0. */
const rates: { readonly [name: string]: number | null } = {
  "intel-440bx": 2,
  "amd-irongate": 2,
  "ali-m1541": 2,
  uninorth: 2,
  ...Object.fromEntries(
    ["u3", "intel-7505", "via-kt400", "via-kt880", "via-kt880-bw", "sis-648", "sis-746"].map(
      (name) => [name, 2],
    ),
  ),
  // Revision 0x21 gives up 4x after it was chosen.
  uninorth15: 0,
  titan: 0,
  i810: null,
};

describe.each(chipsets)("the driver of $name", (chipset) => {
  const { name, devices } = chipset;
  const platform = platforms.find((one) => one.chipsets.includes(name))!;
  const ran = (...ops: object[]) =>
    new DriverRun(
      recorded(setupOf(`${platform.name} gart`, { chipset, workload: workloadOf(...ops) })),
      0,
    );

  test("loads, and tells the client where the aperture is", () => {
    const run = ran(init, info);
    const [aper_base, aper_size] = apertures[name] ?? ["0xe0000000", 64];
    expect(run.ret(0)).toBe(0);
    expect(run.result(1)).toMatchObject({ aper_base, aper_size, ret: 0 });
  });

  test("gives the card the rate that it shares with the bridge", () => {
    const run = ran(init, enable);
    const card = devices.find(({ isDisplay, agp }) => isDisplay && agp !== 0);
    const command = card && `${card.name}+${hex(card.agp + 8)}`;
    const words = run
      .of(1, "register.written")
      .filter(({ register }) => registerName(register) === command)
      .map(({ word }) => word);
    const isAmd64 = name.startsWith("amd64-");
    const rate = name in rates ? rates[name]! : isAmd64 ? 2 : 4;
    expect(words.length === 0 ? null : words.at(-1)! % 8).toBe(rate);
  });

  test("binds each page to an entry of its own that the card reads, takes it back, and leaves no page behind", () => {
    const run = ran(init, alloc(0, 4), bind(0, 2), unbind(0), free(0), cleanup);
    const written = run.of(2, "gatt.written");
    expect(written.map(({ entry }) => raw(entry))).toEqual([2, 3, 4, 5]);
    const verdicts = written.map((event) => verdictOf(addressesOf(event), null));
    expect(verdicts).toEqual(["identity", "identity", "identity", "identity"]);
    const reads = run.of(2, "device.read");
    expect(reads.map(({ reached }) => reached)).toEqual(written.map(({ machine }) => machine));
    const [first, second] = reads.map(({ bus }) => bus);
    expect(second).toBe(offset(first!, chipset.entry.reach ?? 4096));
    const words = run.of(3, "gatt.written").map(({ word }) => hex(word));
    expect(words).toEqual(Array.from({ length: 4 }, () => unused[name] ?? "0x0"));
    const events = [...run.trace.events()].map(({ event }) => event);
    const allocated = events.flatMap((e) => (e.kind === "page.allocated" ? [e.allocation] : []));
    const freed = events.flatMap((e) => (e.kind === "page.freed" ? [e.allocation] : []));
    const left = allocated.filter((page) => !freed.includes(page));
    // Their table is the I/O MMU's.
    expect(left).toHaveLength(["titan", "zx1"].includes(name) ? 1 : 0);
    expect(run.of(5, "fault.raised")).toEqual([]);
  });
});
