// change.test.ts - what a fork can change in mid-run, what it cannot and why, and how the trace keeps it.

import { expect, test } from "vitest";
import { platforms } from "../../src/platform/index.ts";
import { changeAt, changesOf, changesText } from "../../src/workload/change.ts";

const xen = platforms.find(({ name }) => name === "xen-i386")!;

test("changes come back from the text that the trace keeps", () => {
  const asked = ["hooks=gart", "hooks=to=virt_to_gart,alloc=__get_free_pages", "device=no"];
  const changes = asked.map((text, op) => changeAt(op, text, xen));
  const text = `op 0 ${asked[0]}; op 1 ${asked[1]}; op 2 ${asked[2]}`;
  expect(changesText(changes)).toBe(text);
  expect(changesText(changesOf(text, xen))).toBe(text);
  expect(() => changesOf("from op 2 hooks=gart", xen)).toThrow("are not understood");
});

test.each([
  ["chipset=u3", "the chipset cannot change in mid-run: the host bridge is soldered in"],
  ["seed=3", "the seed cannot change in mid-run: it deals the frames"],
  ["hooks=override", "they take their memory when the kernel boots"],
  ["hooks=gat", "unknown hooks 'gat', did you mean 'gart'"],
  ["device=maybe", "unknown value of device 'maybe'; known: yes, no"],
  ["devise=no", "unknown setting 'devise', did you mean 'device'"],
  ["constructor=no", "unknown setting 'constructor'"],
  ["device", "'device' sets nothing; write NAME=VALUE"],
])("%s is refused", (text, why) => {
  expect(() => changeAt(2, text, xen)).toThrow(why);
});
