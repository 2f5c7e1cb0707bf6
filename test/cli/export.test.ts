// export.test.ts - gartrace export and query, from the outside, and lines piped in while they are written.

import { existsSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { boundsOf } from "../../src/exchange/export/format.ts";
import { exportFormats } from "../../src/exchange/export/index.ts";
import type { SpaceOfTrace } from "../../src/library/tell-space.ts";
import { TraceReader } from "../../src/store/read.ts";
import { freshFolder } from "../fresh-folder.ts";
import { gartrace } from "./gartrace.ts";

const folder = freshFolder();
const inFolder = { folder };
beforeAll(async () => {
  writeFileSync(join(folder, "mine.json"), '{"workload":"mine","ops":[{"op":"init"}]}');
  await gartrace("record ./mine.json -p xen-i386 -k gart -o run.gart", inFolder);
  const turn = [
    { op: "alloc", slot: 0, pages: 256 },
    { op: "bind", slot: 0, pg_start: 0 },
  ];
  const back = [
    { op: "unbind", slot: 0 },
    { op: "free", slot: 0 },
  ];
  const ops = [{ op: "init" }, ...Array.from({ length: 120 }, () => [...turn, ...back]).flat()];
  writeFileSync(join(folder, "long.json"), JSON.stringify({ workload: "long", ops }));
  await gartrace("record ./long.json -p xen-i386 -k gart -o long.gart", inFolder);
});

describe("gartrace export", () => {
  test("gives lines that import makes the same trace of", async () => {
    await gartrace("export run.gart --format jsonl -o run.jsonl", inFolder);
    const imported = await gartrace("import run.jsonl -o again.gart --json", inFolder);
    const digest = await gartrace("query run.gart SELECT\tdigest\tFROM\ttrace --json", inFolder);
    expect((JSON.parse(imported.stdout) as { digest: string }).digest).toBe(
      (JSON.parse(digest.stdout) as { digest: string }).digest,
    );
  });

  test("prints to standard output unless a file is named", async () => {
    const { code, stdout } = await gartrace("export run.gart --format csv", inFolder);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^seq,op,kind,actor,.*,verdict\n1,0,op\.began,workload,/);
  });

  test.each(["jsonl", "csv", "parquet"])(
    "writes the same bytes of %s by several threads as by one",
    async (name) => {
      await gartrace(`export long.gart --format ${name} -o long.out -f`, inFolder);
      const trace = TraceReader.open(join(folder, "long.gart"));
      const { pieces, parts } = exportFormats.find((format) => format.name === name)!;
      // So many that the others have started before the first is done.
      expect(trace.count).toBeGreaterThan(200_000);
      expect([...boundsOf(parts!, trace)].length).toBeGreaterThan(2);
      const whole = Buffer.concat([...pieces([trace], null)].map((piece) => Buffer.from(piece)));
      trace.close();
      expect(readFileSync(join(folder, "long.out")).equals(whole)).toBe(true);
    },
  );

  test("writes the events for which a condition holds, the same that events prints", async () => {
    const where = "--where kind\t==\tregister.written\tand\tverdict\t==\tidentity";
    const { stdout } = await gartrace(`export run.gart --format jsonl ${where}`, inFolder);
    const [header, ...lines] = stdout.trimEnd().split("\n");
    expect(JSON.parse(header!)).not.toHaveProperty("events");
    const events = await gartrace(`events run.gart --json ${where}`, inFolder);
    expect(lines).toEqual(events.stdout.trimEnd().split("\n"));
    expect(new Set(lines.map((line) => JSON.parse(line).kind))).toEqual(
      new Set(["register.written"]),
    );
  });

  test("puts two traces into one file where the format can", async () => {
    const { code } = await gartrace(
      "export run.gart run.gart --format chrome -o two.json",
      inFolder,
    );
    expect(code).toBe(0);
    const { traceEvents } = JSON.parse(readFileSync(join(folder, "two.json"), "utf8")) as {
      traceEvents: { pid: number }[];
    };
    expect(new Set(traceEvents.map(({ pid }) => pid))).toEqual(new Set([1, 2]));
  });

  test.each([
    ["run.gart run.gart --format csv", /^gartrace: a csv file holds one trace/],
    ["run.gart --format xml", /'xml' is invalid. Allowed choices are jsonl, csv, chrome, parquet/],
    ["run.gart", /required option '--format <name>' not specified/],
    ["run.gart --format csv --where kind=gatt.written", /character 5: .* equal is written ==/],
    ["run.gart --format csv -o run.gart -f", /^gartrace: run.gart is the file to read from/],
    ["run.gart --format csv -o mine.json", /^gartrace: mine.json exists; use --force/],
    ["run.gart --format csv -o no/where.csv", /^gartrace: cannot write no\/where.csv: no folder/],
  ])("export %s is refused", async (words, complaint) => {
    const { code, stderr } = await gartrace(`export ${words}`, inFolder);
    expect(code).toBe(2);
    expect(stderr).toMatch(complaint);
    expect(existsSync(join(folder, "run.gart.part"))).toBe(false);
  });
});

describe("gartrace info --space", () => {
  test("says what the bytes are spent on, down to the size of the file", async () => {
    const { stdout } = await gartrace("info long.gart --space --json", inFolder);
    const { bytes, perEvent, parts } = JSON.parse(stdout) as SpaceOfTrace;
    expect(bytes).toBe(statSync(join(folder, "long.gart")).size);
    expect(parts.reduce((sum, part) => sum + part.bytes, 0)).toBe(bytes);
    expect(parts[0]!.name).toBe("event");
    expect(perEvent).toBeLessThanOrEqual(60);
    const { stdout: text } = await gartrace("info long.gart --space", inFolder);
    expect(text).toMatch(/^ +bytes +an event +share\nevent +[\d,]+ +\d/);
    expect(text).toMatch(/\nall +[\d,]+ +[\d.]+ +100.0 %\n/);
  });

  test("a small trace has no more than 64 KB beside its events", async () => {
    for (const workload of ["dma", "block", "./mine.json"]) {
      await gartrace(`record ${workload} -o small.gart -f`, inFolder);
      const { stdout } = await gartrace(
        "query small.gart SELECT\tmax(seq)\tAS\tn\tFROM\tevent --json",
        inFolder,
      );
      const { n } = JSON.parse(stdout) as { n: number };
      expect(statSync(join(folder, "small.gart")).size).toBeLessThanOrEqual(60 * n + 65536);
    }
  });
});

describe("gartrace query", () => {
  // A tab is a blank of SQL, and not one of the words that the test's line is split at.
  const query = (sql: string, more = "") =>
    gartrace(`query run.gart ${sql.replaceAll(" ", "\t")} ${more}`, inFolder);

  test("prints a table, or a line of JSON a row with whole numbers exact", async () => {
    const sql = "SELECT name, 1 AS n, NULL AS none, 9223372036854775807 AS big FROM ops";
    expect((await query(sql)).stdout).toBe(
      "name  n  none                  big\ninit  1        9223372036854775807\n",
    );
    expect(JSON.parse((await query(sql, "--json")).stdout)).toEqual({
      name: "init",
      n: 1,
      none: null,
      big: "9223372036854775807",
    });
  });

  test.each([
    ["SELECT colour FROM events", "gartrace: SQL: no such column: colour\n"],
    ["DELETE FROM event", "gartrace: this SQL gives no rows; a trace is only read: SELECT\n"],
    ["DELETE FROM event RETURNING seq", "gartrace: SQL: attempt to write a readonly database\n"],
    [
      "SELECT 1; SELECT 2",
      "gartrace: SQL: The supplied SQL string contains more than one statement\n",
    ],
    ["SELECT ?", "gartrace: SQL: Too few parameter values were provided\n"],
  ])("'%s' is refused", async (sql, complaint) => {
    const { code, stderr } = await query(sql);
    expect({ code, stderr }).toEqual({ code: 2, stderr: complaint });
  });
});

describe("lines from a program that still runs", () => {
  const header =
    '{"format":"gartrace","version":1,"about":{"platform":"mine","physIsMachine":true}}';
  const line = (seq: number) => `{"seq":${seq},"kind":"tlb.flushed","actor":"cpu","which":"cpu"}\n`;
  /** Waits until another process finds both events in it. */
  const seen = (name: string) =>
    expect
      .poll(async () => {
        const words = `query ${name} SELECT\tcount(*)\tAS\tn\tFROM\tevent --json`;
        return (await gartrace(words, inFolder)).stdout;
      })
      .toContain('"n":2');

  test("can be read by others while they come, and are a whole trace when they end", async () => {
    const { code, stderr } = await gartrace("import - -o live.gart", {
      folder,
      meanwhile: async ({ stdin }) => {
        stdin!.write(`${header}\n${line(1)}${line(2)}`);
        await seen("live.gart");
        stdin!.end(line(3));
      },
    });
    expect({ code, stderr }).toMatchObject({ code: 0 });
    expect(stderr).toMatch(/imported 3 events to live.gart; undecided: [^\n]+\n$/);
  });

  test("may stay away: Ctrl-C leaves what came as a torn trace", async () => {
    const { code, stderr } = await gartrace("import - -o torn.gart", {
      folder,
      meanwhile: async (child) => {
        child.stdin!.write(`${header}\n${line(1)}${line(2)}`);
        await seen("torn.gart");
        child.kill("SIGINT");
      },
    });
    expect(code).toBe(130);
    expect(stderr).toMatch(/interrupted; torn.gart is torn and holds the events up to #2\n$/);
  });
});
