// override.test.ts - virt_to_phys redefined: who else calls it under Xen, and where that leads.

import { describe, expect, test } from "vitest";
import { isWrong } from "../../src/event/verdict.ts";
import { bootRequests } from "../../src/platform/boot.ts";
import { nativeI386 } from "../../src/platform/native-i386.ts";
import { ppc64G5 } from "../../src/platform/ppc64-g5.ts";
import { outcomeOf } from "../../src/replay/outcome.ts";
import { verdictIn } from "../../src/replay/provenance.ts";
import { alloc, bareRun, free, init } from "../driver-run.ts";

const run = (platform: string, chipset = {}) =>
  bareRun(`${platform} override`, chipset, init, alloc(0, 2), free(0)).trace;

test("the boot allocator is asked for the array of struct page and four PID hash tables", () => {
  // 65,536 pages of 32 bytes; fls(256 * 4) is 11: 2,048 entries of a pointer each.
  expect(bootRequests(nativeI386)).toEqual([2097152, 8192, 8192, 8192, 8192]);
  expect(bootRequests(ppc64G5)).toEqual([3670016, 16384, 16384, 16384, 16384]);
});

describe("the boot allocator's pointers", () => {
  const calls = (platform: string) => {
    const trace = run(platform);
    return [...trace.events()].flatMap((recorded) => {
      const { kind, place } = recorded.event;
      if (kind !== "hook.called" || place !== "__alloc_bootmem_core") return [];
      return [{ ...recorded.event, verdict: verdictIn(trace, recorded) }];
    });
  };

  test.each(["native-i386", "ppc64-g5"])("lead to the page that is meant on %s", (platform) => {
    expect(calls(platform).map(({ verdict }) => verdict)).toEqual(Array(5).fill("identity"));
  });

  test("lead under Xen to the page that another domain calls by that number", () => {
    const told = calls("xen-i386");
    expect(told.map(({ verdict }) => verdict)).toEqual(Array(5).fill("wrong-space"));
    // Frame 0x1000 is the first of domain 1, which calls it page 0; page 0 of this kernel lies at 0x43c21.
    expect(told[0]).toMatchObject({
      ...{ phys: 0x1000000, machine: 0x40c21000, virt: 0xc0000000, reached: 0x43c21000 },
    });
  });
});

describe("the driver under an override on Xen", () => {
  test("is given machine addresses, and refused all the same: its table is not contiguous", () => {
    const { ends, errno, first, astray } = outcomeOf(run("xen-i386"));
    expect({ ends, errno }).toEqual({ ends: "refused", errno: -12 });
    // The frame behind the table's first is another page of this kernel, in ordinary use.
    expect(first).toMatchObject({
      verdict: "discontiguous",
      recorded: { event: { kind: "fault.raised", fault: "not-reserved" } },
    });
    expect(isWrong(astray!.verdict)).toBe(true);
  });
});
