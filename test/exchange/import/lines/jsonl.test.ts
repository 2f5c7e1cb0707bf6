// jsonl.test.ts - lines that a program writes are believed only as far as they can be true.

import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import type { About } from "../../../../src/event/trace.ts";
import { jsonl } from "../../../../src/exchange/import/lines/jsonl.ts";
import { Source } from "../../../../src/exchange/import/source/source.ts";
import { UserError } from "../../../../src/fault.ts";
import { freshFolder } from "../../../fresh-folder.ts";

const HEADER = '{"format":"gartrace","version":1,"about":{"platform":"mine","physIsMachine":true}}';
const flush = (seq: number, more = "") =>
  `{"seq":${seq},${more}"kind":"tlb.flushed","actor":"cpu","which":"cpu"}`;

async function imported(content: string | Buffer): Promise<{ about: About; events: number }> {
  const path = join(freshFolder(), "lines");
  writeFileSync(path, content);
  const source = await Source.open(path, { strict: false, follow: null });
  expect(jsonl.recognises(source.head)).toBe(true);
  let said = null as About | null;
  let events = 0;
  await jsonl.read(source, (about) => {
    said = about;
    return { take: () => void events++ };
  });
  return { about: said!, events };
}

async function refusal(content: string | Buffer): Promise<string> {
  const error: unknown = await imported(content).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(UserError);
  return (error as UserError).message.replace(/^.*\/lines/, "FILE");
}

test("a few lines of absurd sizes are refused at once, with the first that is too much", async () => {
  const large = (seq: number) =>
    `{"seq":${seq},"kind":"page.freed","actor":"kernel","allocation":${seq},"by":"free_pages","use":"kernel","size":${2 ** 35},"phys":"0x0"}`;
  const lines = Array.from({ length: 60 }, (_, i) => large(i + 1));
  expect(await refusal(`${HEADER}\n${lines.join("\n")}\n`)).toMatch(
    /^FILE:6:102: field 'size': the events up to here cover more than 33554432 pages/,
  );
});

test("a range of the bus that an IOMMU leaves alone may be as large as the bus", async () => {
  const opened = `{"seq":1,"kind":"iommu.opened","actor":"kernel","page":0,"bus":"0x0","size":${2 ** 51}}`;
  expect(await imported(`${HEADER}\n${opened}\n`)).toMatchObject({ events: 1 });
});

test("the header comes with spaces and in any order, as a language's own JSON does", async () => {
  const sorted =
    '{"about": {"physIsMachine": true, "platform": "mine"}, "format": "gartrace", "version": 1}';
  const { about, events } = await imported(`${sorted}\n${flush(1)}\n`);
  expect({ platform: about.platform, events }).toEqual({ platform: "mine", events: 1 });
});

test("a program has to say little of its run: the rest is what an import is", async () => {
  const { about, events } = await imported(`${HEADER}\r\n${flush(1)}\r\n`);
  expect(events).toBe(1);
  expect(about).toEqual({
    platform: "mine",
    physIsMachine: true,
    hooks: "none",
    chipset: "none",
    workload: "unnamed",
    operations: null,
    seed: 0,
    options: {},
    virtBase: 0n,
    source: "imported",
    origin: null,
  });
});

describe("refused, with file, line and column, is", () => {
  const began = '{"seq":1,"kind":"op.began","actor":"workload","op":0,"name":"a","arguments":{}}';
  const ended = (seq: number, op: number) =>
    `{"seq":${seq},"kind":"op.ended","actor":"workload","op":${op},"result":{}}`;
  const body = (...lines: string[]) => [HEADER, ...lines].join("\n");

  test.each([
    ["garbage", body("driver said hello"), /^FILE:2:1: not JSON/],
    ["an empty line", body("", flush(1)), /^FILE:2:1: not JSON/],
    [
      "another kind",
      body('{"seq":1,"kind":"cow.milked","actor":"cpu"}'),
      /^FILE:2:17: field 'kind': no value 'cow.milked'; known: /,
    ],
    [
      "another field",
      body(flush(1, '"colour":"red",')),
      /^FILE:2:\d+: no field 'colour'; known: kind, seq, /,
    ],
    [
      "a misspelt kind",
      body('{"seq":1,"kind":"page.alocated","actor":"cpu"}'),
      /^FILE:2:17: field 'kind': no value 'page.alocated'; did you mean page.allocated\?$/,
    ],
    [
      "a misspelt actor",
      body(flush(1).replace(/"actor":"\w+"/, '"actor":"drivr"')),
      /^FILE:2:\d+: field 'actor': no value 'drivr'; did you mean driver\?$/,
    ],
    [
      "a misspelt field",
      body('{"seq":1,"kind":"iommu.unmapped","actor":"kernel","page":1,"bas":"0x1000","size":1}'),
      /^FILE:2:60: no field 'bas'; did you mean bus\?$/,
    ],
    [
      "a misspelt field of the header",
      '{"format":"gartrace","version":1,"about":{"platfrom":"x","physIsMachine":true}}',
      /^FILE:1:43: field 'about': no field 'platfrom'; did you mean platform\?$/,
    ],
    [
      "a field of another type",
      body('{"seq":1,"kind":"iommu.unmapped","actor":"kernel","page":1,"bus":4096,"size":1}'),
      /^FILE:2:66: field 'bus': /,
    ],
    ["a gap", body(flush(1), flush(3)), /^FILE:3:8: event 3 stands where 2 must follow$/],
    ["a later cause", body(flush(1, '"cause":1,')), /^FILE:2:18: field 'cause': event 1 does not/],
    [
      "a translation that the platform lacks",
      body('{"seq":1,"kind":"p2m.set","actor":"cpu","page":1,"phys":"0x1000","machine":"0x2000"}'),
      /^FILE:2:17: the platform has no p2m.set: .*\(physIsMachine\)$/,
    ],
    [
      "an op out of order",
      body(began, began.replace("1,", "2,")),
      /^FILE:3:52: op 0 begins after op 0/,
    ],
    [
      "an end without a beginning",
      body(ended(1, 0)),
      /^FILE:2:52: op 0 ends, but is not under way$/,
    ],
    [
      "an op's second end",
      body(began, ended(2, 0), ended(3, 0)),
      /^FILE:4:52: op 0 ends, but is not/,
    ],
    ["an op to come", body(flush(1, '"op":4,')), /^FILE:2:15: op 4 has not begun$/],
    [
      "an absurd size",
      body(
        '{"seq":1,"kind":"iommu.unmapped","actor":"kernel","page":1,"bus":"0x1000","size":1e15}',
      ),
      /^FILE:2:82: field 'size': 1000000000000000 bytes are more than 68719476736$/,
    ],
    [
      "a negative size",
      body('{"seq":1,"kind":"iommu.unmapped","actor":"kernel","page":1,"bus":"0x1000","size":-1}'),
      /^FILE:2:82: field 'size'/,
    ],
    [
      "an address of more than 64 bits",
      body(
        '{"seq":1,"kind":"iommu.unmapped","actor":"kernel","page":1,"bus":"0x1ffffffffffffffff","size":1}',
      ),
      /^FILE:2:66: field 'bus': expected a hexadecimal number/,
    ],
    [
      "a later version",
      HEADER.replace('n":1', 'n":2'),
      /^FILE:1:32: version 2 .* up to 1: update it$/,
    ],
    [
      "a run that says nothing",
      '{"format":"gartrace","version":1}',
      /^FILE:1:1: field 'about': is missing$/,
    ],
    [
      "a file that was cut",
      `${HEADER.replace('"about"', '"events":3,"about"')}\n${flush(1)}\n${flush(2)}\n`,
      /^FILE:3: the lines end after 2 of 3 events; copy the file again, whole$/,
    ],
    ["a line that was cut", body(flush(1), flush(2).slice(0, 30)), /^FILE:3:31: not JSON/],
    [
      "a gzip file that was cut",
      gzipSync(body(flush(1))).subarray(0, -9),
      /gzip file is cut short/,
    ],
  ])("%s", async (_, content, complaint) => {
    expect(await refusal(content)).toMatch(complaint);
  });

  test("a line of more than eight megabytes", async () => {
    expect(await refusal(body(flush(1, `"place":"${"x".repeat(9e6)}",`), flush(2)))).toMatch(
      /^FILE:2:1: /,
    );
  });
});

test("the longest line that a kernel's log may have comes back, each of its characters escaped", async () => {
  const text = JSON.stringify("\u0001".repeat(2 ** 20));
  const logged = `{"seq":1,"kind":"message.logged","actor":"kernel","level":"info","text":${text}}`;
  expect(await imported(`${HEADER}\n${logged}\n`)).toMatchObject({ events: 1 });
});
