// classes.ts - the classes of real bugs that scenarios are of, numbered as in the project's table of them.
//
// Each happened in Linux or Xen between 2004 and 2026, some more than once. What no scenario tells says why.

import type { Scenario } from "./scenario.ts";

/** By row, from 1: the class, and why none of its bugs is reproduced, where that is so. */
export const classes: readonly (readonly [name: string, why?: string])[] = [
  ["GATT entries hold pseudo-physical addresses"],
  ["the table is not contiguous in machine memory"],
  ["an IOMMU's handle is used as a machine address"],
  ["an address above 4 GB is cut to 32 bits"],
  ["a wide entry is built with the sign extended"],
  ["the GART's TLB is not flushed"],
  ["an IOMMU's TLB is not flushed after an unmap"],
  ["entries or pages stay in the CPU's cache"],
  ["a posted write to the GATT is not read back"],
  ["a block is bound over a busy range"],
  ["a page is freed by an address that it no longer has"],
  ["a masked entry is kept as if it were an address"],
  ["phys_to_virt is asked for a machine address"],
  ["a page is freed while it is mapped"],
  ["a failed creation of a two-level table frees twice"],
  ["requests are merged by pseudo-physical adjacency"],
  ["a range is compared in the wrong space"],
  ["a mapping of several pages is not contiguous"],
  ["a device reaches another domain's frame"],
  ["ioremap is given the wrong space"],
  ["the hooks are missing on one architecture"],
  ["two meanings are conflated where they are equal"],
  ["an entry lacks its valid bit, or no scratch page is set"],
  ["a table base is beyond its register's width"],
  ["the cursor's four pages are taken to be contiguous"],
  ["the table is lost across a suspend"],
  ["old data is exposed through the aperture"],
  ["a GART behind VT-d needs the IOMMU's address", "no platform has an IOMMU before its GART"],
  ["an offset between physical and DMA addresses is ignored"],
  ["virt_to_phys is asked for an address of vmalloc"],
  ["a DMA buffer of dom0 is bounced in silence"],
  ["a host's physical address reaches a guest's table", "no platform is a guest with its own GPU"],
  ["a debugger takes machine addresses for physical ones", "no platform's debugger is modelled"],
  ["a device's width cuts an address"],
  ["alignment is checked in the wrong space"],
  ["races and locks in the same code", "not about addresses: operations run one at a time"],
  ["a range that wraps around is written before the table"],
  ["an entry is cleared while its mapping goes on"],
];

/** The table of bugs as the page about checks has it: one line a class. */
export function bugTable(scenarios: readonly Scenario[]): string {
  const lines = classes.map(([name, why], i) => {
    const ofClass = scenarios.filter(({ row }) => row === i + 1);
    const names = ofClass.map((scenario) => `\`bug:${scenario.name}\``).join(", ");
    const checks = [...new Set(ofClass.map(({ check }) => `\`${check}\``))].join(", ");
    return `| ${i + 1} | ${name} | ${names || `- (${why ?? "not reproduced yet"})`} | ${checks || "-"} |`;
  });
  return ["| # | class of bugs | reproduced by | caught by |", "|---|---|---|---|", ...lines].join(
    "\n",
  );
}
