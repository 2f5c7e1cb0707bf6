// input-files.test.ts - files that are compressed, in an archive or in a folder are opened; what is of no known format is left.

import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { pack } from "tar-stream";
import { expect, test } from "vitest";
import { importTrace } from "../../../src/library/import.ts";
import { freshFolder } from "../../fresh-folder.ts";
import { importedFrom, importedText } from "./captured.ts";

const FAULT =
  "[   12.100000] DMAR: [DMA Read NO_PASID] Request device [07:00.0] fault addr 0x2c441000 [fault reason 0x06] PTE Read access is not set";
const TRACE =
  "drv-50 [000] ..... 10.000090: dma_map_page: 0000:07:00.0 dir=TO_DEVICE dma_addr=51000000 size=4096 phys_addr=51000000 attrs=";

/** "[    1.000000] hello", by xz and by zstd. */
const packed = {
  xz: "/Td6WFoAAATm1rRGAgAhARYAAAB0L+Wj4AAUABNdAC2IMEYi4Z/65VEgtzzo7AE9DAAAAHjBv8UYM+qLAAEvFa1pR18ftvN9AQAAAAAEWVo=",
  zstd: "KLUv/QRYqQAAWyAgICAxLjAwMDAwMF0gaGVsbG8KTE6dHQ==",
} as const;

test.each(Object.entries(packed))("a log that %s has packed is read", async (_, text) => {
  const { events } = await importedText({ log: Buffer.from(text, "base64") });
  expect(events.map(({ event }) => event)).toMatchObject([{ text: "hello", at: 1e9 }]);
});

test.each(Object.entries(packed))("what %s has packed and is cut is refused", async (_, text) => {
  const whole = Buffer.from(text, "base64");
  for (const length of [8, 20, whole.length - 12])
    await expect(importedText({ log: whole.subarray(0, length) })).rejects.toThrow(
      /log:1: the (?:xz|zstd) file is (?:cut short|damaged)/,
    );
});

async function archiveOf(files: { readonly [name: string]: string }): Promise<Buffer> {
  const all = pack();
  for (const [name, content] of Object.entries(files)) all.entry({ name }, content);
  all.finalize();
  const parts: Buffer[] = [];
  for await (const part of all) parts.push(part as Buffer);
  return Buffer.concat(parts);
}

test("the files of an archive are one run, and messages name them inside of it", async () => {
  const archive = await archiveOf({
    "run/dmesg.txt": `${FAULT}\n`,
    "run/trace.txt": `${TRACE}\n`,
    "run/README": "how it was made\n",
  });
  for (const content of [archive, gzipSync(archive)]) {
    const { sources, events } = await importedText({ "run.tar": content });
    expect(sources.map(({ path, format }) => `${path.split("/").at(-1)} ${format}`)).toEqual([
      "run.tar:dmesg.txt dmesg",
      "run.tar:trace.txt ftrace",
      "run.tar:README left alone",
    ]);
    expect(events.map(({ event }) => event.kind)).toEqual(["dma.mapped", "fault.raised"]);
  }
  await expect(importedText({ "run.tar": archive.subarray(0, 700) })).rejects.toThrow(
    "run.tar: the archive is damaged",
  );
});

test("of a folder the files that are known are one run; one with none is refused", async () => {
  const folder = join(freshFolder(), "run");
  mkdirSync(folder);
  await expect(importedFrom([folder])).rejects.toThrow("a folder without files");
  writeFileSync(join(folder, "notes"), "how it was made\n");
  await expect(importedFrom([folder])).rejects.toThrow(`${folder}: no file of a known format`);
  writeFileSync(join(folder, "trace"), `${TRACE}\n`);
  const { sources } = await importedFrom([folder]);
  expect(sources.map(({ format }) => format)).toEqual(["left alone", "ftrace"]);
});

test("a run of more files than it can have is refused by the number, before any is opened", async () => {
  const many = Array.from({ length: 200_000 }, (_, n) => `cpu${n}.txt`);
  await expect(importTrace(many, { output: join(freshFolder(), "t.gart") })).rejects.toThrow(
    "200,000 files, and a run has at most 1,000",
  );
});
