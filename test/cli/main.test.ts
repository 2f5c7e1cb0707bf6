// main.test.ts - the command itself: help, version, and what it does not know.

import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { chipsets } from "../../src/chipset/index.ts";
import { hookSets } from "../../src/hooks/index.ts";
import { platforms } from "../../src/platform/index.ts";
import { workloads } from "../../src/workload/index.ts";
import { gartrace } from "./gartrace.ts";

describe.concurrent("the command", () => {
  test("lists what can be recorded", async () => {
    const { code, stdout, stderr } = await gartrace("list");
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    const rooms = { platforms, hooks: hookSets, chipsets, workloads };
    for (const [room, list] of Object.entries(rooms))
      for (const { name } of list)
        expect(stdout).toMatch(new RegExp(`^${room} .*\\b${name}\\b`, "m"));
  });

  test("shows its commands on --help", async () => {
    const { code, stdout, stderr } = await gartrace("--help");
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    for (const name of [
      "record",
      "import",
      "list",
      "info",
      "events",
      "state",
      "diff",
      "verify",
      "demo",
    ])
      expect(stdout).toMatch(new RegExp(`^ {2}${name} `, "m"));
  });

  test("says of each command what it does, and no default that is none", async () => {
    const { stdout } = await gartrace("--help");
    const names = [...stdout.matchAll(/^ {2}([a-z]+) /gm)].map(([, name]) => name!);
    expect(names.length).toBeGreaterThan(25);
    for (const name of names.filter((one) => one !== "help")) {
      const { stdout } = await gartrace(`${name} --help`);
      expect(stdout, name).toMatch(/^Usage: gartrace [^\n]+\n\n[A-Z][^:]+[.:)]/);
      expect(stdout, name).not.toMatch(/default:\s+(?:null|\[\]|false)/);
    }
  });

  test("says its version", async () => {
    const { version } = JSON.parse(readFileSync("package.json", "utf8")) as { version: string };
    expect(await gartrace("--version")).toEqual({ code: 0, stdout: `${version}\n`, stderr: "" });
  });

  test.each([
    ["", /^Usage: gartrace/],
    ["recrd", /^gartrace: unknown command 'recrd'\n\(Did you mean record\?\)\n/],
    [
      "info --colour x.gart",
      /^gartrace: unknown option '--colour'\n\(see 'gartrace info --help'\)\n/,
    ],
  ])("is at a loss with '%s'", async (line, message) => {
    const { code, stdout, stderr } = await gartrace(line);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toMatch(message);
  });
});
