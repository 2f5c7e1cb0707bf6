// pipe.test.ts - readers that go away, and outputs that take nothing.

import { existsSync } from "node:fs";
import { expect, test } from "vitest";
import { freshFolder } from "../fresh-folder.ts";
import { gartrace, main, run } from "./gartrace.ts";

const shell = (line: string, folder: string) => run("/bin/bash", ["-c", line], { folder });
const command = `"${process.execPath}" "${main}"`;

test("events stops without a fuss when the reader of the pipe has seen enough", async () => {
  const folder = freshFolder();
  await gartrace("record smoke -o run.gart", { folder });
  const { code, stdout, stderr } = await shell(
    `${command} events run.gart | head -1; exit \${PIPESTATUS[0]}`,
    folder,
  );
  expect({ code, stdout }).toEqual({ code: 2, stdout: "#1 workload: op 0 init\n" });
  expect(stderr).toBe("gartrace: the reader closed the pipe; the rest was not printed\n");
});

test.skipIf(!existsSync("/dev/full"))("an output that is full is no bug of ours", async () => {
  const { code, stderr } = await shell(`${command} list > /dev/full`, freshFolder());
  expect(code).toBe(2);
  expect(stderr).toBe("gartrace: ENOSPC: no space left on device, write\n");
});
