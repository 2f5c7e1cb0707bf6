// changes.test.ts - which events have changed a subject.

import { expect, test } from "vitest";
import { raw } from "../../src/address.ts";
import { changesOf } from "../../src/replay/changes.ts";
import { subjectAt } from "../../src/replay/subject.ts";
import { setupOf } from "../laws.ts";
import { recorded } from "../memory-trace.ts";

test("a page's content changes where a bounce buffer is copied into it", () => {
  const trace = recorded(setupOf("xen-i386-swiotlb gart dma"));
  const copy = [...trace.events()].find(
    ({ event }) => event.kind === "page.copied" && event.direction === "from-slot",
  )!;
  const frame = copy.event.kind === "page.copied" ? copy.event.frame : 0;
  const changes = [
    ...changesOf(trace, subjectAt("content", raw(frame)), { from: 1, to: trace.count }),
  ];
  expect(changes.map(({ seq }) => seq)).toContain(copy.seq);
});
