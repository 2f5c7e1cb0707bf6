// posting-bytes.test.ts - the rows of the index: which subjects share one, and what is refused of a changed one.

import { describe, expect, test } from "vitest";
import {
  addAllSeqs,
  addSeqs,
  type List,
  type ListRow,
  rowsOf,
  SEGMENT,
  type Subjects,
  subjectsIn,
} from "../../src/store/posting-bytes.ts";

const listOf = (subject: number, ...seqs: number[]): List => [subject, Uint32Array.from(seqs)];
/** The rows of some lists, as SQLite's hex() has their bytes. */
const rows = (...lists: List[]): ListRow[] =>
  Array.from(rowsOf(lists), ([subject, bytes]) => [subject, bytes.toString("hex").toUpperCase()]);
const every = { first: 0, last: Number.MAX_SAFE_INTEGER, step: 1 };
function seqsIn(segment: number, row: ListRow, wanted: Subjects = every): number[] {
  const seqs: number[] = [];
  addSeqs(seqs, segment, row, wanted);
  return seqs;
}

describe("a row", () => {
  test("has the lists of subjects that follow one another, as far as 128 bytes go", () => {
    const lists = Array.from({ length: 200 }, (_, i) => listOf(1000 + 300 * i, 5 * i, 5 * i + 200));
    const all = rows(...lists);
    expect(all.every(([, bytes]) => bytes.length <= 2 * 128)).toBe(true);
    // No list takes more than eight bytes here.
    expect(all.slice(0, -1).every(([, bytes]) => bytes.length > 2 * 120)).toBe(true);
    expect(all.flatMap(subjectsIn)).toEqual(lists.map(([subject]) => subject));
    expect(all.flatMap((row) => seqsIn(0, row))).toEqual(lists.flatMap(([, seqs]) => [...seqs]));
  });

  test("has a list alone that is longer, and those around it are in other rows", () => {
    const long = Array.from({ length: 3000 }, (_, i) => 87 * i);
    const all = rows(listOf(1, 3), listOf(2, 4), listOf(3, ...long), listOf(4, 5), listOf(5, 6));
    expect(all.map(subjectsIn)).toEqual([[1, 2], [3], [4, 5]]);
    expect(seqsIn(0, all[1]!)).toEqual(long);
  });

  test("says how far each subject is from the one before, however far, and how long each list is", () => {
    expect(
      rows(listOf(7, 5, 7), listOf(8, 1), listOf(8 + 2 ** 52, 2)).map(([, bytes]) => bytes),
    ).toEqual(["00020502" + "010101" + "80808080808080080102"]);
    expect(rows(listOf(2 ** 53 - 1, 0)).map(([subject]) => subject)).toEqual([2 ** 53 - 1]);
  });

  test("gives the events of those subjects that are asked for, by their numbers in the trace", () => {
    const [row] = rows(listOf(10, 1, 2), listOf(20, 130, 300), listOf(30, 4), listOf(40, 3));
    const from = (first: number, last: number, step = 1) => seqsIn(3, row!, { first, last, step });
    const numbered = (...seqs: number[]) => seqs.map((seq) => 3 * SEGMENT + seq);
    expect(from(20, 20)).toEqual(numbered(130, 300));
    expect(from(10, 30)).toEqual(numbered(1, 2, 130, 300, 4));
    expect(from(10, 40, 20)).toEqual(numbered(1, 2, 4));
    expect(from(15, 15)).toEqual([]);
    expect(from(41, 90)).toEqual([]);
  });

  test("is read among others in one text, each with its segment", () => {
    const [some] = rows(listOf(10, 1), listOf(20, 2, 3));
    const [other] = rows(listOf(20, 9), listOf(30, 8));
    const text = [0, ...some!, 7, ...other!].join();
    const seqs: number[] = [];
    addAllSeqs(seqs, text, { first: 20, last: 20, step: 1 });
    expect(seqs).toEqual([2, 3, 7 * SEGMENT + 9]);
    addAllSeqs(seqs, "", every);
    expect(seqs.length).toBe(3);
    expect(() => addAllSeqs([], `${text},8,1,80`, every)).toThrow("a list is cut");
  });

  test("is made of no lists where there are none", () => {
    expect(rows()).toEqual([]);
  });
});

describe("a row that somebody changed is refused:", () => {
  const read = (bytes: string, segment = 0) => seqsIn(segment, [1, bytes]);

  test.each([
    ["one that ends within a subject's number", "80"],
    ["one that ends behind it", "00"],
    ["one that ends within a length", "0080"],
    ["one whose list is longer than the row", "00020500".slice(0, 6)],
    ["one whose list ends within a number", "000181"],
    ["one whose list leaves its segment", "0003FFFF7F"],
  ])("%s", (_, bytes) => {
    expect(() => read(bytes)).toThrow("a list is cut");
  });

  test("and one that nobody changed is read", () => {
    expect(read("0003FFFF0F")).toEqual([SEGMENT - 1]);
    expect(read("0003810102", 1)).toEqual([SEGMENT + 129, SEGMENT + 131]);
  });
});
