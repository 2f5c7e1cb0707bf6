// shape.test.ts - the shapes of answers: each has a version that goes up when it changes, and a JSON Schema.

import { createHash } from "node:crypto";
import { mkdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { answers, jsonSchemaOf, shapes } from "../../src/shape/index.ts";
import { versions, versionsUnsaid } from "../../src/shape/versions.ts";
import { gartrace } from "../cli/gartrace.ts";
import { freshFolder } from "../fresh-folder.ts";

test("a shape that changes has the next version and a line of its own in package/shapes.txt", () => {
  const kept = readFileSync("package/shapes.txt", "utf8").trim().split("\n");
  const numbers: { readonly [name: string]: number } = { ...versions, ...versionsUnsaid };
  expect(Object.keys(numbers).sort()).toEqual(Object.keys(shapes).sort());
  const now = Object.entries(numbers).map(([name, version]) => {
    const schema = JSON.stringify(jsonSchemaOf(name));
    const hash = createHash("sha256").update(schema).digest("hex").slice(0, 12);
    return `${name} ${version} ${hash}`;
  });
  expect(now.filter((line) => !kept.includes(line))).toEqual([]);
  const numbered = kept.map((line) => line.split(" ").slice(0, 2).join(" "));
  expect(numbered.filter((one, i) => numbered.indexOf(one) !== i)).toEqual([]);
});

test.each(Object.keys(shapes))("%s has a JSON Schema", (name) => {
  expect(jsonSchemaOf(name)).toMatchObject({
    $schema: "https://json-schema.org/draft/2020-12/schema",
  });
});

test("an answer of another version is refused", () => {
  const answer = { version: 1, marks: [] };
  expect(answers.marks.safeParse(answer).success).toBe(true);
  expect(answers.marks.safeParse({ ...answer, version: 2 }).success).toBe(false);
});

describe("each command answers in its shape", () => {
  const folder = freshFolder();
  beforeAll(async () => {
    await gartrace("record smoke -k legacy -o native.gart", { folder });
    await gartrace("record smoke -k legacy -p xen-i386 --lenient-ioremap -o xen.gart", { folder });
    const capture = resolve("traces/captures/linux-6.12.native");
    // Apart from the runs, which `diff --matrix` holds against each other.
    mkdirSync(join(folder, "real"));
    await gartrace(`import ${capture} -o real/capture.gart`, { folder });
  });

  // The helper that runs the command parses what it prints.
  test.each([
    "info xen.gart",
    "check xen.gart",
    "blame xen.gart",
    "verify xen.gart",
    "state xen.gart --at 60%",
    "state xen.gart gatt[0x0] reg:ATTBASE",
    "why xen.gart gatt[0x0]@op:3",
    "history xen.gart gatt[0x0]",
    "events xen.gart --wrong",
    "info real/capture.gart",
    "events real/capture.gart --kind device.read,device.wrote",
    "diff native.gart xen.gart --all",
    "diff --matrix .",
    "xlate 0xc1010000@op:3 native.gart xen.gart",
    "mark native.gart end --name last",
    "mark native.gart",
    "list",
    "explain",
    "explain stale",
    "query xen.gart SELECT\tseq,kind\tFROM\tevent\tLIMIT\t3",
    "matrix -w smoke --platforms native-i386,xen-i386 --hooks legacy",
    "record smoke -o again.gart",
    "fork native.gart --at op:2 --set hooks=gart -o fork.gart",
  ])("%s", async (line) => {
    const { code, stdout } = await gartrace(`${line} --json`, { folder });
    expect(code).not.toBe(2);
    expect(stdout).not.toBe("");
  });
});

test("gartrace schema prints each of them, and lists them", async () => {
  const { stdout } = await gartrace("schema");
  expect(stdout.trim().split("\n")).toEqual(Object.keys(shapes));
  const info = JSON.parse((await gartrace("schema info")).stdout);
  expect(info.properties.version).toEqual({ type: "number", const: versions.info });
  expect((await gartrace("schema inf")).stderr).toMatch(/unknown shape 'inf', did you mean 'info'/);
});
