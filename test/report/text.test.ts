// text.test.ts - rows for people stand in columns, whatever is in their cells and however many they are.

import { describe, expect, test } from "vitest";
import { inColumns } from "../../src/report/text.ts";

describe("rows in columns", () => {
  test("stand two blanks apart, each column as wide as its widest cell", () => {
    expect(
      inColumns([
        ["a", "bcd", "e"],
        ["fg", "h", ""],
      ]),
    ).toBe("a   bcd  e\nfg  h");
  });

  test("are aligned at the right where a column holds nothing but counts", () => {
    expect(inColumns([["1,234 events"], ["5 ops"], [""]], ["n"])).toBe(
      "           n\n1,234 events\n       5 ops\n",
    );
  });

  test("may be shorter than others, or hold several lines", () => {
    expect(inColumns([["a", "b\nc", "d"], ["e"]])).toBe("a  b  d\n   c\ne");
  });

  test("count a wide character twice and a colour not at all", () => {
    expect(
      inColumns([
        ["\u5b57", "a"],
        ["\u001b[1mxyz\u001b[22m", "b"],
      ]),
    ).toBe("\u5b57   a\n\u001b[1mxyz\u001b[22m  b");
  });

  test("are laid out in a second where there are a hundred thousand of them", () => {
    const began = performance.now();
    const text = inColumns(Array.from({ length: 100_000 }, (_, i) => [`#${i}`, `mark:m${i}`, "x"]));
    expect(performance.now() - began).toBeLessThan(5000);
    expect(text.split("\n")).toHaveLength(100_000);
  });
});
