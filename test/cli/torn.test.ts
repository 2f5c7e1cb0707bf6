// torn.test.ts - recordings that were stopped: what is in the file is read, and everybody is told of the tear.

import type { ChildProcess } from "node:child_process";
import { copyFileSync, existsSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import Sqlite from "better-sqlite3";
import { beforeAll, describe, expect, test } from "vitest";
import { freshFolder } from "../fresh-folder.ts";
import { gartrace, main, run } from "./gartrace.ts";

const folder = freshFolder();
beforeAll(() => {
  const round = [
    { op: "alloc", slot: 0, pages: 1 },
    { op: "bind", slot: 0, pg_start: 0 },
    { op: "unbind", slot: 0 },
    { op: "free", slot: 0 },
  ];
  const ops = [{ op: "init" }, ...Array.from({ length: 25_000 }, () => round).flat()];
  writeFileSync(join(folder, "long.json"), JSON.stringify({ workload: "long", ops }));
});

/** Waits until a good part of the recording is in the file, then sends the signal. */
const stop = (name: string, signal: NodeJS.Signals) => async (child: ChildProcess) => {
  while (written(join(folder, name)) < 50_000 && child.exitCode === null) await setTimeout(50);
  child.kill(signal);
};

/** How many events another process would find in it at this moment. */
function written(path: string): number {
  if (!existsSync(path)) return 0;
  const database = new Sqlite(path, { readonly: true });
  try {
    return database.prepare("SELECT coalesce(max(seq), 0) FROM event").pluck().get() as number;
  } catch {
    // Its tables are not made yet.
    return 0;
  } finally {
    database.close();
  }
}

describe("a recording that was killed", () => {
  const torn =
    /^gartrace: killed.gart is torn, its recording did not finish; it is read up to event #(\d+)\n$/;
  beforeAll(async () => {
    const { code } = await gartrace("record long.json -o killed.gart", {
      folder,
      meanwhile: stop("killed.gart", "SIGKILL"),
    });
    expect(code).toBeNull();
  });

  test.concurrent.each([
    ["info", /^digest +none: the trace is torn$/m, 0],
    ["events --from end", /^#\d+ /, 0],
    ["state", /^GATT: 16,384 entries$/m, 0],
    ["verify", /^replay +agrees with [\d,]+ observations.*\ndigest +none: the trace is torn$/m, 3],
    ["diff killed.gart", /^alike as far as .* torn/m, 3],
    ["check", /^undecided: right as far as it goes \(#\d+, torn\)/m, 3],
    ["blame", /^undecided: right as far as it goes \(#\d+, torn\)/m, 3],
  ] as const)("is read by %s up to the tear", async (command, answer, exit) => {
    const [verb, ...words] = command.split(" ");
    const { code, stdout, stderr } = await gartrace(`${verb} killed.gart ${words.join(" ")}`, {
      folder,
    });
    expect(code).toBe(exit);
    expect(stdout).toMatch(answer);
    const [first = ""] = stderr.split(/(?<=\n)/);
    expect(first).toMatch(torn);
    expect(Number(torn.exec(first)![1])).toBeGreaterThanOrEqual(50_000);
  });
});

test("of a recording that was killed and copied without its log the log is named", async () => {
  const { code } = await gartrace("record long.json -o parted.gart", {
    folder,
    meanwhile: stop("parted.gart", "SIGKILL"),
  });
  expect(code).toBeNull();
  const elsewhere = freshFolder();
  copyFileSync(join(folder, "parted.gart"), join(elsewhere, "parted.gart"));
  const { stderr } = await gartrace("info parted.gart", { folder: elsewhere });
  expect(stderr).toMatch(
    /^gartrace: parted.gart is torn, .*; its log parted.gart-wal is not here: copy it along, it can hold more\n|^gartrace: .*parted.gart-wal/,
  );
});

test("Ctrl-C keeps what was recorded, in one plain file, and says how much that is", async () => {
  const { code, stdout, stderr } = await gartrace("record long.json -o stopped.gart", {
    folder,
    meanwhile: stop("stopped.gart", "SIGINT"),
  });
  expect({ code, stdout }).toEqual({ code: 130, stdout: "" });
  expect(stderr).toMatch(
    /^gartrace: interrupted; stopped.gart is torn and holds the events up to #\d+\n$/,
  );
  expect(readdirSync(folder).filter((name) => name.startsWith("stopped"))).toEqual([
    "stopped.gart",
  ]);
  const said = Number(/#(\d+)/.exec(stderr)![1]);
  const last = await gartrace("events stopped.gart --from end --json", { folder });
  expect((JSON.parse(last.stdout) as { seq: number }).seq).toBe(said);
});

test("a disk that takes no more leaves the whole batches before it", async () => {
  // The shell's limit on the size of files, in blocks, stands in for a full disk.
  const { code, stderr } = await run(
    "/bin/sh",
    ["-c", `ulimit -f 5000; exec "${process.execPath}" "${main}" record -o full.gart`],
    { folder },
  );
  expect(code).toBe(2);
  expect(stderr).toMatch(
    /^gartrace: the disk .*: full.gart holds the events up to #\d+; free space and record again with --force\n$/,
  );
  const said = Number(/#(\d+)/.exec(stderr)![1]);
  expect(said).toBeGreaterThan(0);
  const { code: readable, stdout } = await gartrace("info full.gart --json", { folder });
  expect(readable).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({ torn: true, digest: null, events: said });
});
