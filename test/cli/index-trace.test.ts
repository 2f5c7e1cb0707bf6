// index-trace.test.ts - gartrace index, from the outside: a trace that was not judged gets its judgement and view.

import { join } from "node:path";
import { expect, test } from "vitest";
import { freshFolder } from "../fresh-folder.ts";
import { changeAndSeal } from "../store/changed.ts";
import { gartrace, main, run } from "./gartrace.ts";

test("a trace that was not judged has no view of what is wrong, and query says how it gets one", async () => {
  const folder = freshFolder();
  const sql = "SELECT min(seq) AS first FROM wrong";
  const ask = () => run(process.execPath, [main, "query", "run.gart", sql, "--json"], { folder });
  await gartrace("record smoke -p xen-i386 -k legacy --lenient-ioremap -o run.gart", { folder });
  const judged = await ask();
  expect(JSON.parse(judged.stdout)).toEqual({ first: 32817 });

  changeAndSeal(
    join(folder, "run.gart"),
    "DROP VIEW wrong; DELETE FROM judgement; DELETE FROM wrong_event",
  );
  const unjudged = await ask();
  expect(unjudged).toMatchObject({ code: 2, stdout: "" });
  expect(unjudged.stderr).toMatch(/has no view 'wrong'.* not judged it; 'gartrace index' does/);

  expect((await gartrace("index run.gart", { folder })).code).toBe(0);
  expect((await ask()).stdout).toBe(judged.stdout);
  const again = await gartrace("index run.gart", { folder });
  expect(again.stderr).toBe("run.gart has its index, keyframes and judgement\n");
});
