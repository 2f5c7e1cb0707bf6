// bombs.fuzz.ts - a small file that unpacks to a large one, or says that it does, takes no memory and ends in a sentence.

import { gzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { UserError } from "../../../../src/fault.ts";
import { importedText } from "../captured.ts";

const FIRST = "[    1.000000] Linux version 6.12.0\n";
const MB = 2 ** 20;

/** What an import says, and the megabytes that the process grew by. */
async function told(content: Buffer): Promise<{ says: string; megabytes: number }> {
  const before = process.resourceUsage().maxRSS;
  const says = await importedText({ log: content }).then(
    ({ sources }) => JSON.stringify(sources[0]!.counts),
    (error: unknown) => {
      expect(error).toBeInstanceOf(UserError);
      return (error as Error).message;
    },
  );
  return { says, megabytes: (process.resourceUsage().maxRSS - before) / 1024 };
}

test("a log of gzip that becomes 256 MB without a line's end has one line too long", async () => {
  const zeros = gzipSync(Buffer.alloc(32 * MB));
  const bomb = Buffer.concat([gzipSync(FIRST), ...Array<Buffer>(8).fill(zeros)]);
  expect(bomb.length).toBeLessThan(MB);
  const { says, megabytes } = await told(bomb);
  expect(says).toContain("inside its last line");
  expect(megabytes).toBeLessThan(128);
});

/** A frame's header (RFC 8878, 3.1.1.1): the descriptor, then what it announces. */
const frame = (...bytes: readonly number[]): Buffer =>
  Buffer.concat([Buffer.from([0x28, 0xb5, 0x2f, 0xfd, ...bytes]), Buffer.alloc(64, 0x55)]);

test.each([
  ["a window of 2 GB", frame(0x00, 21 << 3)],
  ["a window of more than any number of bytes", frame(0x00, 0xff)],
  ["one segment of 2 GB", frame(0xa0, 0xff, 0xff, 0xff, 0x7f)],
])("a frame of zstd with %s is damaged", async (_, content) => {
  const { says, megabytes } = await told(content);
  expect(says).toMatch(/log:1: the zstd file is damaged/);
  expect(megabytes).toBeLessThan(64);
});

test("an archive whose entry says it has eight gigabytes is cut short", async () => {
  const header = Buffer.alloc(512);
  header.write("run/trace.txt", 0);
  header.write("0000644\0", 100);
  header.write("77777777777\0", 124);
  header.write("        0", 148);
  header.write("ustar\x0000", 257);
  const sum = header.reduce((all, byte) => all + byte, 0);
  header.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148);
  const { says } = await told(Buffer.concat([header, Buffer.from(FIRST)]));
  expect(says).toMatch(/log: the archive is damaged/);
});

test("a few lines that map 80 GB through an IOMMU are counted by the page, and end", async () => {
  const size = 2 ** 34;
  const lines = Array.from({ length: 10 }, (_, i) => {
    const [from, to] = [i * size, (i + 1) * size].map((at) => `0x${at.toString(16)}`);
    return ` vfio-50 [000] ..... 10.00000${i}: map: IOMMU: iova=${from} - ${to} paddr=${from} size=${size}\n`;
  });
  const { says, megabytes } = await told(Buffer.from(lines.join("")));
  expect(says).toMatch(/"kept":8,"skipped":2.*cover more than 33554432 pages/);
  expect(megabytes).toBeLessThan(1024);
});
