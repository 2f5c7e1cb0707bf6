// screen.test.ts - the demo on one screen, and colours: on a terminal only, and not where they are unwanted.

import { readdirSync } from "node:fs";
import { beforeAll, describe, expect, test } from "vitest";
import { freshFolder } from "../fresh-folder.ts";
import { gartrace } from "./gartrace.ts";
import { onTerminal as shown } from "./terminal.ts";

test("the demo tells the story on one screen and leaves no files", async () => {
  const temporary = freshFolder();
  const { code, stdout } = await gartrace("demo", { env: { TMPDIR: temporary } });
  expect(code).toBe(0);
  expect(readdirSync(temporary)).toEqual([]);
  const lines = stdout.trimEnd().split("\n");
  expect(lines.length).toBeLessThanOrEqual(40);
  expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(110);
  expect(stdout).toContain("the driver does not load: init returns -ENOMEM");
  expect(stdout).toMatch(/^ {49}bare PC, #\d+ {2}Xen, #\d+$/m);
  expect(stdout).toContain(`
    virt     the kernel's address of the page    0xc1000000       0xc1000000
    phys     what the kernel calls physical      0x1000000        0x1000000
    machine  where the page is                   0x1000000        0x40c21000
    bus      the number that hardware was given  0x1000000        0x1000000
    reached  where hardware gets to with it      0x1000000        0x1000000
                                                 [identity]       [wrong-space]
`);
  expect(stdout).toMatch(/^ {3}compared +alike: [\d,]+ events the same, [\d,]+ the same page/m);
});

describe.concurrent("the answer", () => {
  const folder = freshFolder();
  beforeAll(async () => {
    await gartrace("record smoke -p xen-i386 -k legacy -o run.gart", { folder });
  });
  const ESC = "\u001b[";
  const onTerminal = (env = {}) => shown("info run.gart", { folder, env });

  test("is coloured on a terminal", async () => {
    const { code, stdout } = await onTerminal();
    expect(code).toBe(0);
    expect(stdout).toContain(`${ESC}31m[wrong-space]${ESC}39m`);
  });

  test.each([{ NO_COLOR: "1" }, { TERM: "dumb" }])(
    "is plain on a terminal with %o",
    async (env) => {
      const { code, stdout } = await onTerminal(env);
      expect(code).toBe(0);
      expect(stdout).toContain("[wrong-space]");
      expect(stdout).not.toContain(ESC);
    },
  );

  test("is plain in a pipe, even where CI is set", async () => {
    const env = { CI: "true", TERM: "xterm" };
    const { code, stdout } = await gartrace("info run.gart", { folder, env });
    expect(code).toBe(0);
    expect(stdout).toContain("[wrong-space]");
    expect(stdout).not.toContain(ESC);
  });
});
