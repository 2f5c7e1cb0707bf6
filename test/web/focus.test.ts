// focus.test.ts - a link is a position: what it holds is read back, and nonsense is refused with a sentence.

import { describe, expect, test } from "vitest";
import { type Focus, linkOf, readLink } from "../../src/web/focus.ts";

describe("a link", () => {
  test.each<Focus>([
    { trace: "a", at: 437, thing: "gatt[0x10]" },
    { trace: "b", at: 0, thing: null },
    { trace: "a", at: 10_000_000, thing: "reg:0000:00:00.0+0xb8" },
    { trace: "a", at: 3, thing: "reg:<a&b>=c%d#e+f" },
  ])("to %j is read back", ({ trace, at, thing }) => {
    const link = linkOf({ trace, at, thing });
    expect(readLink(link, ["a", "b"])).toEqual({ trace, at: String(at), thing });
  });

  test("is readable: brackets stay brackets", () => {
    expect(linkOf({ trace: "a", at: 437, thing: "gatt[0x10]" })).toBe(
      "#at=437&thing=gatt[0x10]&trace=a",
    );
  });

  test("may hold a position as the command line has it", () => {
    expect(readLink("#at=op:14", ["a"])).toEqual({ trace: "a", at: "op:14", thing: null });
    expect(readLink("#at=63%25", ["a"])).toMatchObject({ at: "63%" });
  });

  test("to a trace that is not shown is refused", () => {
    expect(readLink("#at=1&trace=b", ["a"])).toMatch(/of trace 'b'; shown here: a\./);
  });

  test("with a word that means nothing is refused, however long the word", () => {
    expect(readLink(`#${"x".repeat(1000)}=1`, ["a"])).toMatch(/^The link says 'x{40}\.\.\.'/);
  });
});
