// diff.test.ts - gartrace diff, from the outside: what it prints, as text and as JSON, and its exit codes.

import { copyFileSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { freshFolder } from "../fresh-folder.ts";
import { changeAndSeal } from "../store/changed.ts";
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
    /^A {2}native\.gart: .*\nB {2}xen\.gart: .*\nA right\nB wrong: 9 wrong events, the first #\d+\n/,
  );
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
    answer: "different",
    a: {
      ...{ file: "native.gart", title: "native-i386, legacy hooks", judgement: "right" },
      ...{ wrong: { events: 0, first: null }, torn: false, lost: 0 },
    },
    b: { file: "xen.gart", title: "xen-i386, legacy hooks, lenient ioremap", judgement: "wrong" },
    first: {
      class: "wrong-space",
      op: { op: 0, name: "init" },
      a: { verdict: "identity", machine: "0x1000000", reached: "0x1000000" },
      b: { verdict: "wrong-space", machine: "0x40c21000", reached: "0x1000000" },
    },
    firstDevice: { op: { op: 2 }, a: { bus: "0xe0000000", kind: "device.read" } },
  });
});

test("every number in a run is the same as info's: faults are told at the accesses that they block", async () => {
  const json = JSON.parse((await gartrace("diff native.gart xen.gart --json", { folder })).stdout);
  const info = JSON.parse((await gartrace("info xen.gart --json", { folder })).stdout);
  const parted = Object.entries(json.counts as { [name: string]: number })
    .filter(([name]) => !name.startsWith("same"))
    .reduce((sum, [, count]) => sum + count, 0);
  const caused = (json.causes as { count: number }[]).reduce((sum, { count }) => sum + count, 0);
  expect([info.wrong, json.b.wrong.events, parted, caused]).toEqual([json.b.wrong, 9, 9, 9]);
  expect(info.faults.total).toBe(4);
});

describe("a comparison that reached a tear", () => {
  beforeAll(async () => {
    copyFileSync(join(folder, "native.gart"), join(folder, "torn.gart"));
    changeAndSeal(
      join(folder, "torn.gart"),
      `UPDATE trace SET finished = 0, digest = NULL, events = NULL;
       DELETE FROM event WHERE seq > 32800;
       UPDATE op SET answered = NULL, answered_values = NULL, state = NULL, further = NULL, signature = NULL
          WHERE first_seq + further > 32800;
        DELETE FROM op WHERE first_seq > 32800`,
    );
  });

  test("is not alike, but alike as far as the torn trace goes", async () => {
    const { code, stdout } = await gartrace("diff torn.gart native.gart", { folder });
    expect(code).toBe(3);
    expect(stdout).toMatch(/^alike as far as A goes \(#32800, torn\)$/m);
    const brief = await gartrace("diff native.gart torn.gart --brief", { folder });
    expect([brief.code, brief.stdout]).toEqual([
      3,
      expect.stringMatching(/^alike as far as B goes \(#32800, torn\): /),
    ]);
    const { answer, alike, a } = JSON.parse(
      (await gartrace("diff torn.gart native.gart --json", { folder })).stdout,
    );
    expect({ answer, alike, torn: a.torn }).toEqual({
      answer: "undecided",
      alike: false,
      torn: true,
    });
  });

  test("is different where the two part before the tear, and of a folder undecided where none does", async () => {
    const apart = await gartrace("diff torn.gart xen.gart --ignore gatt --exact", { folder });
    expect(apart.code).toBe(1);
    mkdirSync(join(folder, "some"));
    for (const name of ["native.gart", "torn.gart"])
      copyFileSync(join(folder, name), join(folder, "some", name));
    const { code, stdout } = await gartrace("diff --matrix some", { folder });
    expect(code).toBe(3);
    expect(stdout).toMatch(/^torn\.gart +alike as far as B goes \(#32800, torn\): .* undecided$/m);
  });
});
