// dma-client.test.ts - the built-in workloads of PCI devices and of a disk are right on every platform.

import { describe, expect, test } from "vitest";
import { checks } from "../../src/check/index.ts";
import { runChecks } from "../../src/check/run.ts";
import { chipsets } from "../../src/chipset/index.ts";
import { State } from "../../src/machine/state.ts";
import { platforms } from "../../src/platform/index.ts";
import { natureOf } from "../../src/replay/replay.ts";
import { lawfulTrace, setupOf } from "../laws.ts";

const chipsetOf = (platform: (typeof platforms)[number]) =>
  chipsets.find(({ name }) => name === platform.chipsets[0])!;

describe.each(platforms)("on $name", (platform) => {
  test.each(["dma", "block"])(
    "%s moves every page to its place, and no check complains",
    (name) => {
      const words = `${platform.name} gart ${name}`;
      const trace = lawfulTrace(setupOf(words, { chipset: chipsetOf(platform) }));
      const results = [...trace.ops()].map(({ result }) => result!);
      expect(results.filter(({ wrong_pages: wrong = 0 }) => wrong !== 0)).toEqual([]);
      const all = runChecks(trace.about, trace.events(), new State(natureOf(trace.about)), checks);
      expect(all.flatMap(({ findings }) => findings)).toEqual([]);
      const refused = results.filter(({ ret }) => ret !== 0);
      expect(refused).toEqual(name === "dma" ? [] : [{ ret: -5, segments: 0, handles: [] }]);
    },
  );
});

test("a device that is said to reach little is bounced under Xen with a swiotlb", () => {
  const trace = lawfulTrace(setupOf("xen-i386-swiotlb gart dma"));
  const copied = [...trace.events()].filter(({ event }) => event.kind === "page.copied");
  expect(copied.map(({ event }) => event.kind === "page.copied" && event.direction)).toEqual([
    ...Array(4).fill("to-slot"),
    ...Array(6).fill("from-slot"),
  ]);
});
