// travel.test.ts - state, history, why, mark and index as a person meets them.

import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { beforeAll, describe, expect, test } from "vitest";
import { freshFolder } from "../fresh-folder.ts";
import { inReadOnlyFolder } from "../store/sample.ts";
import { gartrace } from "./gartrace.ts";

const folder = freshFolder();
const ran = (line: string) => gartrace(line, { folder });
const lines = (text: string): string[] => text.trimEnd().split("\n");

beforeAll(async () => {
  const ops = [
    { op: "init" },
    { op: "alloc", slot: 0, pages: 3 },
    { op: "bind", slot: 0, pg_start: 2 },
    { op: "unbind", slot: 0 },
  ];
  writeFileSync(join(folder, "small.json"), JSON.stringify({ workload: "small", ops }));
  await ran("record small.json -p xen-i386 -k gart -o run.gart");
  const old = gunzipSync(readFileSync("test/store/first-format.gart.gz"));
  writeFileSync(join(folder, "old.gart"), old);
});

describe.concurrent("history", () => {
  test("prints what changed a subject, oldest or newest first, with verdicts", async () => {
    const { code, stdout } = await ran("history run.gart gatt[3]");
    expect(code).toBe(0);
    const oldest = lines(stdout);
    expect(oldest).toHaveLength(3);
    expect(oldest[1]).toMatch(
      /^#\d+ op 2 driver agp_generic_insert_memory: gatt\[0x3\] <- 0x41c4e017, .* \[identity\]$/,
    );
    const newest = await ran("history run.gart gatt[3] --newest --limit 2");
    expect(lines(newest.stdout)).toEqual(oldest.toReversed().slice(0, 2));
    const before = await ran("history run.gart gatt[3] --before op:3");
    expect(lines(before.stdout)).toEqual(oldest.slice(0, 2));
    const json = await ran("history run.gart gatt[3] --json --newest");
    expect(lines(json.stdout).map((line) => JSON.parse(line).verdict)).toEqual([
      ...[null, "identity", null],
    ]);
  });

  test("says so where nothing changed", async () => {
    const { code, stdout, stderr } = await ran("history run.gart gatt[3] --before #5");
    expect({ code, stdout }).toEqual({ code: 0, stdout: "" });
    expect(stderr).toBe("gartrace: nothing changed gatt[0x3] up to #5\n");
  });
});

describe.concurrent("why", () => {
  test("goes back to the allocation and the P2M entry, each address in its space", async () => {
    const { code, stdout } = await ran("why run.gart gatt[3]@op:3");
    expect(code).toBe(0);
    expect(stdout.replaceAll(/#\d+/g, "#")).toBe(`\
# op 2 driver agp_generic_insert_memory: gatt[0x3] <- 0x41c4e017, names 0x41c4e000, page is at 0x41c4e000 [identity]
    0x1011000:p 0x41c4e000:m 0x41c4e000:b reaches 0x41c4e000:m
because # op 1 driver agp_allocate_memory: virt_to_gart(0xc1011000:v) = 0x41c4e000:b [identity]
    0xc1011000:v 0x1011000:p 0x41c4e000:m 0x41c4e000:b
because # op 1 kernel agp_generic_alloc_page: alloc_page: a page for agp at 0xc1011000:v 0x1011000:p 0x41c4e000:m
    0xc1011000:v 0x1011000:p 0x41c4e000:m
P2M entry # op 1 hypervisor: p2m[0x1011] <- 0x41c4e (in force at #)
    0x1011000:p 0x41c4e000:m
`);
  });

  test("is a graph or JSON for other programs", async () => {
    const dot = await ran("why run.gart gatt[3]@op:3 --dot");
    expect(lines(dot.stdout)[0]).toBe("digraph why {");
    expect(dot.stdout.match(/e\d+ -> e\d+/g)).toHaveLength(3);
    const json = await ran("why run.gart gatt[3]@op:3 --json");
    const { steps } = JSON.parse(json.stdout) as {
      steps: { role: string; addresses: object }[];
    };
    expect(steps.map(({ role }) => role)).toEqual(["asked", "cause", "cause", "p2m"]);
    expect(steps[1]!.addresses).toEqual({
      virt: "0xc1011000",
      phys: "0x1011000",
      machine: "0x41c4e000",
      bus: "0x41c4e000",
    });
  });

  test("takes an event as well", async () => {
    const { code, stdout } = await ran("why run.gart #3");
    expect({ code, lines: lines(stdout).length }).toEqual({ code: 0, lines: 1 });
  });
});

describe.concurrent("state", () => {
  test("of some subjects says what they are and what made them so", async () => {
    const { code, stdout } = await ran("state run.gart --at op:3 gatt[0..5] reg:ATTBASE");
    expect(code).toBe(0);
    expect(stdout.replaceAll(/#\d+/g, "#")).toBe(`\
gatt[0x0..0x1]  empty, aperture 0xe0000000
gatt[0x2..0x4]  right, first entry 0x4b1f1017, aperture 0xe0002000, [identity]
gatt[0x5]       empty, aperture 0xe0005000
last changed by
  # op 2 driver agp_generic_insert_memory: gatt[0x4] <- 0x486ab017, names 0x486ab000, page is at 0x486ab000 [identity]

reg:ATTBASE  0x80000000 table=0x80000000
last changed by
  # op 0 driver intel_configure: ATTBASE 0000:00:00.0+0xb8 <- 0x80000000 [identity]
`);
    const json = await ran("state run.gart --at op:3 p2m[0x1010..0x1012] --json");
    expect(JSON.parse(json.stdout).subjects).toMatchObject([
      {
        subject: "p2m[0x1010..0x1012]",
        is: [
          { subject: "p2m[0x1010]", says: "-> frame 0x4b1f1", facts: { frame: "0x4b1f1" } },
          { subject: "p2m[0x1011]", says: "-> frame 0x41c4e", facts: { frame: "0x41c4e" } },
          { subject: "p2m[0x1012]", says: "-> frame 0x486ab", facts: { frame: "0x486ab" } },
        ],
        changed: { kind: "p2m.set" },
      },
    ]);
  });

  test("as JSON has every value by its name", async () => {
    const asked = "gatt[0x2] page:0xc1012000 reg:ATTBASE op:3 directory[0] content[0x486ab]";
    const { stdout } = await ran(`state run.gart --at op:3 ${asked} --json`);
    const { subjects } = JSON.parse(stdout) as { subjects: { is: { facts: object }[] }[] };
    expect(subjects.map(({ is }) => is.map(({ facts }) => facts))).toMatchObject([
      [{ is: "right", word: "0x4b1f1017", aperture: "0xe0002000", verdict: "identity" }],
      [
        { use: "agp", first: "0x1012", pages: 1, seq: expect.any(Number) },
        { frame: "0x486ab", pages: 1 },
        { reserved: false, uncached: true },
      ],
      [{ word: "0x80000000", fields: { table: "0x80000000" } }],
      [{ underWay: true }],
      [],
      [{ tag: expect.any(Number) }],
    ]);
  });

  test("of a page says who owns it, where it is and how it may be cached", async () => {
    const { stdout } = await ran("state run.gart --at op:3 page:0xc1010000..0xc1012fff");
    expect(stdout.replaceAll(/#\d+/g, "#")).toMatch(`\
page[0x1010]          agp, allocated as 0x1010 in #
page[0x1011]          agp, allocated as 0x1011 in #
page[0x1012]          agp, allocated as 0x1012 in #
p2m[0x1010]           -> frame 0x4b1f1
p2m[0x1011]           -> frame 0x41c4e
p2m[0x1012]           -> frame 0x486ab
page[0x1010..0x1012]  uncached
last changed by`);
  });
});

describe.concurrent("bad input", () => {
  test.each([
    [
      "state run.gart --at #99999999",
      /^gartrace: #99999999 is past the end; the last event is #\d+/,
    ],
    ["state run.gart --at mark:there", /^gartrace: the trace has no mark with a name; make one: /],
    [
      "state run.gart gat[3]",
      /^gartrace: unknown subject 'gat', did you mean 'gatt'; name it as in /,
    ],
    ["history run.gart reg:ATTBAS", /^gartrace: unknown register 'ATTBAS', did you mean 'ATTBASE'/],
    ["history run.gart gatt[3] --limit 0", /expected a whole number from 1 up/],
    ["why run.gart #0", /^gartrace: #0 is before everything; the first event is #1/],
    ["why run.gart gatt[3]@#5", /^gartrace: nothing changed gatt\[0x3\] up to #5/],
    ["why run.gart #1 --dot --json", /'--dot' cannot be used with option '--json'/],
    ["mark run.gart #5", /^gartrace: say what #5 is: gartrace mark run.gart #5 "some words"/],
    ["mark run.gart #5 text --name a:b", /^gartrace: 'a:b' is no name for a mark; use letters/],
    ["index none.gart", /^gartrace: no such file: none.gart/],
  ])("%s", async (line, complaint) => {
    const { code, stdout, stderr } = await ran(line);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toMatch(complaint);
  });
});

test("a mark is made, listed and used as a position", async () => {
  const made = await ran("mark run.gart op:3 bound --name bound");
  expect(made.stderr).toMatch(/^marked #\d+ as mark:bound\n$/);
  const { stdout } = await ran("mark run.gart");
  expect(stdout).toMatch(/^#\d+ {2}mark:bound {2}bound\n$/);
  const events = await ran("events run.gart --from mark:bound --to mark:bound");
  expect(events.stdout).toMatch(/^#\d+ workload: op 3 unbind slot=0\n$/);
});

test("an older trace in a folder that cannot be written is searched by reading, and that is said", async () => {
  const old = "history old.gart gatt[3]";
  const slow = await ran(old);
  expect(slow.code).toBe(0);
  expect(slow.stderr).toBe(
    "gartrace: old.gart has no index, so its events are read through; " +
      "'gartrace index old.gart' mends that\n",
  );
  await inReadOnlyFolder(folder, async () => {
    expect((await ran(old)).stdout).toBe(slow.stdout);
  });
  const indexed = await ran("index old.gart");
  expect(indexed.stderr).toBe("indexed 2,145 events of old.gart\n");
  expect((await ran("index old.gart")).stderr).toBe(
    "old.gart has its index, keyframes and judgement\n",
  );
  const quick = await ran(old);
  expect(quick).toEqual({ code: 0, stdout: slow.stdout, stderr: "" });
});
