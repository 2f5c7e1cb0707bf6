// complaints.test.ts - what the kernel complains of is found at the call that it means, once.

import { expect, test } from "vitest";
import { dmaRelease } from "../../src/check/dma-release.ts";
import type { Event } from "../../src/event/vocabulary.ts";
import { runCheck } from "./run-check.ts";
import { fault, mapped, toldBy, unmapped } from "./told.ts";

const foundAt = (...events: readonly Event[]) =>
  runCheck(dmaRelease, toldBy(...events)).findings.map(({ seq }) => seq);
const buffer = mapped(0xfe3c1000, 0x1000, 0x51000);
const complaint = fault("dma-api", 0x700, 0xfe3c1000);

test.each([
  ["the trace does not hold the call", [complaint], [1]],
  ["no address is told", [buffer, fault("dma-api", 0x700, null)], [2]],
  ["the call is the unmap before it", [buffer, unmapped(0xfe3c1000, 0x1000), complaint], [2]],
  ["the call is a map", [buffer, complaint], [1]],
  ["another device's call has the same handle", [buffer, fault("dma-api", 0x800, 0xfe3c1000)], [2]],
  ["the call was found wrong already", [buffer, unmapped(0xfe3c1000, 60), complaint], [2]],
  ["it complains of one call twice", [buffer, complaint, complaint], [1]],
])("%s", (_, events, seqs) => {
  expect(foundAt(...events)).toEqual(seqs);
});
