// verify.test.ts - gartrace verify, from the outside: a trace holds, and one that was edited does not.

import { copyFileSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import Sqlite from "better-sqlite3";
import { expect, test } from "vitest";
import { freshFolder } from "../fresh-folder.ts";
import { changeAndSeal } from "../store/changed.ts";
import { gartrace } from "./gartrace.ts";

test("a recorded trace holds; with one entry of its table edited it does not, and verify says where", async () => {
  const folder = freshFolder();
  await gartrace("record smoke -p xen-i386 -o run.gart", { folder });
  const whole = await gartrace("verify run.gart", { folder });
  expect(whole.code).toBe(0);
  const json = JSON.parse((await gartrace("verify run.gart --json", { folder })).stdout);
  expect(json).toMatchObject({ holds: true, differed: 0, disagreements: [] });
  expect(json.agreed).toBeGreaterThan(json.unknown);
  expect(json.unknown).toBeGreaterThan(0);
  expect(whole.stdout).toMatch(
    /^replay +agrees with [\d,]+ observations; \d observations could not be compared: no event before shows what was there\ndigest +holds\nsignatures +hold\nkeyframes +agree, all \d+\njudgement +holds\nrun again +gives the same events\nfile +holds\n$/,
  );

  const database = new Sqlite(join(folder, "run.gart"));
  const seq = database
    .prepare(
      "SELECT max(seq) FROM event JOIN kind ON kind.code = event.kind WHERE name = 'gatt.written' AND bus > 0",
    )
    .pluck()
    .get() as number;
  database.prepare("UPDATE event SET value = value + 4096 WHERE seq = ?").run(seq);
  database.close();

  const edited = await gartrace("verify run.gart", { folder });
  expect(edited.code).toBe(2);
  expect(edited.stdout).toMatch(
    /^replay +differs from \d+ observations? and agrees with [\d,]+ observations; \d/m,
  );
  expect(edited.stdout).toMatch(new RegExp(`^ +#${seq} bus: recorded \\d+, replayed \\d+$`, "m"));
  expect(edited.stdout).toMatch(/^digest +does not hold: the file was changed/m);
  expect(edited.stdout).toMatch(
    new RegExp(`^run again +first gives another event at #${seq}$`, "m"),
  );
});

test("a torn trace agrees as far as it goes; a judgement that is not that of the events is damage", async () => {
  const folder = freshFolder();
  await gartrace("record smoke -p xen-i386 -k legacy --lenient-ioremap -o run.gart", { folder });
  copyFileSync(join(folder, "run.gart"), join(folder, "torn.gart"));
  changeAndSeal(join(folder, "torn.gart"), "UPDATE trace SET finished = 0, digest = NULL");
  const torn = await gartrace("verify torn.gart", { folder });
  expect([torn.code, torn.stdout]).toEqual([3, expect.stringMatching(/^replay +agrees with /)]);

  changeAndSeal(
    join(folder, "run.gart"),
    "DELETE FROM wrong_event WHERE seq = (SELECT min(seq) FROM wrong_event)",
  );
  const judged = await gartrace("verify run.gart", { folder });
  expect(judged.code).toBe(2);
  expect(judged.stdout).toMatch(/^digest +holds$/m);
  expect(judged.stdout).toMatch(
    /^judgement +is not that of its events, first at #\d+: the file was changed after it was judged$/m,
  );
});

test("what the workload asked for and is not as it was written is told of the file, and is not run", async () => {
  const folder = freshFolder();
  await gartrace("record smoke -p xen-i386 -o run.gart", { folder });
  const database = new Sqlite(join(folder, "run.gart"));
  database.exec("UPDATE workload SET operations = '{'");
  database.close();
  const { code, stdout } = await gartrace("verify run.gart", { folder });
  expect(code).toBe(2);
  expect(stdout).toMatch(/^file +table workload is not as it was written$/m);
  expect(stdout).toMatch(/^run again +not done: /m);
  expect(stdout).toMatch(/^digest +holds$/m);
});

test("a trace that holds has nothing to mend, and is left as it is", async () => {
  const folder = freshFolder();
  await gartrace("record smoke -p xen-i386 -o run.gart", { folder });
  const path = join(folder, "run.gart");
  const before = readFileSync(path);
  const sound = await gartrace("verify run.gart --repair", { folder });
  expect([sound.code, sound.stderr]).toEqual([0, "run.gart holds: nothing to mend\n"]);
  expect(readdirSync(folder)).toEqual(["run.gart"]);
  expect(readFileSync(path).equals(before)).toBe(true);

  changeAndSeal(path, "CREATE VIEW mine AS SELECT 1");
  const mended = await gartrace("verify run.gart --repair", { folder });
  expect([mended.code, mended.stderr]).toEqual([
    0,
    "mended run.gart; the file that was there is run.gart.damaged\n",
  ]);
});
