// report.test.ts - a report holds what matters most, fits its limit, and says what it leaves out.

import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openingOf } from "../../src/answer/opening.ts";
import { shapes } from "../../src/answer/shapes.ts";
import { Answers } from "../../src/page/answers.ts";
import { OpenTrace } from "../../src/page/open-trace.ts";
import { PairFiles } from "../../src/page/pair-files.ts";
import { packedReport } from "../../src/page/report.ts";
import { gartrace } from "../cli/gartrace.ts";
import { freshFolder } from "../fresh-folder.ts";

const folder = freshFolder();
const [a, b] = [join(folder, "a.gart"), join(folder, "b.gart")];
let answers: Answers;

beforeAll(async () => {
  await gartrace(`record smoke -p native-i386 -o ${a}`);
  await gartrace(`record smoke -p xen-i386 -k legacy --lenient-ioremap -o ${b}`);
  answers = new Answers([new OpenTrace("a", a), new OpenTrace("b", b)], new PairFiles(a, b));
});
afterAll(() => answers.close());

const size = (text: string) => gzipSync(text).toString("base64").length;

describe.each([400_000, 60_000, 30_000])("a report of %i bytes", (bytes) => {
  test("is no larger, holds the first divergence whole, and says what it holds", async () => {
    const { traces, divergences, session } = await packedReport(answers, bytes, size);
    expect(size(JSON.stringify({ traces, divergences, session }))).toBeLessThan(bytes * 1.03);
    const first = divergences!.list[0]!.b!.seq;
    const [, packed] = traces;
    expect(packed!.moments.map(({ at }) => at)).toContain(first);
    expect(packed!.maps.filter(({ at }) => at === first).map(({ name }) => name)).toContain("gatt");
    expect(packed!.rows.map(({ seq }) => seq)).toContain(first);
    const count = packed!.rows.length.toLocaleString("en-US");
    expect(session.report!.leaves[1]).toContain(`b.gart: ${count} of `);
    expect(session.report!.leaves[1]).toContain("The rest: gartrace serve b.gart");
  });
});

test("a report of what is right holds the moment at which it opens", async () => {
  const alone = new Answers([new OpenTrace("a", a)]);
  const { traces, session } = await packedReport(alone, 400_000, size);
  const asked = { position: openingOf(session.traces[0]!.lastOp) };
  const { at } = shapes.position.parse(await alone.ask("position", new URLSearchParams(asked)));
  expect(traces[0]!.moments.map((moment) => moment.at)).toContain(at);
  expect(traces[0]!.rows.map(({ seq }) => seq)).toContain(at);
  alone.close();
});

test("a report without room for what has to be there is refused with a sentence", async () => {
  await expect(packedReport(answers, 2000, size)).rejects.toThrow(/larger than --limit allows/);
});
