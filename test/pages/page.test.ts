// page.test.ts - how a page is read: which of its fences are files, which commands, and what they are to print.

import { expect, test } from "vitest";
import { examplesOf, isShown } from "./page.ts";

const fence = (head: string, text: string) => `words\n\`\`\`${head}\n${text}\n\`\`\`\nwords\n`;

test("files and commands are told by the fence's head", () => {
  const page = `${fence("js own.mjs", "1;")}${fence("text", "$ no")}${fence("console", "$ a \\\n  b\nsays\n(gartrace) c\n$ d")}`;
  expect(examplesOf(page)).toEqual([
    { file: "own.mjs", text: "1;\n" },
    {
      commands: [
        { line: "a   b", input: ["c"], output: ["says"] },
        { line: "d", input: [], output: [] },
      ],
    },
  ]);
});

test.each([
  ["sh", "gartrace info x", /nobody can try/],
  ["console", "gartrace info x", /before the first command/],
])("a fence of '%s' with '%s' is refused", (head, text, says) => {
  expect(() => examplesOf(fence(head, text))).toThrow(says);
});

test.each([
  [["a", "b"], ["a", "b"], true],
  [["a", "b"], ["a"], false],
  [["a"], ["a", "b"], false],
  [["a", "b", "c", "b"], ["...", "b"], true],
  [["a", "b"], ["...", "a"], false],
  [["a", "b"], ["a", "..."], true],
  [["a"], ["a", "...", "b"], false],
  [["a b c"], ["a b..."], true],
  [["a b c"], ["b..."], false],
  [[], ["..."], true],
])("%j is shown as %j: %s", (printed, shown, is) => {
  expect(isShown(printed, shown)).toBe(is);
});
