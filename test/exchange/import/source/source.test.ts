// source.test.ts - a text comes back line by line, however it was cut into chunks, and a bad one is explained.

import { appendFileSync, readdirSync, readlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { gzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { Source } from "../../../../src/exchange/import/source/source.ts";
import { freshFolder } from "../../../fresh-folder.ts";

const path = join(freshFolder(), "text");
const wishes = { strict: false, follow: null };

async function read(
  content: string | Buffer,
  isWhole?: (last: string) => boolean,
): Promise<string[]> {
  writeFileSync(path, content);
  const source = await Source.open(path, wishes);
  const lines: string[] = [];
  for await (const batch of source.lines(isWhole)) lines.push(...batch);
  return lines;
}

test("lines longer than a chunk, and characters across its edge, stay whole", async () => {
  const lines = ["short", "µ".repeat(200_001), "", "x".repeat(65_535), "µ"];
  expect(await read(`${lines.join("\n")}\n`)).toEqual(lines);
  expect(await read(gzipSync(`${lines.join("\n")}\n`))).toEqual(lines);
  expect(await read(`${lines.join("\r\n")}\r\n`)).toEqual(lines);
});

/** Lines of digits that no packing makes much shorter, some megabytes of them. */
function manyLines(): readonly string[] {
  let state = 1;
  return Array.from({ length: 30_000 }, () => {
    state = (state * 48_271) % 0x7fffffff;
    return (
      BigInt(state)
        .toString(16)
        .repeat(1 + (state % 3)) + (state * state).toString(36)
    );
  });
}

test.each([
  ["plain", (text: string) => Buffer.from(text)],
  ["gzip", gzipSync],
])("a %s file of many chunks comes back whole, whoever keeps its chunks", async (_, packed) => {
  const lines = Array.from({ length: 4 }, manyLines).flat();
  const text = `${lines.join("\n")}\n`;
  expect(await read(packed(text))).toEqual(lines);
  const source = await Source.open(path, wishes);
  const kept: Buffer[] = [];
  for await (const chunk of source.ownBytes()) kept.push(chunk);
  expect(Buffer.concat(kept).equals(Buffer.from(text))).toBe(true);
});

test("every blank is a blank, and what has no width is nothing, wherever a chunk ends", async () => {
  const text = "[\u00a0\u2007 1.000000]\u3000DMAR:\u200b on,\u2060 3\u202fµs at 5°\n";
  const plain = "[   1.000000] DMAR: on, 3 µs at 5°";
  const count = 20_000;
  const lines = await read(`\ufeff${text.repeat(count)}\ufeff${text}`);
  expect(new Set(lines)).toEqual(new Set([plain]));
  expect(lines).toHaveLength(count + 1);
  expect(await read("a µ\nb\u00a0")).toEqual(["a µ", "b "]);
  expect(await read(Buffer.from("a\nb\u00a0").subarray(0, -1))).toEqual(["a", "b\ufffd"]);
});

test.each([0, 1, 2, 3, 4, 5, 6, 7, 8])(
  "entities of a page are the characters that they stand for, %i bytes before a chunk ends",
  async (before) => {
    const text = `${"x".repeat(65_536 - before)}&lt;6&gt; &quot;a&#39;s&quot;&nbsp;&amp;lt; &#x2d;&#8209;&#160;b`;
    expect(await read(`${text}\n${text}\n`)).toEqual(
      Array(2).fill(`${"x".repeat(65_536 - before)}<6> "a's" &lt; -- b`),
    );
  },
);

test("an entity of what is not printed stays as it is written, and so does what is none", async () => {
  const text = "a&#10;b &c; &lt &#1; R&D";
  expect(await read(`${text}\n${text}`)).toEqual([text, text]);
});

test("a line ends where Unicode ends one, and a hyphen or the dash of an editor is a minus", async () => {
  expect(await read("a\u2028b\u2029c\u0085d\n")).toEqual(["a", "b", "c", "d"]);
  expect(await read("arm\u2011smmu\u2010v3 \u20135 \u22127 \u2014\n")).toEqual([
    "arm-smmu-v3 -5 -7 \u2014",
  ]);
});

test("JSON and bytes that are no text stay as they are", async () => {
  const json = '{"text":"a\u00a0b\u200b"}';
  expect(await read(`${json}\n`)).toEqual([json]);
  expect(await read("a\0\u00a0\n")).toEqual(["a\0\u00a0"]);
});

test("the last line needs no end where its writer may leave it out, and a file may be empty or one byte", async () => {
  expect(await read("a\nb")).toEqual(["a", "b"]);
  expect(await read("a")).toEqual(["a"]);
  expect(await read("")).toEqual([]);
  const isB = (last: string): boolean => last === "b";
  expect(await read("a\nb", isB)).toEqual(["a", "b"]);
  expect(await read("a\nc", isB)).toEqual(["a"]);
  expect(await read("c", isB)).toEqual(["c"]);
});

test("a line of more than a megabyte is an empty one, counted, and costs no memory", async () => {
  writeFileSync(path, `first\n${"x".repeat(3_000_000)}\nlast\n`);
  const source = await Source.open(path, wishes);
  const lines: string[] = [];
  for await (const batch of source.lines()) lines.push(...batch);
  expect(lines).toEqual(["first", "", "last"]);
  expect(source.tally.counts()).toMatchObject([{ name: "line", read: 1, skipped: 1 }]);
});

test("a reader may stop early", async () => {
  writeFileSync(path, gzipSync("line\n".repeat(1_000_000)));
  const source = await Source.open(path, wishes);
  for await (const [line] of source.lines()) {
    expect(line).toBe("line");
    break;
  }
  await source.close();
});

test.each([
  ["was opened and not read", async () => (await Source.open(path, wishes)).close()],
  [
    "was left in the middle",
    async () => {
      const source = await Source.open(path, wishes);
      for await (const [line] of source.lines()) if (line !== undefined) break;
      await source.close();
    },
  ],
  [
    "cannot be followed",
    async () => {
      const follow = new AbortController().signal;
      await expect(Source.open(path, { strict: false, follow })).rejects.toThrow(
        /compressed \(gzip\)/,
      );
    },
  ],
])("a file that %s is not left open", async (_, use) => {
  writeFileSync(path, gzipSync("line\n".repeat(1_000_000)));
  const descriptors = () =>
    readdirSync("/proc/self/fd").filter((fd) => {
      try {
        return readlinkSync(`/proc/self/fd/${fd}`) === path;
      } catch {
        return false;
      }
    });
  await use();
  await expect.poll(descriptors).toEqual([]);
});

test("a gzip file that was cut gives what came before the cut, then says where it is", async () => {
  const lines = Array.from({ length: 200_000 }, (_, i) => `line ${i}`);
  const whole = gzipSync(`${lines.join("\n")}\n`);
  writeFileSync(path, whole.subarray(0, whole.length / 2));
  const source = await Source.open(path, wishes);
  await expect(async () => {
    for await (const batch of source.lines())
      for (const line of batch) expect(line).toBe(lines[source.line++]);
  }).rejects.toThrow(/text:\d{4,}: the gzip file is cut short; copy it again, whole/);
});

test("a file that grows is read on until its reader has enough", async () => {
  writeFileSync(path, "one\n");
  const enough = new AbortController();
  const source = await Source.open(path, { strict: false, follow: enough.signal });
  const lines: string[] = [];
  const reading = (async () => {
    for await (const batch of source.lines(() => false)) lines.push(...batch);
  })();
  await setTimeout(150);
  appendFileSync(path, "two\nthr");
  await setTimeout(250);
  appendFileSync(path, "ee\n");
  await expect.poll(() => lines).toEqual(["one", "two", "three"]);
  enough.abort();
  await reading;
});
