// blame.test.ts - gartrace blame, from the outside: many wrong events, few causes, and what the shell is told.

import { beforeAll, expect, test } from "vitest";
import { freshFolder } from "../fresh-folder.ts";
import { gartrace } from "./gartrace.ts";

const folder = freshFolder();
const ran = (line: string) => gartrace(line, { folder });

beforeAll(async () => {
  await ran("record smoke -p xen-i386 -k legacy --lenient-ioremap -o wrong.gart");
  await ran("record smoke -p xen-i386 -o right.gart");
});

test("names the calls that gave the numbers, most events first; JSON adds up to the same", async () => {
  const { code, stdout } = await ran("blame wrong.gart");
  expect(code).toBe(1);
  expect(stdout).toMatch(/^wrong: 9 wrong events, the first #/);
  expect(stdout).toMatch(
    /^ {2}4 reads by a device, 1 register +virt_to_phys in agp_generic_create_gatt_table +from #\d+ on/m,
  );
  expect(stdout).toMatch(/^ {2}4 entries +virt_to_phys in agp_allocate_memory +from #\d+ on/m);
  const { judgement, wrong, culprits } = JSON.parse((await ran("blame wrong.gart --json")).stdout);
  expect(judgement).toBe("wrong");
  const counts = culprits.map(({ count }: { count: number }) => count);
  expect(counts.reduce((sum: number, count: number) => sum + count, 0)).toBe(wrong.events);
});

test("--limit says how many causes are left out", async () => {
  const { stdout } = await ran("blame wrong.gart --limit 1");
  expect(stdout).toContain("goes back to 2 causes");
  expect(stdout).toContain("and 1 cause more, of 4 events");
});

test("of a right trace there is nothing to blame, exit code 0", async () => {
  const { code, stdout } = await ran("blame right.gart");
  expect(code).toBe(0);
  expect(stdout).toMatch(/^right: \d+ of \d+ uses\n$/);
});
