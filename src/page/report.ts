// report.ts - packs the answers of which a report is made, the most telling first, as far as they fit.

import { type PackedTrace, type Report, reportShape } from "../answer/report-shape.ts";
import type { DivergencesAnswer } from "../answer/shapes.ts";
import { UserError } from "../fault.ts";
import { counted } from "../report/text.ts";
import { AnswerReader } from "./answer-reader.ts";
import type { Answers } from "./answers.ts";
import { ByteBudget, type PackedSize } from "./byte-budget.ts";
import { contentsText } from "./contents-text.ts";
import { TracePacker } from "./trace-packer.ts";

/** Divergences to an answer. */
const DIVERGENCES = 500;

/** Everything that the page will ask, in so many bytes of the file at most. */
export async function packedReport(
  answers: Answers,
  bytes: number,
  sizeOf: PackedSize,
): Promise<Report> {
  while (!answers.look());
  const reader = new AnswerReader(answers);
  const { traces } = answers.session();
  const divergences =
    traces.length < 2 ? null : await reader.answer("divergences", { limit: DIVERGENCES });
  const packers = traces.map((trace) => new TracePacker(reader, trace, divergences));
  const bases = await inOrder(packers, (packer) => packer.base());
  const budget = new ByteBudget(bytes, sizeOf);
  if (!budget.take([answers.session({ leaves: [] }), divergences, bases]))
    throw new UserError(
      "the page, its timeline and its findings alone are larger than --limit allows; name a larger one",
    );
  const packed: PackedTrace[] = [];
  const leaves: string[] = [];
  for (const [i, packer] of packers.entries()) {
    const share = budget.share(1 / (packers.length - i));
    const { trace, counts } = await packer.pack(bases[i]!, share);
    budget.takeBack(share);
    packed.push(trace);
    leaves.push(contentsText(traces[i]!, counts));
  }
  if (divergences !== null && divergences.total > divergences.list.length)
    leaves.push(
      divergencesLeftOut(
        divergences,
        traces.map(({ file }) => file),
      ),
    );
  const session = answers.session({ leaves });
  return reportShape.parse({ session, traces: packed, divergences });
}

const divergencesLeftOut = ({ list, total }: DivergencesAnswer, files: readonly string[]): string =>
  `${counted(list.length)} of ${counted(total)} divergences are here, ` +
  `the first of them. The rest: gartrace diff ${files.join(" ")} --all`;

async function inOrder<A, B>(list: readonly A[], make: (one: A) => Promise<B>): Promise<B[]> {
  const made: B[] = [];
  for (const one of list) made.push(await make(one));
  return made;
}
