// subject.test.ts - subjects by the names that people give them, and what is said of a name that is none.

import { describe, expect, test } from "vitest";
import { UserError } from "../../src/fault.ts";
import { subjectExamples, subjectNamed } from "../../src/replay/subject.ts";
import { setupOf, workloadOf } from "../laws.ts";
import { recorded } from "../memory-trace.ts";
import { traceOf } from "./handmade.ts";

const small = { workload: workloadOf({ op: "maxorder", max_order: 0 }, { op: "init" }) };
const dom0 = recorded(setupOf("xen-i386 gart", small));
const g5 = recorded(setupOf("ppc64-g5 gart", small));
const named = (text: string, trace = dom0) => {
  const { name, parts } = subjectNamed(trace, text);
  return [name, ...parts.map(({ family, first, last }) => `${family} ${first}..${last}`)];
};

test.each([
  ["gatt[0x42]", ["gatt[0x42]", "gatt 66..66"]],
  ["gatt[64..0x4f]", ["gatt[0x40..0x4f]", "gatt 64..79"]],
  ["p2m[0x1230]", ["p2m[0x1230]", "p2m 4656..4656"]],
  ["directory[3]", ["directory[0x3]", "directory 3..3"]],
  ["op:14", ["op:14", "op 14..14"]],
  ["request:3", ["request:3", "request 3..3"]],
  ["iommu:0x60000000", ["iommu[0x60000]", "iommu 393216..393216"]],
  ["iommu:0x60000000..0x60003fff", ["iommu[0x60000..0x60003]", "iommu 393216..393219"]],
  ["dma:0x60000040", ["dma[0x60000040]", "dma 1610612800..1610612800"]],
  ["content:0x4b1f1000", ["content[0x4b1f1]", "content 307697..307697"]],
  ["content[0X4B1F1]", ["content[0x4b1f1]", "content 307697..307697"]],
  ["scratch-directory[1]", ["scratch-directory[0x1]", "scratch-directory 1..1"]],
  ["op:1..3", ["op:1", "op 1..3"]],
  ["register:ATTBASE", ["reg:ATTBASE", "register 184..187"]],
  [
    "page:0x1010000..0x1013fff:p",
    [
      "page:0x1010000..0x1013000:p",
      ...["allocation 4112..4115", "p2m 4112..4115", "attribute 4112..4115"],
    ],
  ],
  ["iommu:0xffffffffff000", ["iommu[0xffffffffff]", "iommu 1099511627775..1099511627775"]],
  ["map:0xd0800000", ["mapping[0xd0800]", "mapping 854016..854016"]],
])("%s", (text, subject) => {
  expect(named(text)).toEqual(subject);
});

test("a page goes by the kernel's own address, or by the kernel-physical one", () => {
  const page = ["allocation 4112..4112", "p2m 4112..4112", "attribute 4112..4112"];
  expect(named("page:0xc1010000")).toEqual(["page:0x1010000:p", ...page]);
  expect(named("page:0xc1010abc:v")).toEqual(["page:0x1010000:p", ...page]);
  expect(named("page:0x1010000:p")).toEqual(["page:0x1010000:p", ...page]);
  // On a 64-bit kernel the address is too large for a number, and is still exact.
  expect(named("page:0xc000000001010fff", g5)).toEqual(["page:0x1010000:p", ...page]);
});

test("only a mapping is named by an address of the kernel, whose base comes off", () => {
  expect(named("map:0xc0000000d0800000", g5)[1]).toBe("mapping 854016..854016");
  expect(named("iommu:0x60000000", g5)[1]).toBe("iommu 393216..393216");
});

test("a register goes by the data sheet's name, whatever the case, or by device and offset", () => {
  expect(named("reg:ATTBASE")).toEqual(["reg:ATTBASE", "register 184..187"]);
  expect(named("reg:attbase")).toEqual(["reg:ATTBASE", "register 184..187"]);
  expect(named("reg:0000:00:00.0+0xb8")).toEqual(["reg:0000:00:00.0+0xb8", "register 184..184"]);
  const inView = named("register[0000:00:00.0+0xb8]");
  expect(inView).toEqual(named("reg:0000:00:00.0+0xb8"));
});

describe("no subject is called", () => {
  const complaint = (text: string, trace = dom0): string => {
    try {
      subjectNamed(trace, text);
    } catch (error) {
      expect(error).toBeInstanceOf(UserError);
      return (error as Error).message;
    }
    return "none";
  };
  test.each([
    ["gat[3]", "unknown subject 'gat', did you mean 'gatt'; name it as in gatt[0x42], "],
    ["pge:0xc1000000", "unknown subject 'pge', did you mean 'page'; name it as in "],
    ["reg:ATTBAS", "unknown register 'ATTBAS', did you mean 'ATTBASE'; known: APBASE, "],
    ["attbas", "'attbas' names no subject, did you mean 'reg:ATTBASE'; name it as in "],
    ["everything", "'everything' names no subject; name it as in gatt[0x42], "],
    ["gatt[x]", "gatt[x]: 'x' is no number; write 0x42 or 66"],
    ["gatt[3] ", "'gatt[3] ' names no subject; name it as in gatt[0x42], "],
    ["a gatt[3]", "'a gatt[3]' names no subject; name it as in gatt[0x42], "],
    ["gatt[]", "'gatt[]' names no subject; name it as in gatt[0x42], "],
    ["an op:3", "'an op:3' names no subject; name it as in gatt[0x42], "],
    ["op:", "'op:' names no subject; name it as in gatt[0x42], "],
    ["everyone:3", "unknown subject 'everyone'; name it as in gatt[0x42], "],
    ["gatt[0x]", "gatt[0x]: '0x' is no number; write 0x42 or 66"],
    ["gatt[5 ]", "gatt[5 ]: '5 ' is no number; write 0x42 or 66"],
    ["gatt[a5]", "gatt[a5]: 'a5' is no number; write 0x42 or 66"],
    ["op:0x10000000000000", "op:0x10000000000000: 0x10000000000000 is no such address; the lowest"],
    ["gatt[5..3]", "gatt[5..3]: the range ends before it begins"],
    ["op:one", "op:one: 'one' is no number; write 0x42 or 66"],
    [
      "page:0x1000",
      "page:0x1000: the kernel's own memory begins at 0xc0000000; for a kernel-physical ",
    ],
  ])("%s", (text, message) => {
    expect(complaint(text).slice(0, message.length)).toBe(message);
  });

  test("a register, or a page by a linear address, of a machine that the trace does not tell of", () => {
    const bare = traceOf([], { chipset: "none such" });
    expect(complaint("reg:attbase", bare)).toBe(
      "unknown register 'attbase'; known: 0000:00:00.0+0xb8",
    );
    expect(complaint("attbase", bare)).toBe(
      `'attbase' names no subject; name it as in ${subjectExamples}`,
    );
    expect(complaint("page:0xc0000000", bare)).toBe(
      "page:0xc0000000: the trace does not tell where the kernel sees its memory; " +
        "write a kernel-physical address, with :p behind it",
    );
    expect(named("page:0x1000:p", bare)[0]).toBe("page:0x1000:p");
  });

  test("an address below the kernel's half of memory", () => {
    expect(complaint("page:0x1010000", g5)).toBe(
      "page:0x1010000: 0x1010000 is no such address; the lowest is 0xc000000000000000",
    );
  });
});
