// right-runs.test.ts - checks are silent where platform, hooks and chipset fit together.

import { expect, test } from "vitest";
import { checks } from "../../src/check/index.ts";
import { runChecks } from "../../src/check/run.ts";
import { chipsets } from "../../src/chipset/index.ts";
import { State } from "../../src/machine/state.ts";
import { platforms } from "../../src/platform/index.ts";
import { natureOf } from "../../src/replay/replay.ts";
import { setupOf, workloadOf } from "../laws.ts";
import { recorded } from "../memory-trace.ts";

/** Each chipset on the first platform that has it, and the platforms that no chipset comes to first. */
const runs = [
  ...chipsets.map((chipset) => {
    const { name } = platforms.find(({ chipsets }) => chipsets.includes(chipset.name))!;
    return { words: `${name} gart smoke`, chipset };
  }),
  ...["xen-i386 gart two-clients", "xen-i386 gart testgart-verify", "ppc64-g5 legacy errors"].map(
    (words) => ({ words, chipset: chipsetOn(words) }),
  ),
  { words: "ppc64-g5hi gart smoke", chipset: chipsetOn("ppc64-g5hi") },
  { words: "xen-x86_64 gart smoke", chipset: chipsetOn("xen-x86_64") },
];

/**
 * What the drivers of 2005 do wrong even so: the classic UniNorth's table is cached, and its driver empties
 * entries by agp_generic_remove_memory, which flushes no line of it (uninorth-agp.c of 2.6.12-rc2).
 */
const known: { readonly [chipset: string]: readonly string[] } = {
  uninorth: ["entry-unflushed"],
  uninorth15: ["entry-unflushed"],
};

function chipsetOn(words: string) {
  const platform = platforms.find(({ name }) => name === words.split(" ")[0])!;
  return chipsets.find(({ name }) => name === platform.chipsets[0])!;
}

test.each(runs)("$words on $chipset.name", ({ words, chipset }) => {
  const trace = recorded(setupOf(words, { chipset }));
  const all = runChecks(trace.about, trace.events(), new State(natureOf(trace.about)), checks);
  const loud = all.filter(({ count, unknown, undecidable, failure }) =>
    Boolean(count || unknown || undecidable || failure),
  );
  expect(loud.map(({ check }) => check.name)).toEqual(known[chipset.name] ?? []);
});

test("a slot of DRM that names a block by an old handle is no other block", () => {
  const bind = { op: "drm_bind", slot: 1, offset: 0 };
  const [free, alloc] = [
    { op: "drm_free", slot: 0 },
    { op: "drm_alloc", slot: 1, size: 4096, type: 0 },
  ];
  const workload = workloadOf(
    ...[{ op: "init" }, { op: "drm_init" }, { op: "drm_acquire" }],
    ...[{ op: "drm_info" }, { op: "drm_enable", agp_mode: "info" }],
    ...[{ ...alloc, slot: 0 }, { ...bind, slot: 0 }, free, alloc, bind],
    ...[
      { op: "drm_unbind", slot: 1 },
      { ...bind, offset: 8192 },
      { op: "drm_unbind", slot: 0 },
    ],
  );
  const trace = recorded(setupOf("native-i386 gart", { workload }));
  expect(trace.op(trace.lastOp)!.result).toEqual({ ret: 0 });
  const all = runChecks(trace.about, trace.events(), new State(natureOf(trace.about)), checks);
  expect(all.flatMap(({ findings }) => findings)).toEqual([]);
});
