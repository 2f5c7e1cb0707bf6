// virt.test.ts - every command writes the kernel's address of a page whole, with the virt base of its trace.

import { writeFileSync } from "node:fs";
import { join } from "node:path";
import Sqlite from "better-sqlite3";
import { describe, expect, test } from "vitest";
import { freshFolder } from "../fresh-folder.ts";
import { gartrace } from "./gartrace.ts";

interface Line {
  readonly seq: number;
  readonly kind: string;
  readonly virt?: string;
  readonly phys: string;
}

describe.concurrent.each([
  ["ppc64-g5", "0xc000000001000000"],
  ["xen-x86_64", "0xffff880001000000"],
])("on %s, where the kernel sees its first page at %s", (platform, whole) => {
  const folder = freshFolder();
  const ran = async (line: string): Promise<string> => {
    const { code, stdout, stderr } = await gartrace(line, { folder });
    expect([line, code, stderr.includes("gartrace:")]).toEqual([line, 0, false]);
    return stdout;
  };
  const recorded = ran(`record smoke -p ${platform} -o run.gart`);
  const lines = async (line: string): Promise<Line[]> => {
    await recorded;
    return (await ran(line))
      .trimEnd()
      .split("\n")
      .map((text) => JSON.parse(text) as Line);
  };
  /** The first allocation that the driver sees. */
  const allocated = lines("events run.gart --json --kind page.allocated").then(([first]) => first!);

  test("events", async () => {
    expect((await allocated).virt).toBe(whole);
  });

  test("history", async () => {
    const { seq, phys } = await allocated;
    const history = await lines(`history run.gart page:${phys}:p --json`);
    expect(history.find((line) => line.seq === seq)!.virt).toBe(whole);
  });

  test("why", async () => {
    const { seq } = await allocated;
    const { steps } = JSON.parse(await ran(`why run.gart #${seq} --json`));
    const [step] = steps;
    expect([step.event.virt, step.addresses.virt]).toEqual([whole, whole]);
  });

  test("state, of a page", async () => {
    const { seq, phys } = await allocated;
    const { subjects } = JSON.parse(await ran(`state run.gart page:${phys}:p --at #${seq} --json`));
    const [state] = subjects;
    expect(state.changed.virt).toBe(whole);
  });

  test("the export for a browser, in its fields and in its text", async () => {
    const { seq } = await allocated;
    const { traceEvents } = JSON.parse(await ran("export run.gart --format chrome"));
    const { args } = traceEvents.find(
      (event: { args?: { seq?: number } }) => event.args?.seq === seq,
    );
    expect(args.virt).toBe(whole);
    expect(args.says).toContain(` ${whole}:v `);
  });

  test("the export as lines", async () => {
    const { seq } = await allocated;
    const exported = await lines("export run.gart --format jsonl");
    expect(exported.find((line) => line.seq === seq)!.virt).toBe(whole);
  });

  test("the debugger", async () => {
    const { seq } = await allocated;
    writeFileSync(join(folder, "commands"), `run #${seq}\nprint virt\n`);
    expect((await ran("debug run.gart -x commands")).trimEnd().split("\n").at(-1)).toBe(whole);
  });

  test("the view", async () => {
    const { seq } = await allocated;
    const database = new Sqlite(join(folder, "run.gart"), { readonly: true });
    expect(database.prepare("SELECT virt FROM events WHERE seq = ?").pluck().get(seq)).toBe(whole);
    database.close();
  });
});

test("the state of a whole machine has its ioremap at the addresses that the kernel uses", async () => {
  const folder = freshFolder();
  await gartrace("record smoke -p xen-x86_64 -o run.gart", { folder });
  const events = await gartrace("events run.gart --json --kind table.remapped", { folder });
  const remapped = JSON.parse(events.stdout.split("\n")[0]!);
  const state = await gartrace(`state run.gart --at #${remapped.seq} --json`, { folder });
  expect(remapped.virt).toBe("0xffffc20000000000");
  expect(JSON.parse(state.stdout).mappings[0].virt).toBe(remapped.virt);
});
