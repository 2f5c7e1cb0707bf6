// mappings.test.ts - what a new mapping leaves of those in its page, and which of them an end and an access are of.

import { expect, test } from "vitest";
import { Mapping } from "../../../../src/exchange/import/kernel/command.ts";
import { Mappings } from "../../../../src/exchange/import/kernel/mappings.ts";

const mapping = (seq: number, start: number, phys: number | null, size = 512): Mapping => {
  const said = { start, size, phys, own: phys, inPages: false, slot: null, source: null };
  const call = { device: 0x700, direction: "to-device", place: "dma_map_page" } as const;
  return new Mapping({ ...said, ...call }, seq, 0, null);
};
const HERE = 0x5000;
const END = { device: 0x700, start: HERE, size: 512, direction: "to-device" } as const;
const made = (isWhole: boolean, ...all: readonly Mapping[]): Mappings => {
  const mappings = new Mappings();
  mappings.isWhole = isWhole;
  for (const one of all) mappings.add(one);
  return mappings;
};
/** The seqs of those that are ended there, one after the other. */
function endsOf(mappings: Mappings): number[] {
  const seqs: number[] = [];
  for (let one = mappings.ended(END); one !== null; one = mappings.ended(END)) {
    seqs.push(one.seq);
    mappings.end(one, 100 + seqs.length);
  }
  return seqs;
}

test.each<[string, boolean, Mapping[], number[]]>([
  [
    "of one memory stay, the first ends first",
    true,
    [1, 2, 3].map((i) => mapping(i, HERE, 9)),
    [1, 2, 3],
  ],
  ["of memory that is not known stay", true, [mapping(1, HERE, null), mapping(2, HERE, 9)], [1, 2]],
  ["of other memory are over", true, [mapping(1, HERE, 9), mapping(2, HERE, 4096)], [2]],
  [
    "of other memory are over, between others",
    true,
    [1, 2, 1].map((page, i) => mapping(i + 1, HERE, page * 4096)),
    [3],
  ],
  ["are over where ends are missed", false, [mapping(1, HERE, 9), mapping(2, HERE, 9)], [2]],
  [
    "that lie elsewhere in the page stay",
    true,
    [mapping(1, HERE, 9), mapping(2, HERE + 512, 0)],
    [1],
  ],
])("mappings in force at an address that is mapped again %s", (_, isWhole, all, ends) => {
  expect(endsOf(made(isWhole, ...all))).toEqual(ends);
});

test("what is traced of an end behind the next mapping of its address is of the one that it fits", () => {
  for (const size of [100, 512]) {
    const [one, two] = [mapping(1, HERE, 9, 100), mapping(2, HERE, 4096)];
    const mappings = made(true, one, two);
    expect(mappings.ended({ ...END, size })).toBe(size === 100 ? one : two);
  }
});

test("what is over is forgotten where its address is mapped again, and kept beside it", () => {
  for (const again of [mapping(3, HERE, 9), mapping(3, HERE, 4096)]) {
    const [one, beside] = [mapping(1, HERE, 9), mapping(2, HERE + 512, 9 + 512)];
    const mappings = made(true, one, beside);
    for (const [i, each] of [one, beside].entries()) mappings.end(each, 10 + i);
    mappings.add(again);
    expect(mappings.tie(0x700, HERE, 4)).toEqual({ mapping: again, cause: 3 });
    expect(mappings.tie(0x700, HERE + 512, 4)).toEqual({ mapping: beside, cause: 11 });
    mappings.end(again, 20);
    expect(mappings.tie(0x700, HERE, 4).cause).toBe(20);
  }
});

test("behind a gap nothing from before it stays where its address is mapped again", () => {
  const mappings = made(true, mapping(1, HERE, 9));
  mappings.lost(2);
  mappings.add(mapping(3, HERE, 9));
  expect(endsOf(mappings)).toEqual([3]);
});

test("of one page the last 256 are kept", () => {
  const all = Array.from({ length: 300 }, (_, i) => mapping(i + 1, HERE, 9));
  expect(endsOf(made(true, ...all))).toEqual(all.slice(44).map(({ seq }) => seq));
});

test("of many pages where all is over the oldest are forgotten, and nothing that is in force", () => {
  const mappings = made(true, mapping(1, HERE, 9));
  const big = 2 ** 26;
  const last = 132;
  for (let i = 1; i <= last; i++) {
    const seq = i * 4096;
    const one = mapping(seq, i * big, 9, big);
    mappings.add(one);
    mappings.end(one, seq + 1);
  }
  const causes = [HERE, big, last * big].map((at) => mappings.tie(0x700, at, 8).cause);
  expect(causes).toEqual([1, null, last * 4096 + 1]);
});
