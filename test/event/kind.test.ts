// kind.test.ts - what a kind's declaration must say, and what the program knows of it from there.

import { describe, expect, test } from "vitest";
import { subject } from "../../src/event/field.ts";
import { kind } from "../../src/event/kind.ts";
import { accesses, declarationOf, kindNames, kindsWhere } from "../../src/event/vocabulary.ts";

describe("a kind does not compile", () => {
  const fields = { entry: subject("gatt") };
  const text = () => "";

  test("without what it does to its subject", () => {
    // @ts-expect-error: no effect
    kind({ doneBy: "driver", scope: "op", inCaptures: false }, fields, text);
  });

  test("without whose doing it is", () => {
    // @ts-expect-error: no doneBy
    kind({ effect: "fact", scope: "op", inCaptures: false }, fields, text);
  });

  test("without how far it matters", () => {
    // @ts-expect-error: no scope
    kind({ effect: "fact", doneBy: "driver", inCaptures: false }, fields, text);
  });

  test("without whether captures are compared by it", () => {
    // @ts-expect-error: no inCaptures
    kind({ effect: "fact", doneBy: "driver", scope: "op" }, fields, text);
  });

  test("without a text", () => {
    // @ts-expect-error: no text
    kind({ effect: "fact", doneBy: "driver", scope: "op", inCaptures: false }, fields);
  });

  test("with a field that does not say whether it depends on where frames lie", () => {
    const { frameDependent: _, ...entry } = subject("gatt");
    // @ts-expect-error: no frameDependent
    kind({ effect: "fact", doneBy: "driver", scope: "op", inCaptures: false }, { entry }, text);
  });
});

test("a trait has one of its values, in every kind", () => {
  for (const name of kindNames) {
    const { effect, doneBy, scope, inCaptures } = declarationOf(name);
    expect(["changes", "changes-many", "reveals", "observes", "fact"], name).toContain(effect);
    expect(
      ["workload", "driver", "chipset-driver", "platform", "cpu", "device", "any"],
      name,
    ).toContain(doneBy);
    expect(["op", "trace"], name).toContain(scope);
    expect([true, false], name).toContain(inCaptures);
  }
});

test("what a driver does by itself it does on every platform and chipset, and the workload asks", () => {
  const doneBy = (who: string) => kindsWhere((kind) => kind.doneBy === who);
  expect(doneBy("workload")).toEqual(["op.began", "op.ended"]);
  expect(doneBy("cpu")).toEqual(["cpu.wrote", "cpu.read", "page.copied"]);
  expect(doneBy("any")).toEqual(["fault.raised", "events.lost"]);
});

const subjectsOf = (name: (typeof kindNames)[number]) =>
  Object.values(declarationOf(name).fields).filter(({ family }) => family !== null);

test("what changes, reveals or observes one state has a subject; an attribute is that of a page", () => {
  const ofOne = kindsWhere(({ effect }) => effect !== "fact" && effect !== "changes-many");
  const without = ofOne.filter((name) => subjectsOf(name).length !== 1);
  expect(without).toEqual(["attribute.changed"]);
});

test("a fact has no subject", () => {
  const facts = kindsWhere(({ effect }) => effect === "fact");
  expect(facts.filter((name) => subjectsOf(name).length > 0)).toEqual([]);
});

test("flushes, a filled table and a gap change many; only the entries of a filled table have a first", () => {
  const many = kindsWhere(({ effect }) => effect === "changes-many");
  expect(many).toEqual([
    "iommu.opened",
    "iommu.filled",
    "cache.flushed",
    "tlb.flushed",
    "events.lost",
  ]);
  expect(many.filter((name) => subjectsOf(name).length > 0)).toEqual([
    "iommu.opened",
    "iommu.filled",
  ]);
});

test("reads of tables and of contents change nothing", () => {
  expect(kindsWhere(({ effect }) => effect === "observes")).toEqual([
    "gatt.read",
    "directory.read",
    "scratch-directory.read",
    "outside.read",
    "cpu.read",
    "device.read",
  ]);
});

test("a register shows at its first read what it held from the beginning", () => {
  expect(kindsWhere(({ effect }) => effect === "reveals")).toEqual(["register.read"]);
});

test("another platform has none of the hypervisor's, the IOMMU's and the page tables' events", () => {
  const families = kindsWhere(({ doneBy }) => doneBy === "platform").map(
    (name) => name.split(".")[0],
  );
  expect([...new Set(families)]).toEqual(["call", "p2m", "hypercall", "iommu", "dma", "pte"]);
});

test("another chipset has other registers, directories, flushes and messages", () => {
  const families = kindsWhere(({ doneBy }) => doneBy === "chipset-driver").map(
    (name) => name.split(".")[0],
  );
  expect([...new Set(families)].sort()).toEqual([
    "cache",
    "call",
    "directory",
    "message",
    "register",
    "scratch-directory",
    "tlb",
  ]);
});

test("a device accesses memory by reading and by writing", () => {
  expect([...accesses].sort()).toEqual(["device.read", "device.wrote"]);
});

test("pages and addresses come from allocations, the P2M, hooks, DMA mappings and base registers", () => {
  expect(kindsWhere(({ scope }) => scope === "trace")).toEqual([
    "page.allocated",
    "page.freed",
    "p2m.set",
    "p2m.cleared",
    "dma.mapped",
    "hook.called",
    "register.written",
  ]);
});

test("two kernels have in common what their devices transfer, and what is refused", () => {
  expect([...kindsWhere(({ inCaptures }) => inCaptures)].sort()).toEqual([
    "descriptor.written",
    "device.read",
    "device.wrote",
    "fault.raised",
    "request.mapped",
  ]);
});

test("two runs that do the same differ in addresses, frames, pages, tags and raw words alone", () => {
  const names = kindNames.flatMap((name) =>
    Object.entries(declarationOf(name).fields).flatMap(([field, { frameDependent }]) =>
      frameDependent ? [field] : [],
    ),
  );
  expect([...new Set(names)].sort()).toEqual([
    "allocation",
    "bus",
    "frame",
    "handle",
    "machine",
    "page",
    "phys",
    "reached",
    "tag",
    "virt",
    "word",
  ]);
});

test("a number is judged where it is handed over, remapped, used by a device or returned by a hook", () => {
  const ofUse = (which: string) => kindsWhere(({ use }) => use === which);
  expect(ofUse("access")).toEqual(["device.wrote", "device.read"]);
  expect(ofUse("returned")).toEqual(["hook.called"]);
  expect(ofUse("remapped")).toEqual(["table.remapped"]);
  expect([...ofUse("handed")].sort()).toEqual([
    ...["bio.merged", "descriptor.written", "directory.written", "dma.mapped", "fault.raised"],
    ...["gatt.written", "iommu.translated", "pte.written", "register.written", "request.mapped"],
    "scratch-directory.written",
  ]);
});
