// answer.test.ts - a program reads what a command printed, and hears where it is of another version or shape.

import { expect, test } from "vitest";
import { parseAnswer } from "../../src/index.ts";

const marks = { version: 1, marks: [{ moment: 3, name: null, text: "here" }] };

test("an answer is read as it was printed", async () => {
  expect(await parseAnswer("marks", JSON.stringify(marks))).toEqual(marks);
});

test.each([
  ["of another version", { ...marks, version: 2 }, /is of version 2; this gartrace knows 1$/],
  ["without a version", { marks: [] }, /is of version undefined/],
  ["of another shape", { version: 1, marks: [{ moment: "3" }] }, /shape: marks\.0\.moment: /],
])("one %s is refused", async (_, answer, says) => {
  await expect(parseAnswer("marks", JSON.stringify(answer))).rejects.toThrow(
    expect.objectContaining({ code: "ERR_SHAPE", message: expect.stringMatching(says) }),
  );
});

test("text that is no JSON, and a name of no answer, are refused", async () => {
  await expect(parseAnswer("marks", "{")).rejects.toThrow(/is no JSON/);
  await expect(parseAnswer("mrks", "{}")).rejects.toThrow(/did you mean 'marks'/);
});
