// leaf-room.test.ts - room for leaves: each part is alone and empty, and the entries behind a leaf come in their order.

import { expect, test } from "vitest";
import { LEAF } from "../../src/machine/table.ts";
import { LONGEST_ENTRY, writeEntries } from "../../src/store/entry-bytes.ts";
import { LeafRoom } from "../../src/store/leaf-room.ts";

/** Some entries as bytes, and where each begins. */
function source(entries: readonly (readonly [index: number, value: number])[]) {
  const bytes = new Uint8Array(entries.length * LONGEST_ENTRY);
  const starts: number[] = [];
  let end = 0;
  for (const [i] of entries.entries())
    end = writeEntries(bytes, 0, (visit) => {
      for (const [index, value] of entries.slice(0, i + 1)) visit(index, value);
    });
  for (const [i] of entries.entries())
    starts.push(
      writeEntries(new Uint8Array(bytes.length), 0, (visit) => {
        for (const [index, value] of entries.slice(0, i)) visit(index, value);
      }),
    );
  return { bytes: bytes.slice(0, end), starts: [...starts, end] };
}

test("what is handed out is empty, and nobody else writes it, however much is taken", () => {
  const room = new LeafRoom();
  const [values, bits] = [
    Array.from({ length: 40 }, () => room.values()),
    Array.from({ length: 600 }, () => room.bits()),
  ];
  for (const one of values)
    expect([one.length, one.every((value) => value === 0)]).toEqual([LEAF, true]);
  for (const one of bits)
    expect([one.length, one.every((word) => word === 0)]).toEqual([LEAF / 32, true]);
  for (const [i, one] of values.entries()) one.fill(i + 1);
  for (const [i, one] of bits.entries()) one.fill(i + 1);
  for (const [i, one] of values.entries()) expect(new Set(one)).toEqual(new Set([i + 1]));
  for (const [i, one] of bits.entries()) expect(new Set(one)).toEqual(new Set([i + 1]));
});

test("runs of two leaves that come in turn are read each by itself, in the order in which they came", () => {
  const room = new LeafRoom();
  const entries = Array.from({ length: 900 }, (_, i) => [i * 3, i * 7] as const);
  const sources = [source(entries.slice(0, 450)), source(entries.slice(450))];
  const [first, last] = [
    [-1, -1],
    [-1, -1],
  ];
  for (const [half, { bytes, starts }] of sources.entries())
    for (let i = 0; i < 450; i++) {
      const leaf = i % 2;
      const [index, value] = i === 0 ? [-1, 0] : entries[half * 450 + i - 1]!;
      const run = room.addRun(last[leaf]!, bytes, starts[i]!, index, value);
      room.endRun(run, starts[i + 1]!);
      if (first[leaf] === -1) first[leaf] = run;
      last[leaf] = run;
    }
  for (const leaf of [0, 1]) {
    const read: (readonly [number, number])[] = [];
    room.eachEntry(first[leaf]!, ({ index, value }) => read.push([index, value]));
    expect(read).toEqual(entries.filter((_, i) => (i % 450) % 2 === leaf));
  }
});

test("a leaf without a run has no entries", () => {
  const seen: number[] = [];
  new LeafRoom().eachEntry(-1, ({ index }) => seen.push(index));
  expect(seen).toEqual([]);
});
