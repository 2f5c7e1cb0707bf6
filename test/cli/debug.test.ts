// debug.test.ts - the debugger by scripts and by a pipe, and forks, as a person meets them.

import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { freshFolder } from "../fresh-folder.ts";
import { changeAndSeal } from "../store/changed.ts";
import { gartrace, reference } from "./gartrace.ts";

const folder = freshFolder();
const ran = (line: string) => gartrace(line, { folder });
let scripts = 0;

/** Carries out a script and gives what it printed. */
async function debugged(traces: string, ...lines: string[]) {
  const name = `script${++scripts}.gdb`;
  writeFileSync(join(folder, name), lines.join("\n"));
  const { code, stdout, stderr } = await ran(`debug ${traces} -x ${name}`);
  return { code, stdout, stderr: stderr.replace(name, "SCRIPT") };
}

beforeAll(async () => {
  const ops = [
    { op: "init" },
    { op: "alloc", slot: 0, pages: 3 },
    { op: "bind", slot: 0, pg_start: 2 },
    { op: "unbind", slot: 0 },
  ];
  writeFileSync(join(folder, "small.json"), JSON.stringify({ workload: "small", ops }));
  await ran("record small.json -p xen-i386 -k legacy --lenient-ioremap -o run.gart");
  await ran("record small.json -p xen-i386 -k gart -o right.gart");
});

describe.concurrent("gartrace debug", () => {
  test("goes forth and back by a script, and prints where it stands", async () => {
    const { code, stdout } = await debugged(
      "run.gart right.gart",
      "# the first entry that leads astray",
      "break wrong if kind == gatt.written",
      "c",
      "print gatt[2]",
      "display entry",
      "s 2",
      "rc",
      "x gatt[2..3]",
      "other",
      "watch gatt[2]",
      "rc",
      "rc",
      "info breakpoints",
    );
    expect(code).toBe(0);
    const told = stdout.replaceAll(/#\d+/g, "#").trimEnd().split("\n");
    const written =
      "# op 2 driver agp_generic_insert_memory: gatt[0x2] <- 0x1010017, names 0x1010000, page is at 0x4b1f1000 [wrong-space]";
    expect(told.slice(0, 3)).toEqual([
      "breakpoint 1, wrong if kind == gatt.written",
      "breakpoint 1, wrong if kind == gatt.written",
      written,
    ]);
    expect(told[3]).toMatch(
      /^gatt\[0x2\] +not reached, 0x1010017, aperture 0xe0002000, \[wrong-space\]$/,
    );
    expect(told).toContain("1: entry = 3");
    expect(told.filter((line) => line === written)).toHaveLength(2);
    expect(told).toContain("gatt[0x2]    leads nowhere");
    expect(told).toContain("machine  0x4b1f1000  0x4b1f1000");
    expect(told).toContain("the beginning of the trace: nothing has happened yet");
    expect(told.at(-1)).toBe("watchpoint 2, gatt[0x2], met 1 time");
  });

  test("ends a script at its first mistake, with the line", async () => {
    const { code, stdout, stderr } = await debugged("run.gart", "when", "", "brek wrong", "when");
    expect(code).toBe(2);
    expect(stdout.split("\n")).toHaveLength(2);
    const why = "unknown command 'brek', did you mean 'break'; 'help' lists them";
    expect(stderr).toBe(`gartrace: SCRIPT:3: ${why}\n`);
  });

  test("says that a script is missing", async () => {
    const { code, stderr } = await ran("debug run.gart -x no.gdb");
    expect([code, stderr]).toEqual([2, "gartrace: no such file: no.gdb\n"]);
  });

  test("reads from a pipe, tells each mistake and goes on, and an empty line repeats", async () => {
    const mistakes = [
      ["step x", "'x' is no number from 1 up"],
      ["re", "'re' can be reverse-continue, reverse-step, reverse-next, reverse-finish, restart;"],
      ["break gatt if entri > 3", "condition 'entri > 3', character 1: 'entri' is no field of any"],
      ["watch gat[3]", "unknown subject 'gat', did you mean 'gatt'"],
      ["checkpoint here", "'checkpoint' takes no argument; leave out 'here'"],
      ["restart 4", "there is no checkpoint 4; 'info checkpoints' lists them"],
      ["other", "there is one trace only"],
      ["info breakpints", "unknown subject of info 'breakpints', did you mean 'breakpoints'"],
      ["set pges 3", "unknown setting 'pges', did you mean 'pages'"],
    ] as const;
    const lines = ["step", "", ...mistakes.map(([line]) => line), "when", "help step", "q", "when"];
    const { code, stdout } = await gartrace("debug run.gart", {
      folder,
      meanwhile: (child) => {
        child.stdin!.end(`${lines.join("\n")}\n`);
      },
    });
    expect(code).toBe(0);
    const told = stdout.trimEnd().split("\n").slice(1);
    expect(told.shift()).toMatch(/^#2 /);
    for (const [, why] of mistakes) expect(told.shift()).toContain(why);
    expect(told.shift()).toMatch(/^#2 of #/);
    expect(told).toEqual(["step [EVENTS]", "  one event on", "  short: s"]);
  });

  test("keeps places: checkpoints for the session, marks in the trace", async () => {
    await ran("record small.json -p xen-i386 -o marked.gart");
    const { stdout } = await debugged(
      "marked.gart",
      ...["run op:2", "checkpoint", "mark bind-began the first bind", "run end", "restart 1"],
      ...["info marks", "run mark:bind-began", "back", "forward", "when"],
    );
    expect(stdout).toContain("mark:bind-began  the first bind");
    expect(stdout.trimEnd().split("\n").at(-1)).toMatch(/, op:2$/);
  });

  test("says where a torn trace ends", async () => {
    writeFileSync(join(folder, "torn.gart"), readFileSync(join(folder, "run.gart")));
    changeAndSeal(
      join(folder, "torn.gart"),
      "UPDATE trace SET finished = 0, digest = NULL, events = NULL",
    );
    const { code, stdout } = await debugged("torn.gart", "continue");
    expect([code, stdout.split("\n")[0]]).toEqual([0, "the end of the trace, which is torn"]);
  });
});

describe.concurrent("gartrace fork", () => {
  test("runs on with other hooks, names its parent, and runs the same again", async () => {
    const { code, stderr } = await ran("fork run.gart --at op:1 --set hooks=gart -o fork.gart");
    expect(code).toBe(0);
    const parent = JSON.parse((await ran("info run.gart --json")).stdout);
    const info = JSON.parse((await ran("info fork.gart --json")).stdout);
    const moment = Number(/leaves run.gart after #(\d+)/.exec(stderr)![1]);
    expect(info.parent).toEqual({ trace: parent.digest, moment });
    expect(info.options.changes).toBe("op 1 hooks=gart");
    const head = (file: string) => ran(`events ${file} --to ${moment} --json`);
    expect((await head("fork.gart")).stdout).toBe((await head("run.gart")).stdout);
    expect((await ran("diff run.gart fork.gart")).code).toBe(1);
    const verified = await ran("verify fork.gart");
    expect([verified.code, verified.stdout]).toEqual([
      0,
      expect.stringContaining("gives the same events"),
    ]);
    const again = await ran("fork fork.gart --at op:3 --set device=no,hooks=legacy -o two.gart");
    expect(again.code).toBe(0);
    expect((await ran("verify two.gart")).code).toBe(0);
  });

  test("is refused where nothing can be run on, or what is asked for is settled", async () => {
    const platform = await ran("fork run.gart --at op:2 --set platform=native-i386 -o no.gart");
    const why =
      "the platform cannot change in mid-run: who owns memory and how addresses translate";
    expect([platform.code, platform.stderr]).toEqual([2, expect.stringContaining(why)]);
    const recording = `${reference}/native-i386.gart.intel-440bx.smoke.jsonl.gz`;
    expect((await ran(`import ${recording} -o imported.gart`)).code).toBe(0);
    const imported = await ran("fork imported.gart --at op:2 --set hooks=gart -o no.gart");
    expect(imported.stderr).toContain("imported.gart is imported: what ran there cannot be run on");
  });
});
