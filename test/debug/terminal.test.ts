// terminal.test.ts - the debugger at a terminal: its keys, what it keeps of what was typed, its pages and colours.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { gartrace } from "../cli/gartrace.ts";
import { Terminal } from "../cli/terminal.ts";
import { freshFolder } from "../fresh-folder.ts";

const ESC = "\u001b[";
const [CTRL_C, CTRL_D, TAB, UP, LEFT] = ["\u0003", "\u0004", "\t", `${ESC}A`, `${ESC}D`];
const PROMPT = "(gartrace) ";
const PAGER = "-- Enter for more, q to stop --";
/** What readline writes behind a prompt: the cursor goes to its column. */
const COLUMN = `${ESC}${PROMPT.length + 1}G`;

const folder = freshFolder();
beforeAll(async () => {
  await gartrace("record smoke -p xen-i386 -k legacy --lenient-ioremap -o run.gart", { folder });
});

/** A session that stands at its first prompt, with a history of its own unless one is given. */
async function session(state = freshFolder(), env = {}): Promise<Terminal> {
  const given = { folder, env: { XDG_STATE_HOME: state, ...env } };
  const terminal = await Terminal.open("debug run.gart", given);
  await terminal.until(COLUMN);
  return terminal;
}

/** Types a line and gives what it prints up to the next prompt. */
async function told(terminal: Terminal, line: string): Promise<string> {
  terminal.type(`${line}\n`);
  await terminal.until("\n");
  const printed = await terminal.until(COLUMN);
  return printed.slice(0, printed.indexOf(`${ESC}1G`)).trim();
}

async function left(terminal: Terminal): Promise<void> {
  terminal.type(CTRL_D);
  expect(await terminal.end()).toMatchObject({ code: 0 });
}

describe.concurrent("the debugger at a terminal", () => {
  test("completes commands and the names that follow them at Tab", async () => {
    const terminal = await session();
    terminal.type(`pri${TAB}`);
    await terminal.until("print ");
    terminal.type(`reg:AG${TAB}`);
    await terminal.until("reg:AG");
    terminal.type(TAB);
    const offered = await terminal.until("reg:AGPSTAT");
    expect(offered).toContain("reg:AGPCMD");
    terminal.type(`S${TAB}`);
    await terminal.until("TAT ");
    expect(await told(terminal, "")).toContain("nothing changed it up to #0");
    terminal.type(`info ch${TAB}\n`);
    await terminal.until("no checkpoints");
    await left(terminal);
  });

  test("keeps what was typed for the next session, but for answers to the pager", async () => {
    const state = freshFolder();
    const first = await session(state);
    await told(first, "step 3");
    await told(first, "set pages 2");
    first.type("list\n");
    await first.until(PAGER);
    first.type("q\n");
    await first.until(COLUMN);
    first.type(UP);
    await first.until(`${PROMPT}list`);
    first.type(CTRL_C);
    await first.until(COLUMN);
    await left(first);
    const kept = readFileSync(join(state, "gartrace", "history"), "utf8").split("\n");
    expect(kept.slice(0, 3)).toEqual(["step 3", "set pages 2", "list"]);
    expect(kept).not.toContain("q");
    const second = await session(state);
    second.type(UP.repeat(3));
    await second.until(`${PROMPT}step 3`);
    expect(await told(second, "")).toContain("#3 op 0");
    await left(second);
  });

  test("shows long output in pages: Enter goes on, q, Ctrl-C and Ctrl-D end it", async () => {
    const terminal = await session();
    await told(terminal, "set pages 4");
    const page = async (answer: string) => {
      terminal.type(answer);
      return (await terminal.until(PAGER)).match(/#\d+(?= )/g)?.join(" ");
    };
    expect(await page("list\n")).toBe("#1 #2 #3 #4");
    expect(await page("\n")).toBe("#5 #6 #7 #8");
    expect(await told(terminal, "")).toMatch(/#9 .*\n.*#10 /);
    for (const stop of ["q\n", CTRL_C]) {
      expect(await page("list #1\n")).toBe("#1 #2 #3 #4");
      terminal.type(stop);
      expect(await terminal.until(COLUMN)).not.toContain("#5");
      expect(await told(terminal, "when")).toBe("#0 of #32938, 0.0%");
    }
    await page("list #1\n");
    terminal.type(CTRL_D);
    const { code, rest } = await terminal.end();
    expect([code, rest]).toEqual([0, expect.not.stringContaining("#5")]);
  });

  test("forgets the whole line at Ctrl-C, and leaves at Ctrl-D on a line of its own", async () => {
    const terminal = await session();
    terminal.type(`garbage${LEFT}${LEFT}${CTRL_C}when\n`);
    expect(await terminal.until("0.0%")).toMatch(/\n#0 of #32938, 0\.0%$/);
    await terminal.until(COLUMN);
    terminal.type(CTRL_D);
    expect(await terminal.end()).toEqual({ code: 0, rest: "\n" });
  });

  test("ends a long search at Ctrl-C, says how far it got, and goes on from there", async () => {
    const terminal = await session();
    await told(terminal, "break driver if seq < 0");
    terminal.type(`continue\n${CTRL_C}`);
    await terminal.until("interrupted; got as far as #16384\n");
    await terminal.until(COLUMN);
    expect(await told(terminal, "when")).toBe("#16384 of #32938, 49.7%, op:0");
    expect(await told(terminal, "continue")).toContain("the end of the trace");
    terminal.type(`rc\n${CTRL_C}`);
    await terminal.until("interrupted; got as far as #16554\n");
    await terminal.until(COLUMN);
    await told(terminal, "break driver");
    terminal.type(`rc 9999\n${CTRL_C}`);
    await terminal.until("interrupted; got as far as #16490\n");
    await terminal.until(COLUMN);
    await left(terminal);
  });

  test("colours what it prints, unless it is told not to", async () => {
    const GREY = `${ESC}2m`;
    const terminal = await session();
    expect(await told(terminal, "step")).toContain(GREY);
    await told(terminal, "set colour off");
    expect(await told(terminal, "step")).not.toContain(GREY);
    await left(terminal);
    const plain = await session(freshFolder(), { NO_COLOR: "1" });
    expect(await told(plain, "step")).not.toContain(GREY);
    await told(plain, "set colour on");
    expect(await told(plain, "step")).toContain(GREY);
    await left(plain);
  });
});
