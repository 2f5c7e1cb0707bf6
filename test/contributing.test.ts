// contributing.test.ts - the examples in CONTRIBUTING.md are lines of the code as it is.

import { readFileSync } from "node:fs";
import { expect, test } from "vitest";

const text = readFileSync("CONTRIBUTING.md", "utf8");
const examples = [...text.matchAll(/^```ts (\S+)\n(.*?)^```$/gms)].map(
  ([, path, code]) => [path!, code!.trimEnd().split("\n")] as const,
);

test("there are examples", () => {
  expect(examples.length).toBeGreaterThan(10);
});

test.each(examples)("%s has the lines of the example, in this order", (path, lines) => {
  const source = readFileSync(path, "utf8").split("\n");
  let from = 0;
  for (const line of lines) {
    const found = source.indexOf(line, from);
    expect(found, line).toBeGreaterThanOrEqual(from);
    from = found + 1;
  }
});
