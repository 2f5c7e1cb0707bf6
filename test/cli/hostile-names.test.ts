// hostile-names.test.ts - a file's name, a workload's or an op's is part of a line: it ends none and commands no terminal.

import { copyFileSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { recordTo, scenarioSetup } from "../../src/library/recording.ts";
import { freshFolder } from "../fresh-folder.ts";
import { main, run } from "./gartrace.ts";

const BAD = "\u001b]0;pwn\u0007\u009b31m\u202e\t\r\nFORGED line";
const OBEYED = /[^\P{Cc}\n]|[\u2028-\u202e\u2066-\u2069]/u;
const folder = freshFolder();
const bad = (name: string, ending = "gart") => `${name}${BAD}.${ending}`;
const workload = {
  workload: `w${BAD}`,
  ops: [{ op: "init" }, { op: "alloc", key: 0, pages: 1 }, { op: "cleanup" }],
};

beforeAll(async () => {
  for (const name of ["stale-gart-tlb", "wrong-reverse"])
    await recordTo(join(folder, bad(name)), scenarioSetup(name, false), false);
  copyFileSync(join(folder, bad("stale-gart-tlb")), join(folder, bad("other")));
  writeFileSync(join(folder, bad("torn")), "");
  writeFileSync(join(folder, bad("w", "json")), JSON.stringify(workload));
  writeFileSync(join(folder, bad("broken", "json")), "{\n\n  x");
  writeFileSync(
    join(folder, bad("log", "txt")),
    `# tracer: nop\n#\n   a${BAD}-1 [000] .....  1.000001: tracing_mark_write: OP go${BAD} k=${BAD}\n`,
  );
  mkdirSync(join(folder, bad("folder", "d")));
});

const a = bad("stale-gart-tlb");
const asked: readonly (readonly string[])[] = [
  ["info", a],
  ["info", bad("none")],
  ["info", bad("torn")],
  ["info", bad("folder", "d")],
  ["events", a, "--kind", `x${BAD}`],
  ["state", a, "--at", `mark:x${BAD}`],
  ["history", a, `x${BAD}`],
  ["why", a, `gatt[0x1${BAD}]`],
  ["check", a],
  ["verify", a, "--repair"],
  ["mark", a],
  ["mark", a, "#3", `words${BAD}`, "--name", `n${BAD}`],
  ["mark", a],
  ["index", a],
  ["query", a, `SELECT '${BAD}' AS "${BAD}"`],
  ["query", a, `SELECT ${BAD}`],
  ["export", a, "--format", "csv", "-o", bad("out", "csv")],
  ["export", a, "--format", "csv", "-o", bad("out", "csv")],
  ["export", a, "--format", "gart", "-o", bad("part")],
  ["report", a, "-o", bad("page", "html")],
  ["diff", a, bad("other")],
  ["diff", a, bad("wrong-reverse")],
  ["diff", a, bad("none")],
  ["reduce", a, bad("other")],
  ["xlate", a, `0xc1010000@x${BAD}`],
  ["fork", a, "--at", "op:1", "--set", "hooks=legacy", "-o", bad("fork")],
  ["fork", a, "--at", "op:1", "--set", `x${BAD}=1`, "-o", bad("fork")],
  ["record", bad("w", "json"), "-o", bad("run")],
  ["record", bad("w", "json"), "-o", bad("run")],
  ["diff", a, bad("run")],
  ["record", bad("broken", "json"), "-o", bad("run2")],
  ["record", bad("none", "json"), "-o", bad("run2")],
  ["record", "-p", `x${BAD}`],
  ["import", bad("log", "txt"), "-o", bad("log")],
  ["import", bad("log", "txt"), "-o", bad("log", "d/x")],
  ["info", bad("log")],
  ["events", bad("log")],
  [
    ...["matrix", "--platforms", "native-i386", "--hooks", "legacy,gart"],
    ...["-w", bad("w", "json"), "--keep", bad("folder", "d")],
  ],
  ["matrix", "--platforms", "native-i386", "--hooks", `x${BAD}`],
  ["schema", `x${BAD}`],
  ["explain", `x${BAD}`],
  [`x${BAD}`],
  ["info", a, `--x${BAD}`],
  ["info", a, `x${BAD}`],
  ["diff", a, a, "--context", `x${BAD}`],
  ["diff", a, a, "--align", `x${BAD}`],
];

test("no answer and no message obeys a name", async () => {
  const obeyed: string[] = [];
  for (const words of asked) {
    const { code, stdout, stderr } = await run(process.execPath, [main, ...words], { folder });
    const printed = `${stdout}\n${stderr}`;
    const said = OBEYED.exec(printed) ?? /^FORGED.*|.*bug of ours.*/m.exec(printed);
    if (code === null || said !== null)
      obeyed.push(
        `${words[0]} ${words.slice(2).join(" ").slice(0, 40)}: ${JSON.stringify(printed.slice(Math.max(0, (said?.index ?? 0) - 80), (said?.index ?? 0) + 80))}`,
      );
  }
  expect(obeyed).toEqual([]);
}, 120_000);
