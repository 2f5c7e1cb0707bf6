// check.types.test.ts - a check says of no subject that its number is of another space.

import { expect, test } from "vitest";
import { gattIndex, machine, mfn, pfn } from "../../src/address.ts";
import type { Report } from "../../src/check/check.ts";

const [page, frame, entry] = [pfn(1), mfn(1), gattIndex(1)];

/** Never called: each line must not compile. */
function mixUps(report: Report): void {
  // @ts-expect-error SubjectNumbers.allocation
  report.finding([{ family: "allocation", number: frame }], "");
  // @ts-expect-error SubjectNumbers.p2m
  report.finding([{ family: "p2m", number: frame }], "");
  // @ts-expect-error SubjectNumbers.iommu
  report.finding([{ family: "iommu", number: page }], "");
  // @ts-expect-error SubjectNumbers.dma
  report.finding([{ family: "dma", number: machine(0) }], "");
  // @ts-expect-error SubjectNumbers.mapping
  report.finding([{ family: "mapping", number: page }], "");
  // @ts-expect-error SubjectNumbers.gatt
  report.finding([{ family: "gatt", number: page }], "");
  // @ts-expect-error SubjectNumbers.directory
  report.finding([{ family: "directory", number: entry }], "");
  // @ts-expect-error SubjectNumbers.register
  report.finding([{ family: "register", number: entry }], "");
  // @ts-expect-error SubjectNumbers.content
  report.finding([{ family: "content", number: page }], "");
  // @ts-expect-error SubjectNumbers.pte
  report.finding([{ family: "pte", number: page }], "");
  // @ts-expect-error SubjectNumbers."scratch-directory"
  report.finding([{ family: "scratch-directory", number: entry }], "");
}

test("no number of another space gets into a finding", () => {
  expect(mixUps).toBeTypeOf("function");
});
