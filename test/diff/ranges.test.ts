// ranges.test.ts - a block or a table is told with the runs of frames that it lies in.

import { describe, expect, test } from "vitest";
import { machine, pfnOf, raw } from "../../src/address.ts";
import { NONE, WIDTH } from "../../src/diff/event-queue.ts";
import { type Range, Ranges } from "../../src/diff/ranges.ts";
import { at, SUBJECT_FAMILIES } from "../../src/event/field.ts";
import { type KindName, kindCode } from "../../src/event/vocabulary.ts";

const PAGE = 0x1000;
type Said = Partial<Record<keyof typeof at, number>>;

function seen(ranges: Ranges, kind: KindName, said: Said): void {
  const values = new Float64Array(2 * WIDTH).fill(NONE);
  for (const [name, value] of Object.entries({ kind: kindCode[kind], ...said }))
    values[WIDTH + at[name as keyof typeof at]] = value;
  ranges.see(values, WIDTH);
}
const entry = (number: number, frame: number | null): [KindName, Said] => [
  "gatt.written",
  {
    subject: number * SUBJECT_FAMILIES + 6,
    ...(frame === null ? {} : { machine: frame * PAGE }),
  },
];

/** The ranges of an op with these events, over a memory of these frames from page 0 on. */
function rangesOf(events: readonly [KindName, Said][], frames: readonly (number | null)[] = []) {
  const ranges = new Ranges(
    (address) => {
      const frame = frames[raw(pfnOf(address))];
      return frame == null ? null : machine(frame * PAGE);
    },
    (address) => frames.length - raw(pfnOf(address)),
  );
  ranges.begin();
  for (const [kind, said] of events) seen(ranges, kind, said);
  ranges.end();
  return ranges;
}
const block = (from: number, pages: number, runs: number): Range => ({
  what: "block",
  from,
  pages,
  runs,
});
const bind = (first: number, ...frames: number[]) =>
  frames.map((frame, i) => entry(first + i, frame));

describe("a block", () => {
  test.each<[string, [KindName, Said][], Range[]]>([
    ["lies in a row", bind(4, 7, 8, 9), [block(4, 3, 1)]],
    ["lies apart", bind(4, 7, 9, 8), [block(4, 3, 3)]],
    ["has one page", bind(4, 7), []],
    ["is two, in a row", [...bind(4, 7, 8), ...bind(9, 9, 10)], [block(4, 2, 1), block(9, 2, 1)]],
    [
      "begins where the last one ended",
      [...bind(0, 7, 8), ...bind(4, 9, 11)],
      [block(0, 2, 1), block(4, 2, 2)],
    ],
    [
      "is cut by an empty entry",
      [...bind(4, 7, 8), entry(6, null), ...bind(7, 9, 10)],
      [block(4, 2, 1), block(7, 2, 1)],
    ],
    ["is written twice", [...bind(4, 7, 8), ...bind(4, 7, 8)], [block(4, 2, 1), block(4, 2, 1)]],
    [
      "is of other events",
      [
        ["gatt.read", entry(4, 7)[1]],
        ["gatt.read", entry(5, 8)[1]],
      ],
      [],
    ],
  ])("%s", (_, events, list) => {
    expect(rangesOf(events).list).toEqual(list);
  });
});

describe("a table", () => {
  const base = (phys: number | null, bus: number | null = 0x9000): [KindName, Said] => [
    "register.written",
    { ...(phys === null ? {} : { phys }), ...(bus === null ? {} : { bus }) },
  ];
  const table = (pages: number, runs: number): Range => ({ what: "table", from: 0, pages, runs });
  test.each<[string, [KindName, Said], (number | null)[], Range[]]>([
    ["lies in a row", base(0), [7, 8, 9], [table(3, 1)]],
    ["lies apart", base(0), [7, 9, 10], [table(3, 2)]],
    ["begins at a further page", base(PAGE), [7, 9, 10], [table(2, 1)]],
    ["has one page", base(0), [7], []],
    ["lies who knows where", base(0), [7, null, 9], []],
    ["is not what a register without an address names", base(0, null), [7, 8], []],
    ["is of a page that is not told", base(null), [7, 8], []],
  ])("%s", (_, event, frames, list) => {
    expect(rangesOf([event], frames).list).toEqual(list);
  });
});

test("each op has ranges of its own, of which the first 1024 are kept", () => {
  const ranges = rangesOf(bind(4, 7, 8));
  ranges.begin();
  for (const event of bind(5, 7)) seen(ranges, ...event);
  ranges.begin();
  for (const event of bind(6, 8)) seen(ranges, ...event);
  ranges.end();
  expect(ranges.list).toEqual([]);
  const many = Array.from({ length: 1025 }, (_, i) => bind(i * 3, 7, 8)).flat();
  expect(rangesOf(many).list).toHaveLength(1024);
});
