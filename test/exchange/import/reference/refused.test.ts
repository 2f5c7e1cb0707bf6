// refused.test.ts - what is wrong with a recording is said with file, line and field.

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync, gzipSync } from "node:zlib";
import { afterAll, beforeAll, expect, test } from "vitest";
import { importReference } from "../../../../src/exchange/import/reference/reference.ts";
import { UserError } from "../../../../src/fault.ts";

const packed = readFileSync("traces/reference/xen-i386.gart.intel-440bx.smoke.jsonl.gz");
const text = gunzipSync(packed).toString();
const lines = text.trimEnd().split("\n");

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "gartrace-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** How many events a file of this content gives. */
async function imported(content: string | Buffer): Promise<number> {
  const path = join(folder, "recording");
  writeFileSync(path, content);
  let count = 0;
  await importReference(path, () => ({ take: () => void count++ }));
  return count;
}

async function refusal(content: string | Buffer): Promise<string> {
  const error: unknown = await imported(content).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(UserError);
  return (error as UserError).message.replace(join(folder, "recording"), "FILE");
}

/** The recording with the line of that event number changed. */
function withLine(n: number, change: { readonly [field: string]: unknown }): string {
  const line = JSON.parse(lines[n]!) as { [field: string]: unknown };
  expect(line.n).toBe(n);
  return lines.with(n, JSON.stringify({ ...line, ...change })).join("\n");
}

/** The recording without some lines, its events numbered anew. */
const without = (from: number, count: number): string =>
  lines
    .toSpliced(from, count)
    .map((line, n) => line.replace(/"n":\d+/, `"n":${n}`))
    .join("\n");

test("knows gzip by its content, and needs no last newline", async () => {
  const whole = await imported(packed);
  expect(whole).toBe(32960);
  expect(await imported(text)).toBe(whole);
  expect(await imported(text.trimEnd())).toBe(whole);
});

test.each(["1e99", "", "0x", "-1", "nothing"])(
  "refuses '%s' as an address before any rule looks at the whole line",
  async (address) => {
    const mac = "traces/reference/ppc32-mac.gart.uninorth15.smoke.jsonl.gz";
    const flushed = gunzipSync(readFileSync(mac))
      .toString()
      .replace('"start":"0xc1000000"', `"start":"${address}"`);
    expect(await refusal(flushed)).toMatch(/^FILE:12: .*hexadecimal number/);
  },
);

test("refuses what is not JSON", async () => {
  expect(await refusal(lines.with(4, "agpgart: hello").join("\n"))).toMatch(/^FILE:5: not JSON: /);
  expect(await refusal(text.slice(0, 5000))).toMatch(/^FILE:\d+: not JSON: /);
});

test("refuses what is no recording", async () => {
  expect(await refusal("")).toMatch(/^FILE:1: not a reference recording: there is nothing/);
  expect(await refusal(lines.slice(1).join("\n"))).toMatch(
    /^FILE:1: not a reference recording: no line of ev 'run' comes first \(field 'ev'/,
  );
  expect(await refusal('{"seq":1}\n')).toMatch(/^FILE:1: not a reference recording/);
});

test("refuses a machine that is not known, and names those that are", async () => {
  expect(await refusal(withLine(0, { chipset: "intel-999" }))).toMatch(
    /^FILE:1: unknown chipset 'intel-999'; known: .*intel-440bx/,
  );
  expect(await refusal(withLine(0, { platform: "alpha" }))).toMatch(
    /^FILE:1: unknown platform 'alpha'; known: native-i386, xen-i386, ppc64-g5, /,
  );
});

test.each([
  ["a kind of line", 10, { ev: "SetPageDirty" }, "ev 'SetPageDirty' is not read yet; known: call,"],
  ["a role", 18, { role: "nowhere" }, "field 'role': 'nowhere' is not read yet; known: gatt, dir"],
  ["an operation", 32, { fn: "agp_unheard_of" }, "field 'fn': 'agp_unheard_of' is not read yet"],
  ["a hook", 12, { fn: "virt_to_moon" }, "field 'fn': 'virt_to_moon' is not read yet"],
  ["an asker", 33, { in: "nobody" }, "field 'in': 'nobody' is not read yet"],
  ["a word", 19, { val: "48" }, "field 'val': expected a hexadecimal number"],
  ["a width", 19, { w: 3 }, "field 'w': "],
  ["a device", 19, { dev: "0000:00:00" }, "field 'dev': expected a PCI device"],
  ["a frame", 80, { mfn: null }, "field 'mfn': "],
  ["a list of frames", 13, { mfns: ["0x1"] }, "field 'mfns': expected a frame for each page"],
  ["a list of words", 54, { vals: ["0x1"] }, "expected `val`, or as many `vals` as `count`"],
  ["a missing field", 5, { off: undefined }, "field 'off': "],
] as const)("refuses %s that it does not know", async (_, n, change, complaint) => {
  expect(await refusal(withLine(n, change))).toContain(`FILE:${n + 1}: ${complaint}`);
});

test("refuses a recording with lines missing, doubled or put elsewhere", async () => {
  expect(await refusal(lines.toSpliced(20, 1).join("\n"))).toMatch(
    /^FILE:21: event 21 stands where 20 must follow: .*cut or edited/,
  );
  expect(await refusal(lines.toSpliced(20, 0, lines[20]!).join("\n"))).toMatch(
    /^FILE:22: event 20 stands where 21 must follow/,
  );
  expect(await refusal(withLine(58, { op: 4 }))).toMatch(
    /^FILE:59: op 4 begins with 'call' after op 2/,
  );
  expect(await refusal(without(58, 1))).toMatch(/^FILE:59: op 3 begins with 'w32' after op 2/);
});

test("counts a folded line as the calls it stands for", async () => {
  const folded = gunzipSync(
    readFileSync("traces/reference/xen-i386.gart.intel-440bx.testgart.jsonl.gz"),
  ).toString();
  const shorter = folded.replace(
    /"count":1024(,"per_page":\["alloc_page.*?"pages":)\[\[.*?\],/,
    '"count":1023$1[',
  );
  expect(await refusal(shorter)).toMatch(/^FILE:56: event 4150 stands where 4146 must follow/);
});

test("refuses an op that does not return", async () => {
  expect(await refusal(lines.slice(0, -1).join("\n"))).toMatch(
    /^FILE:96: op 5 ends without a 'ret' line: .*cut or edited/,
  );
  expect(await refusal(without(57, 1))).toMatch(/^FILE:58: op 2 ends without a 'ret' line/);
});

test("refuses registers in memory and words without a mapping where the chipset has none", async () => {
  const access = { ev: "mmio_r", map: 0, off: "0x4", w: 4, val: "0x0" };
  expect(await refusal(withLine(19, access))).toMatch(
    /^FILE:20: intel-440bx has no memory-mapped registers/,
  );
  expect(await refusal(withLine(18, { map: undefined }))).toMatch(
    /^FILE:19: field 'map': expected/,
  );
});

test("refuses pages freed and maps undone that nobody made", async () => {
  expect(await refusal(withLine(68, { pfn: "0x2000" }))).toMatch(/^FILE:69: frees a page that no/);
  expect(await refusal(withLine(88, { map: 7 }))).toMatch(/^FILE:89: unmaps map 7/);
});

test("refuses gzip that is cut short or damaged", async () => {
  expect(await refusal(packed.subarray(0, 1500))).toMatch(/^FILE:\d+: the gzip file is cut short/);
  const damaged = Buffer.from(packed);
  damaged.fill(0xff, 400, 420);
  expect(await refusal(damaged)).toMatch(/^FILE:\d+: the gzip file is damaged/);
  expect(await refusal(gzipSync("no recording\n"))).toMatch(/^FILE:1: not JSON/);
});

test("refuses a file that is not there", async () => {
  await expect(importReference(join(folder, "none"), () => ({ take: () => {} }))).rejects.toThrow(
    /^cannot read .*none: there is no such file/,
  );
});
