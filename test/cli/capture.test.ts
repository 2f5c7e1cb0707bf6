// capture.test.ts - from the files of a real machine's run to the counts of its truth, from the outside.

import { appendFileSync, copyFileSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { setTimeout } from "node:timers/promises";
import { gunzipSync } from "node:zlib";
import Sqlite from "better-sqlite3";
import { expect, test } from "vitest";
import { freshFolder } from "../fresh-folder.ts";
import { gartrace } from "./gartrace.ts";

const dom0 = resolve("traces/captures/linux-6.12.xen-dom0");
const files = ["ftrace.txt.gz", "qemu-trace.log.gz", "p2m.txt.gz"].map((name) => join(dom0, name));
const ftrace = gunzipSync(readFileSync(files[0]!)).toString();

test("the files of a run become one trace, and info prints what it comes to", async () => {
  const folder = freshFolder();
  const written = await gartrace(`import ${files.join(" ")} -o dom0.gart --strict`, { folder });
  expect(written.code).toBe(0);
  expect(written.stderr).toMatch(/pci_nvme_map_addr +1,772 +1,772 +0 +0\n/);
  expect(written.stderr).toMatch(/imported [\d,]+ events to dom0\.gart; [^\n]+\n$/);
  const [text, json] = await Promise.all([
    gartrace("info dom0.gart", { folder }),
    gartrace("info dom0.gart --json", { folder }),
  ]);
  expect(text.stdout).toMatch(/dma sg +2,422 +0 +2,422\n/);
  expect(text.stdout).toContain(
    "accesses of devices: 1,772, of which 1,772 in a mapping that was live",
  );
  const info = JSON.parse(json.stdout);
  expect(info).toMatchObject({
    platform: "xen-dom0",
    physIsMachine: false,
    source: "imported",
    dma: { page: { pairs: 89, identity: 0, equalsP2m: 89 }, deviceAccesses: { total: 1772 } },
    pageTableWrites: { present: 5081, equalsP2m: 5081 },
    sources: [{ format: "ftrace" }, { format: "qemu-log" }, { format: "p2m" }],
  });
  expect(info.sources[0].counts).toContainEqual(
    expect.objectContaining({ name: "xen_mmu_set_pte", read: 5294, kept: 5294, skipped: 0 }),
  );
});

test("a line that no importer uses is counted, and an error under --strict; lines are kept if asked for", async () => {
  const folder = freshFolder();
  const lines = ftrace.split("\n").slice(0, 40);
  lines.splice(20, 0, "   dd-1 [000] ..... 14.9: sched_switch: prev_comm=dd");
  writeFileSync(join(folder, "run.txt"), `${lines.join("\n")}\n`);
  const [lenient, strict] = await Promise.all([
    gartrace("import run.txt --keep-lines", { folder }),
    gartrace("import run.txt --strict -o strict.gart", { folder }),
  ]);
  expect(lenient.code).toBe(0);
  expect(lenient.stderr).toContain(
    "skipped sched_switch: first run.txt:21:27: no importer knows this event",
  );
  expect(strict.code).toBe(2);
  expect(strict.stderr).toMatch(
    /^gartrace: run\.txt:21:27: sched_switch: no importer knows this event; /,
  );
  const database = new Sqlite(join(folder, "run.gart"), { readonly: true });
  const kept = database
    .prepare("SELECT number, text FROM line JOIN event USING (seq) ORDER BY seq")
    .all() as { number: number; text: string }[];
  database.close();
  expect(kept.length).toBeGreaterThan(20);
  for (const { number, text } of kept) expect(text).toBe(lines[number - 1]);
});

test("a log comes through a pipe, or grows while it is followed until Ctrl-C", async () => {
  const folder = freshFolder();
  const piped = await gartrace("import - -o piped.gart", {
    folder,
    meanwhile: (child) => void child.stdin!.end(ftrace),
  });
  expect(piped.code).toBe(0);
  copyFileSync(files[0]!, join(folder, "whole.txt.gz"));
  const growing = join(folder, "growing.txt");
  writeFileSync(growing, ftrace.slice(0, ftrace.length / 2));
  const [followed] = await Promise.all([
    gartrace("import growing.txt --follow --json", {
      folder,
      meanwhile: async (child) => {
        // Once its trace is there, the program listens to Ctrl-C and has read what there was.
        await expect.poll(() => existsSync(join(folder, "growing.gart"))).toBe(true);
        appendFileSync(growing, ftrace.slice(ftrace.length / 2));
        await setTimeout(200);
        child.kill("SIGINT");
      },
    }),
    gartrace("import whole.txt.gz -o whole.gart", { folder }),
  ]);
  expect(followed.code).toBe(0);
  const database = new Sqlite(join(folder, "whole.gart"), { readonly: true });
  const digest = database.prepare("SELECT digest FROM trace").pluck().get();
  database.close();
  expect(JSON.parse(followed.stdout).digest).toBe(digest);
});

test("what is wrong with the files is one line with its place, and exit 2", async () => {
  const folder = freshFolder();
  writeFileSync(join(folder, "noise"), Buffer.from([7, 0, 255, 3]));
  writeFileSync(join(folder, "probes.json"), '{"probes":{"x":{"part":"nonsense"}}}');
  copyFileSync(files[1]!, join(folder, "again.log.gz"));
  const refused = await Promise.all(
    [
      "import noise -o a.gart",
      `import ${files[2]} -o b.gart`,
      `import ${files[1]} again.log.gz -o c.gart`,
      `import ${files[0]} --probes probes.json -o d.gart`,
      "import - -f",
    ].map((line) => gartrace(line, { folder })),
  );
  expect(refused.map(({ code }) => code)).toEqual([2, 2, 2, 2, 2]);
  const said = refused.map(({ stderr }) => stderr.split("\n")[0]);
  expect(said[0]).toContain("noise:1: of no format that is known by its content");
  expect(said[1]).toContain("no file here has the events of a run; add its ftrace.txt");
  expect(said[2]).toContain("a second log of devices; a run has one");
  expect(said[3]).toContain("field 'probes.x.part'");
  expect(said[4]).toContain("standard input has no name; say with -o what to write");
});

test("other shows where another kernel had the same bytes of the disk", async () => {
  const folder = freshFolder();
  const native = resolve("traces/captures/linux-6.12.native");
  const logs = ["ftrace.txt.gz", "qemu-trace.log.gz"].map((name) => join(native, name));
  await Promise.all([
    gartrace(`import ${files.join(" ")} -o dom0.gart`, { folder }),
    gartrace(`import ${logs.join(" ")} -o native.gart`, { folder }),
  ]);
  const script = ["break request.mapped", "run op:4", "continue", "other", "step", "other"];
  writeFileSync(join(folder, "script"), script.join("\n"));
  const { code, stdout } = await gartrace("debug native.gart dom0.gart -x script", { folder });
  expect(code).toBe(0);
  const told = stdout.split("\n");
  const bytes = /of the disk from byte \d+/;
  const [here, there] = told.filter((line) => bytes.test(line));
  expect(bytes.exec(there!)![0]).toBe(bytes.exec(here!)![0]);
  expect(stdout).toMatch(/^phys +0x2bed000 +0x2bc0000$/m);
  expect(stdout).toMatch(/diff does not compare what is like #\d+, so it has no partner in dom0/);
});
