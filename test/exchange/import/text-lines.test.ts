// text-lines.test.ts - a text comes back line by line, however it was cut into chunks.

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, expect, test } from "vitest";
import { linesOf } from "../../../src/exchange/import/text-lines.ts";

const folder = mkdtempSync(join(tmpdir(), "gartrace-"));
afterAll(() => rmSync(folder, { recursive: true }));

async function read(content: string | Buffer): Promise<string[]> {
  const path = join(folder, "text");
  writeFileSync(path, content);
  const lines: string[] = [];
  for await (const line of linesOf(path)) lines.push(line);
  return lines;
}

test("lines longer than a chunk, and characters across its edge, stay whole", async () => {
  const lines = ["short", "µ".repeat(200_001), "", "x".repeat(65_535), "µ"];
  expect(await read(`${lines.join("\n")}\n`)).toEqual(lines);
  expect(await read(gzipSync(`${lines.join("\n")}\n`))).toEqual(lines);
});

test("the last line needs no end, and a file may be empty or one byte", async () => {
  expect(await read("a\nb")).toEqual(["a", "b"]);
  expect(await read("a")).toEqual(["a"]);
  expect(await read("")).toEqual([]);
});

test("a reader may stop early", async () => {
  writeFileSync(join(folder, "text"), gzipSync("line\n".repeat(1_000_000)));
  for await (const line of linesOf(join(folder, "text"))) {
    expect(line).toBe("line");
    break;
  }
});
