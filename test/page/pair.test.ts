// pair.test.ts - two traces on the page stand side by side as gartrace diff pairs them.

import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { shapes } from "../../src/answer/shapes.ts";
import { Answers } from "../../src/page/answers.ts";
import { OpenTrace } from "../../src/page/open-trace.ts";
import { PairFiles } from "../../src/page/pair-files.ts";
import { gartrace } from "../cli/gartrace.ts";
import { freshFolder } from "../fresh-folder.ts";

const folder = freshFolder();
const [a, b] = [join(folder, "a.gart"), join(folder, "b.gart")];
let answers: Answers;

beforeAll(async () => {
  await gartrace(`record smoke -p native-i386 -k legacy -o ${a}`);
  await gartrace(`record smoke -p xen-i386 -k legacy --lenient-ioremap -o ${b}`);
  answers = new Answers([new OpenTrace("a", a), new OpenTrace("b", b)], new PairFiles(a, b));
  while (!answers.look());
});
afterAll(() => answers.close());

const ask = async (name: string, query: Record<string, string>): Promise<object> =>
  (await answers.ask(name, new URLSearchParams(query))) as object;

interface Listed {
  readonly class: string;
  readonly a: { readonly seq: number } | null;
  readonly b: { readonly seq: number } | null;
}

test("the divergences are those that gartrace diff --all lists, in its order", async () => {
  const { list, total, answer } = shapes.divergences.parse(
    await ask("divergences", { limit: "500" }),
  );
  const printed = JSON.parse((await gartrace(`diff ${a} ${b} --all --json`)).stdout);
  expect(answer).toBe(printed.answer);
  expect(total).toBe(printed.divergences.length);
  const short = (one: Listed) => [one.class, one.a?.seq ?? null, one.b?.seq ?? null];
  expect(list.map(short)).toEqual(printed.divergences.slice(0, 500).map(short));
});

test("the events at which they part are a filter, beside others and from either end", async () => {
  const { list } = shapes.divergences.parse(await ask("divergences", { limit: "500" }));
  const seqs = [...new Set(list.flatMap((one) => one.b?.seq ?? []))].sort((x, y) => x - y);
  const asked = { trace: "b", found: "divergences", limit: "512" };
  const filtered = async (query: Record<string, string>) =>
    shapes.rows.parse(await ask("filtered", { ...asked, ...query })).rows;
  const next = await filtered({ from: "1", direction: "next" });
  expect(next.map(({ seq }) => seq)).toEqual(seqs.slice(0, 512));
  const { kind } = next[0]!;
  expect(await filtered({ from: "1", direction: "next", kind })).toEqual(
    next.filter((row) => row.kind === kind),
  );
  const [middle] = next.slice(-1);
  expect(await filtered({ from: `${middle!.seq}`, direction: "previous" })).toEqual(next);
});

test("the moment beside the first divergence is that of its partner, from either side", async () => {
  const { list } = shapes.divergences.parse(await ask("divergences", {}));
  const { a: mine, b: other } = list.find((one) => one.a !== null && one.b !== null)!;
  expect(await ask("partner", { trace: "a", at: String(mine!.seq) })).toEqual({ at: other!.seq });
  expect(await ask("partner", { trace: "b", at: String(other!.seq) })).toEqual({ at: mine!.seq });
});

test("moment 0 is beside moment 0", async () => {
  expect(await ask("partner", { trace: "a", at: "0" })).toEqual({ at: 0 });
});

test("next and previous divergence lead from one event to another, and end", async () => {
  const { list } = shapes.divergences.parse(await ask("divergences", { limit: "500" }));
  const seqs = list.flatMap((one) => one.b?.seq ?? []).sort((one, other) => one - other);
  const asked = { trace: "b", what: "divergence" };
  expect(await ask("place", { ...asked, at: "0", direction: "next" })).toEqual({ at: seqs[0] });
  expect(await ask("place", { ...asked, at: String(seqs[1]), direction: "previous" })).toEqual({
    at: seqs[0],
  });
  expect(await ask("place", { ...asked, at: String(seqs[0]), direction: "previous" })).toEqual({
    at: null,
  });
});

test("the ladders part where gartrace xlate says so", async () => {
  const { list } = shapes.divergences.parse(await ask("divergences", {}));
  const { seq } = list.find((one) => one.b !== null)!.b!;
  const { ladders, parting } = shapes.ladders.parse(
    await ask("ladders", { trace: "b", at: String(seq) }),
  );
  const { page, at } = ladders[0]!;
  const printed = JSON.parse((await gartrace(`xlate ${page}@${at} ${b} --json`)).stdout);
  expect(printed.ladders[0].steps).toMatchObject(ladders[0]!.steps);
  expect(ladders.map(({ side }) => side)).toEqual(["b", "a"]);
  expect(parting === null || ladders[0]!.steps.some(({ name }) => name === parting)).toBe(true);
});

test("traces of two workloads are told apart with a sentence", async () => {
  const other = join(folder, "other.gart");
  await gartrace(`record oom -p native-i386 -o ${other}`);
  const apart = new Answers(
    [new OpenTrace("a", a), new OpenTrace("b", other)],
    new PairFiles(a, other),
  );
  await expect(apart.ask("divergences", new URLSearchParams())).rejects.toThrow(
    /different workloads \(smoke and oom\)/,
  );
  apart.close();
});
