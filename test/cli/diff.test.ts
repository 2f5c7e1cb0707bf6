// diff.test.ts - gartrace diff, from the outside: what it prints, as text and as JSON, and its exit codes.

import { beforeAll, expect, test } from "vitest";
import { freshFolder } from "../fresh-folder.ts";
import { gartrace } from "./gartrace.ts";

const folder = freshFolder();
beforeAll(async () => {
  const ran = await Promise.all([
    gartrace("record smoke -k legacy -o native.gart", { folder }),
    gartrace("record smoke -p xen-i386 -k legacy --lenient-ioremap -o xen.gart", { folder }),
  ]);
  expect(ran.map(({ code }) => code)).toEqual([0, 0]);
});

test("native against Xen shows where they part, with the five addresses of both", async () => {
  const { code, stdout, stderr } = await gartrace("diff native.gart xen.gart", { folder });
  expect(code).toBe(1);
  expect(stderr).toBe("");
  expect(stdout).toMatch(
    /^different, first in op 0 init: wrong-space\n {2}A #\d+ .* intel_configure: ATTBASE .* \[identity\]\n {4}identity: .*\n {2}B #\d+ .* \[wrong-space\]\n/m,
  );
  expect(stdout).toContain(`
                                               A                        B
  virt     the kernel's address of the page    0xc1000000               0xc1000000
  phys     what the kernel calls physical      0x1000000                0x1000000
  machine  where the page is                   0x1000000                0x40c21000
  bus      the number that hardware was given  0x1000000                0x1000000
  reached  where hardware gets to with it      0x1000000                0x1000000
  word     and what it decodes to              0x1000000: table 0x1000  0x1000000: table 0x1000
  where A's address came from
`);
  expect(stdout).toMatch(
    /^ {4}#\d+ op 0 kernel .*: __get_free_pages: 16 pages for gatt at 0xc1000000:v/m,
  );
  expect(stdout).toContain(
    "what the card meets is different first in op 2 bind slot=0 pg_start=0\n",
  );
});

test("as JSON the addresses are hexadecimal strings", async () => {
  const { code, stdout } = await gartrace("diff native.gart xen.gart --json", { folder });
  expect(code).toBe(1);
  expect(JSON.parse(stdout)).toMatchObject({
    alike: false,
    a: "native-i386, legacy hooks",
    b: "xen-i386, legacy hooks, lenient ioremap",
    first: {
      class: "wrong-space",
      op: { op: 0, name: "init" },
      a: { verdict: "identity", machine: "0x1000000", reached: "0x1000000" },
      b: { verdict: "wrong-space", machine: "0x40c21000", reached: "0x1000000" },
    },
    firstDevice: { op: { op: 2 }, a: { bus: "0xe0000000", kind: "device.read" } },
  });
});
