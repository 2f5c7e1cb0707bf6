// answers.test.ts - what the page is told is what the commands say of the same trace.

import { copyFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { unpacked } from "../../src/answer/bytes.ts";
import { mapHead, pyramidHead, sightHead } from "../../src/answer/heads.ts";
import { shapes } from "../../src/answer/shapes.ts";
import { Answers } from "../../src/page/answers.ts";
import { OpenTrace } from "../../src/page/open-trace.ts";
import { gartrace } from "../cli/gartrace.ts";
import { freshFolder } from "../fresh-folder.ts";
import { changeAndSeal } from "../store/changed.ts";

const folder = freshFolder();
const path = join(folder, "xen.gart");
let answers: Answers;

beforeAll(async () => {
  const { code } = await gartrace(
    `record smoke -p xen-i386 -k legacy --lenient-ioremap -o ${path}`,
  );
  expect(code).toBe(0);
  answers = new Answers([new OpenTrace("a", path)]);
  while (!answers.look());
});
afterAll(() => answers.close());

type Name = keyof typeof shapes;
async function ask(name: Name, query: Record<string, string | number> = {}): Promise<unknown> {
  const parameters = Object.entries(query).map(
    ([key, value]) => [key, String(value)] as [string, string],
  );
  const answer = await answers.ask(name, new URLSearchParams(parameters));
  return shapes[name].parse(JSON.parse(JSON.stringify(answer)));
}
const json = async (line: string) => JSON.parse((await gartrace(line)).stdout);
const lines = async (line: string) =>
  (await gartrace(line)).stdout
    .trim()
    .split("\n")
    .map((text) => JSON.parse(text));

describe("the page is told", () => {
  test("the judgement that gartrace info prints", async () => {
    const { traces } = (await ask("session")) as { traces: { judgement: object; count: number }[] };
    const info = await json(`info ${path} --json`);
    expect(traces[0]).toMatchObject({
      count: info.events,
      judgement: { word: info.judgement, events: info.wrong.events, first: info.wrong.first },
    });
  });

  test("at every moment the state that gartrace state prints", async () => {
    const { count } = (await ask("extent")) as { count: number };
    for (const at of [0, 1, Math.floor(count / 3), Math.floor(count / 2), count]) {
      const { state } = (await ask("moment", { at })) as { state: object };
      const { gatt: _, version: __, ...printed } = await json(`state ${path} --at ${at} --json`);
      expect(state).toEqual(printed);
    }
  });

  test("the events that gartrace events prints, and no others", async () => {
    const { rows } = (await ask("rows", { from: 1, to: 400 })) as { rows: { seq: number }[] };
    const printed = await lines(`events ${path} --to 400 --json`);
    expect(rows.map(({ seq }) => seq)).toEqual(printed.map(({ seq }) => seq));
    expect(rows).toMatchObject(printed.map(({ seq, kind, actor }) => ({ seq, kind, actor })));
  });

  test("those that are wrong, in either direction", async () => {
    const printed = await lines(`events ${path} --wrong --json`);
    const seqs = printed.map(({ seq }) => seq);
    const { count } = (await ask("extent")) as { count: number };
    const asked = { found: "findings", limit: 512 };
    const next = (await ask("filtered", { ...asked, from: 1, direction: "next" })) as {
      rows: { seq: number }[];
    };
    const previous = await ask("filtered", { ...asked, from: count, direction: "previous" });
    expect(next.rows.map(({ seq }) => seq)).toEqual(seqs);
    expect(previous).toMatchObject({ rows: next.rows });
  });

  test("by root cause as many as gartrace blame counts, and only those that pass the rest", async () => {
    const { culprits } = shapes.culprits.parse(await ask("culprits"));
    expect(culprits.length).toBeGreaterThan(1);
    for (const { root, count } of culprits) {
      const asked = { found: `root:${root}`, from: 1, direction: "next", limit: 512 };
      const { rows } = shapes.rows.parse(await ask("filtered", asked));
      expect(rows.length).toBe(Math.min(count, 512));
      expect(new Set(rows.map((row) => row.root))).toEqual(new Set([root]));
      const { kind, op } = rows[0]!;
      const narrow = shapes.rows.parse(await ask("filtered", { ...asked, kind, op }));
      expect(narrow.rows).toEqual(rows.filter((row) => row.kind === kind && row.op === op));
    }
  });

  test("the chain of causes that gartrace why prints", async () => {
    const { traces } = (await ask("session")) as { traces: { judgement: { first: number } }[] };
    const at = traces[0]!.judgement.first;
    const { steps } = (await ask("why", { at })) as {
      steps: { row: { seq: number }; role: string }[];
    };
    const printed = await json(`why ${path} ${at} --json`);
    expect(steps.map(({ row, role, ...step }) => ({ ...step, role, seq: row.seq }))).toMatchObject(
      printed.steps.map((step: { event: { seq: number }; role: string }) => ({
        role: step.role,
        seq: step.event.seq,
      })),
    );
  });
});

describe("a map of the GATT", () => {
  test("has a cell for each entry, by what gartrace state says of it", async () => {
    const { count } = (await ask("extent")) as { count: number };
    for (const at of [0, Math.floor(count / 2), count]) {
      const bytes = await answers.ask("map", new URLSearchParams({ name: "gatt", at: String(at) }));
      const { head, rest } = unpacked(bytes as Uint8Array);
      const { legend, columns, rows } = mapHead.parse(head);
      expect(rest.length).toBe(columns * rows.length);
      const { gatt } = await json(`state ${path} --at ${at} --json`);
      const printed = new Map<string, number>();
      for (const { says, count } of gatt) printed.set(says, (printed.get(says) ?? 0) + count);
      expect(
        new Map(legend.filter(({ count }) => count > 0).map((one) => [one.name, one.count])),
      ).toEqual(printed);
    }
  });
});

test("what follows the slider is what state, map and rows are told one by one", async () => {
  const { count } = shapes.extent.parse(await ask("extent"));
  for (const at of [0, Math.floor(count / 2), count]) {
    const [from, to] = [Math.max(1, at - 20), at + 20];
    const query = { at: `${at}`, map: "gatt", from: `${from}`, to: `${to}` };
    const bytes = (await answers.ask("sight", new URLSearchParams(query))) as Uint8Array;
    const { head, rest } = unpacked(bytes);
    const { moment, rows, map } = sightHead.parse(head);
    const picture = { at: `${at}`, name: "gatt" };
    const alone = unpacked((await answers.ask("map", new URLSearchParams(picture))) as Uint8Array);
    expect({ moment, map }).toEqual({ moment: await ask("moment", { at }), map: alone.head });
    expect(rest).toEqual(alone.rest);
    expect(rows).toEqual(shapes.rows.parse(await ask("rows", { from, to })).rows);
  }
});

test("a mark is the wrong event or the fault nearest to a place, and none where none is near", async () => {
  const wrong = await lines(`events ${path} --wrong --json`);
  const faults = await lines(`events ${path} --kind fault.raised --json`);
  const marks = [...wrong, ...faults].map(({ seq }) => seq);
  const [first] = wrong.map(({ seq }) => seq);
  for (const at of [first - 3, first, ...faults.map(({ seq }) => seq), first + 60]) {
    const near = marks.filter((seq) => Math.abs(seq - at) <= 40);
    const distances = near.map((seq) => Math.abs(seq - at));
    const found = shapes.mark.parse(await ask("mark", { at, from: at - 40, to: at + 40 }));
    expect(Math.abs(found.at! - at)).toBe(Math.min(...distances));
  }
  expect(await ask("mark", { at: 500, from: 460, to: 540 })).toEqual({ at: null });
});

test("the pyramid counts every event once, and every wrong one", async () => {
  const { head, rest } = unpacked(
    (await answers.ask("pyramid", new URLSearchParams())) as Uint8Array,
  );
  const { lanes, bins, upTo } = pyramidHead.parse(head);
  const counts = new Uint16Array(rest.buffer);
  const sum = (lane: string) =>
    counts
      .subarray(lanes.indexOf(lane) * bins, (lanes.indexOf(lane) + 1) * bins)
      .reduce((total, one) => total + one, 0);
  const { count, wrong } = (await ask("extent")) as { count: number; wrong: { events: number } };
  expect(upTo).toBe(count);
  expect(["op", "fault", "wrong"].includes(lanes[0]!)).toBe(true);
  const actors = lanes.filter((lane) => !["op", "fault", "wrong"].includes(lane));
  expect(actors.reduce((total, lane) => total + sum(lane), 0)).toBe(count);
  expect(sum("wrong")).toBe(wrong.events);
});

test("the ops of a changed file are those that it has, however far apart their numbers", async () => {
  const far = join(folder, "far.gart");
  copyFileSync(path, far);
  changeAndSeal(far, "UPDATE op SET op = 9007199254740991 WHERE op = (SELECT max(op) FROM op)");
  const changed = new Answers([new OpenTrace("a", far)]);
  try {
    const { count } = (await ask("extent")) as { count: number };
    const query = new URLSearchParams({ from: "1", to: `${count}` });
    const { ops } = shapes.ops.parse(await changed.ask("ops", query));
    const numbers = ops.map(({ op }) => op);
    expect(numbers.at(-1)).toBe(9007199254740991);
    expect(numbers.slice(0, -1)).toEqual(numbers.slice(0, -1).map((_, i) => i));
  } finally {
    changed.close();
  }
});

describe("a question that makes no sense", () => {
  test.each([
    ["rubbish", {}, /unknown question 'rubbish'/],
    ["rows", { from: "-1", to: "4" }, /from is '-1'/],
    ["moment", { at: "999999999" }, /past the end/],
    ["moment", { at: "yesterday" }, /no position/],
    ["map", { name: "treasure", at: "1" }, /no map is called 'treasure'/],
    ["entry", { thing: "gat[1]" }, /did you mean 'gatt'/],
    ["why", { trace: "c" }, /trace is 'c'; known: a/],
    [
      "filtered",
      { found: "treasure", from: "1", direction: "next" },
      /found is 'treasure'; known:/,
    ],
    [
      "filtered",
      { found: "divergences", from: "1", direction: "next" },
      /one trace alone is shown/,
    ],
    ["__proto__", {}, /unknown question/],
  ])("%s %j is refused with a sentence", async (name, query, complaint) => {
    await expect(answers.ask(name, new URLSearchParams(query))).rejects.toThrow(complaint);
  });
});
