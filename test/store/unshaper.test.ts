// unshaper.test.ts - a text is put together of its shape and its numbers, also of those that somebody changed.

import { describe, expect, test } from "vitest";
import { Unshaper } from "../../src/store/unshaper.ts";

describe("a shape is filled with its numbers:", () => {
  test.each([
    ["%d of %d", "7,-8", "7 of -8"],
    ["0x%x", "255", "0xff"],
    ["%04x:%02x", "31,255", "001f:ff"],
    ["%012x", "1", "000000000001"],
    ["100%% of %d", "3", "100% of 3"],
    ["%%d", null, "%d"],
    ["%s %5x", null, "%s %5x"],
  ])("%s with %s", (shape, values, text) => {
    expect(new Unshaper().text(shape, values)).toBe(text);
  });
});

test("of a shape of any width that is none of ours no text of that width is made", () => {
  expect(new Unshaper().text("%0999999999x", "1")).toBe("%0999999999x");
});
