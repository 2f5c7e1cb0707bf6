// laws.test.ts - small runs on bare metal and under Xen: each proves the laws that hold of every run.

import { expect, test } from "vitest";
import { alloc, bareRun, bind, cleanup, free, init, maxOrder, unbind } from "./driver-run.ts";

const lenient = { lenientIoremap: true };

test.each([
  ["native-i386 legacy", {}],
  ["xen-i386 gart", {}],
  ["xen-i386 legacy", lenient],
])("binding pages and unbinding them keeps the laws on %s", (words, other) => {
  const ops = [alloc(0, 3), bind(0, 5), unbind(0), free(0), cleanup];
  const run = bareRun(words, other, maxOrder(0), init, ...ops);
  expect([3, 4].map((operation) => run.ret(operation))).toEqual([0, 0]);
});
