// check.test.ts - gartrace check: what it prints, what it exits with, and checks of a user's own.

import { writeFileSync } from "node:fs";
import { beforeAll, describe, expect, test } from "vitest";
import { freshFolder } from "../fresh-folder.ts";
import { gartrace } from "./gartrace.ts";

const folder = freshFolder();
const wrong = `${folder}/wrong.gart`;
const fixed = `${folder}/fixed.gart`;

beforeAll(async () => {
  await gartrace(`record bug:virt-to-phys -o ${wrong}`);
  await gartrace(`record bug:virt-to-phys --fixed -o ${fixed}`);
});

describe("gartrace check", () => {
  test("exits with 1 and shows the first findings of each check", async () => {
    const { code, stdout } = await gartrace(`check ${wrong}`);
    expect(code).toBe(1);
    expect(stdout).toMatch(/^entry-astray +4 findings/m);
    expect(stdout).toMatch(/op 2 gatt\[0x0\]: names 0x1001000:b, .* \[wrong-space\]/);
    expect(stdout).toContain("and 1 more");
  });

  test("exits with 0 where all holds", async () => {
    const { code, stdout } = await gartrace(`check ${fixed}`);
    expect(code).toBe(0);
    expect(stdout).not.toContain("finding");
  });

  test("prints JSON, JUnit XML and SARIF of the same findings", async () => {
    const json = JSON.parse((await gartrace(`check ${wrong} --json`)).stdout);
    expect(json).toMatchObject({ version: 1, judgement: "wrong" });
    const astray = json.checks.find(({ check }: { check: string }) => check === "entry-astray");
    expect(astray).toMatchObject({ count: 4, undecidable: null, failure: null });
    expect(astray.findings[0]).toMatchObject({ subjects: ["gatt[0x0]"], verdict: "wrong-space" });

    const junit = (await gartrace(`check ${wrong} --junit`)).stdout;
    expect(junit).toMatch(/<testsuite .*failures="2"/);
    expect(junit).toContain(`#${astray.findings[0].seq} op 2 gatt[0x0]`);

    const [run] = JSON.parse((await gartrace(`check ${wrong} --sarif`)).stdout).runs;
    const [result] = run.results;
    expect(result.ruleId).toBe("entry-astray");
    expect(result.locations[0].physicalLocation.region.startLine).toBe(astray.findings[0].seq);
  });

  test("runs only the checks that are wanted, and knows none by another name", async () => {
    const only = (await gartrace(`check ${wrong} --only gart-tlb-stale,wrong-free`)).stdout;
    expect(only).toMatch(/^gart-tlb-stale +holds \(over \d+\)/);
    expect(only).toContain("\nnot applicable, no such event: wrong-free\n");
    expect(only).toContain("\nwrong: ");
    expect((await gartrace(`check ${wrong} --except entry-astray`)).stdout).not.toContain(
      "entry-astray",
    );
    const unknown = await gartrace(`check ${wrong} --only entry-astry`);
    expect(unknown.code).toBe(2);
    expect(unknown.stderr).toContain("unknown check 'entry-astry', did you mean 'entry-astray'");
  });
});

describe("a user's own checks", () => {
  const own = (name: string, text: string) => {
    const path = `${folder}/${name}.mjs`;
    writeFileSync(path, text);
    return path;
  };

  test("run beside ours", async () => {
    const path = own(
      "quiet",
      `export const checks = [{ name: "no-kernel-talk", holds: "the kernel says nothing", watch: (about, report) => ({
        after: { "message.logged": (event) => report.finding([], "it says " + event.text) } }) }];`,
    );
    const { code, stdout } = await gartrace(`check ${fixed} --checks ${path}`);
    expect(code).toBe(1);
    expect(stdout).toContain("it says agpgart: Detected an Intel 440BX Chipset.");
  });

  const plain = "(event) => event.none.there";
  test.each([
    ["at once", plain, "Cannot read properties of undefined"],
    ["later", `async ${plain}`, "Cannot read properties of undefined"],
    ["nothing but wait", "async () => {}", "its handler gives a promise; make it a plain function"],
  ])("that throw %s are named, and the others go on", async (when, handler, said) => {
    const path = own(
      `broken-${when.replaceAll(" ", "-")}`,
      `export const checks = [{ name: "broken", holds: "nothing", watch: () => ({
        after: { "gatt.written": ${handler} } }) }];`,
    );
    const { code, stdout } = await gartrace(`check ${wrong} --checks ${path}`);
    expect(code).toBe(2);
    expect(stdout).toMatch(new RegExp(`^broken +the check failed at #\\d+: ${said}`, "m"));
    expect(stdout).toMatch(/^entry-astray +4 findings/m);
  });

  test("that are no checks are refused", async () => {
    const { code, stderr } = await gartrace(`check ${wrong} --checks ${own("none", "export {};")}`);
    expect(code).toBe(2);
    expect(stderr).toContain("exports no `checks`");
  });

  test("of a name that one of ours has are refused", async () => {
    const path = own(
      "twice",
      'export const checks = [{ name: "p2m-inverse", holds: "", watch() {} }];',
    );
    const { code, stderr } = await gartrace(`check ${wrong} --checks ${path}`);
    expect(code).toBe(2);
    expect(stderr).toContain("there is a check 'p2m-inverse' already");
  });

  test("in a module that is not there are refused", async () => {
    const { code, stderr } = await gartrace(`check ${wrong} --checks ${folder}/nowhere.mjs`);
    expect(code).toBe(2);
    expect(stderr).toMatch(/^gartrace: no such file: .*nowhere.mjs\n$/);
  });
});
