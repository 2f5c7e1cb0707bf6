// import.test.ts - gartrace import, from the outside: recordings of the real driver become traces.

import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { freshFolder } from "../fresh-folder.ts";
import { gartrace, main, reference, run } from "./gartrace.ts";

const name = "xen-i386.gart.intel-440bx.smoke";
const recording = join(reference, `${name}.jsonl.gz`);

test("a recording, gzipped or plain, becomes one trace, and a simulated run tells exactly the same", async () => {
  const folder = freshFolder();
  writeFileSync(join(folder, "plain.jsonl"), gunzipSync(readFileSync(recording)));
  const [gzipped, plain, simulated] = await Promise.all([
    gartrace(`import ${recording} --json`, { folder }),
    gartrace("import plain.jsonl -o plain.gart", { folder }),
    gartrace("record smoke -p xen-i386 -k gart -o run.gart", { folder }),
  ]);
  expect([gzipped.code, plain.code, simulated.code]).toEqual([0, 0, 0]);
  const { path, events } = JSON.parse(gzipped.stdout) as { path: string; events: number };
  expect(path).toBe(`${name}.gart`);
  expect(plain.stderr).toBe(
    `imported ${events.toLocaleString("en-US")} events to plain.gart; right: 32 of 32 uses\n`,
  );

  const [exact, verified] = await Promise.all([
    gartrace(`diff --exact ${name}.gart run.gart`, { folder }),
    gartrace("verify plain.gart", { folder }),
  ]);
  expect(exact.stdout).toMatch(
    /^A {2}xen-i386\.gart\.intel-440bx\.smoke\.gart: xen-i386, gart hooks, imported, intel-440bx, smoke: .*\nalike\n/s,
  );
  expect(exact.code).toBe(0);
  expect(verified.code).toBe(0);
  expect(verified.stdout).toMatch(
    /^replay +agrees with [\d,]+ observations; 4 observations could not be compared: .*\ndigest +holds\nsignatures +hold\nkeyframes +agree, all \d+\njudgement +holds\nrun again +not done/,
  );
});

test("an imported trace has keyframes as a recorded one has, so that its moments are as near", async () => {
  const folder = freshFolder();
  await gartrace("record wander --ops 300 -o run.gart", { folder });
  await gartrace("export run.gart --format jsonl -o run.jsonl", { folder });
  await gartrace("import run.jsonl -o again.gart", { folder });
  const frames = "SELECT seq, base, length(data) AS bytes FROM keyframe";
  const [recorded, imported] = await Promise.all(
    ["run.gart", "again.gart"].map((file) =>
      run(process.execPath, [main, "query", file, frames, "--json"], { folder }),
    ),
  );
  expect(recorded!.stdout.split("\n").length).toBeGreaterThan(3);
  expect(imported!.stdout).toBe(recorded!.stdout);
});

test("a trace that replaces another one takes its name when it is whole", async () => {
  const folder = freshFolder();
  await gartrace("record smoke -o some.gart", { folder });
  const { code } = await gartrace(`import ${recording} -o some.gart -f`, { folder });
  expect(code).toBe(0);
  const { stdout } = await gartrace("info some.gart --json", { folder });
  expect(JSON.parse(stdout)).toMatchObject({ source: "imported", torn: false });
  expect(readdirSync(folder)).toEqual(["some.gart"]);
});

describe.concurrent("nothing is imported from", () => {
  const refused = async (bytes: string | Buffer): Promise<{ stderr: string; files: string[] }> => {
    const folder = freshFolder();
    writeFileSync(join(folder, "some.jsonl"), bytes);
    const { code, stderr } = await gartrace("import some.jsonl", { folder });
    expect(code).toBe(2);
    return { stderr, files: readdirSync(folder) };
  };

  test("garbage", async () => {
    const { stderr, files } = await refused("driver said hello\n");
    expect(stderr).toMatch(
      /^gartrace: some.jsonl:1: of no format that is known by its content: it begins with "driver said hello"; looked for reference, /,
    );
    expect(files).toEqual(["some.jsonl"]);
  });

  test("a trace of which no line became an event, and no file is in the next one's way", async () => {
    const { stderr, files } = await refused(
      "# tracer: nop\n#\n cat-93 [000] ..... 24.107552: foo_bar: x=1\n",
    );
    expect(stderr).toMatch(
      /^gartrace: some.jsonl: taken for ftrace, .* but not a line of 3 became an event .*perf.data\n$/,
    );
    expect(files).toEqual(["some.jsonl"]);
  });

  test("a gzip file that was cut, beyond the cut: what came before is a torn trace", async () => {
    const whole = readFileSync(recording);
    const { stderr, files } = await refused(whole.subarray(0, whole.length - 40));
    expect(stderr).toMatch(
      /^gartrace: some.jsonl:\d+: the gzip file is cut short; copy it again, whole; some.gart is torn and holds the events up to #\d+\n$/,
    );
    expect(files).toEqual(["some.gart", "some.jsonl"]);
  });

  test("a file that breaks off, and the trace that it was to replace is still there", async () => {
    const folder = freshFolder();
    await gartrace("record smoke -o some.gart", { folder });
    const before = readFileSync(join(folder, "some.gart"));
    const whole = readFileSync(recording);
    writeFileSync(join(folder, "some.jsonl"), whole.subarray(0, whole.length - 40));
    const { code, stderr } = await gartrace("import some.jsonl -f", { folder });
    expect(code).toBe(2);
    expect(stderr).toMatch(
      /^gartrace: some.jsonl:\d+: the gzip file is cut short; copy it again, whole; some.gart stays as it was\n$/,
    );
    expect(readFileSync(join(folder, "some.gart"))).toEqual(before);
    expect(readdirSync(folder).sort()).toEqual(["some.gart", "some.jsonl"]);
  });

  test("the file that would be overwritten", async () => {
    const folder = freshFolder();
    writeFileSync(join(folder, "some.gart"), "something dear");
    const { code, stderr } = await gartrace("import ./some.gart -o some.gart --force", { folder });
    expect(code).toBe(2);
    expect(stderr).toBe("gartrace: some.gart is the file to read from; name another one with -o\n");
    expect(readFileSync(join(folder, "some.gart"), "utf8")).toBe("something dear");
  });
});
