// data-commands.ts - the commands that show something and move nothing: print, x, list, display, why, history, other.

import { machineOf } from "../address.ts";
import type { Recorded } from "../event/vocabulary.ts";
import { UserError } from "../fault.ts";
import { momentOf } from "../replay/position.ts";
import { subjectNamed } from "../replay/subject.ts";
import { addressRows, tracedLine } from "../report/event-text.ts";
import { hex, stateText } from "../report/state-text.ts";
import { inColumns } from "../report/text.ts";
import { whyText } from "../report/why-text.ts";
import { subjectWords } from "./breakpoint-commands.ts";
import { chunksOf, isInterrupted } from "./chunks.ts";
import type { Command, Context } from "./command.ts";
import { fieldNames } from "./condition.ts";
import { evaluate, expressions } from "./evaluate.ts";
import { framesOf } from "./page-content.ts";

/** Lines that `list` prints: as many as gdb's. */
const LISTED = 10;
/** Pages that `x` prints, and events that `history` does. */
const MOST = 40;

const WITH_PAGES =
  "page:0xc1010000, p2m[0x1010], content[0x40c21], gatt[0x40..0x4f] (what the GART reaches), iommu:0x60000000 " +
  "or map:0xd0800000";

const expressionWords = (context: Context): string[] => [...fieldNames, ...subjectWords(context)];

export const dataCommands: readonly Command[] = [
  {
    name: "print",
    short: ["p"],
    usage: "print [EXPRESSION]",
    says: "what a field of the event, a subject or a comparison is here",
    more: `EXPRESSION is ${expressions}.`,
    repeats: true,
    words: expressionWords,
    run: ({ session }, argument) => evaluate(session, argument),
  },
  {
    name: "x",
    usage: "x SUBJECT",
    says: "what lies in the pages that a subject is, or leads to",
    more:
      `SUBJECT is ${WITH_PAGES}.\n` +
      "The trace knows a page's content by a tag: the number that its writer put there.",
    words: subjectWords,
    run: examine,
  },
  {
    name: "list",
    short: ["l"],
    usage: "list [POSITION | -]",
    says: "the events around here; again for the next ones, with - for the ones before",
    repeats: true,
    run: list,
  },
  {
    name: "display",
    usage: "display [EXPRESSION]",
    says: "print an expression wherever one stops; without one, print them all now",
    more: `EXPRESSION is ${expressions}. 'delete display NUMBER' forgets one.`,
    words: expressionWords,
    run: display,
  },
  {
    name: "state",
    usage: "state",
    says: "the whole machine on one screen",
    run: ({ session: { travel, trace, moment } }) => stateText(travel.stateAt(moment), trace),
  },
  {
    name: "why",
    usage: "why [SUBJECT]",
    says: "what the event's address, or the last change of a subject, came from",
    words: subjectWords,
    run: ({ session }, argument) => {
      const { travel, trace, moment, here } = session;
      const asked =
        argument === "" ? here : travel.lastChange(subjectNamed(trace, argument), moment);
      if (asked !== undefined) return whyText(travel.why(asked), trace.about);
      throw new UserError(
        argument === ""
          ? "nothing has happened yet"
          : `nothing changed ${subjectNamed(trace, argument).name} up to #${moment}`,
      );
    },
  },
  {
    name: "history",
    usage: "history SUBJECT",
    says: "the latest changes of a subject up to here, newest first",
    words: subjectWords,
    run: history,
  },
  {
    name: "where",
    short: ["bt"],
    usage: "where",
    says: "the event at which one stands, and its op",
    run: (context) => {
      const { here, trace } = context.session;
      const op = here === undefined || here.op < 0 ? undefined : trace.op(here.op);
      const began = op === undefined ? undefined : trace.event(op.first);
      const opLine = began === undefined ? [] : [tracedLine(trace, began)];
      return [context.where(), ...opLine].join("\n");
    },
  },
  {
    name: "when",
    usage: "when",
    says: "how far along the trace one is",
    run: ({ session: { moment, here, trace } }) => {
      const part = trace.count === 0 ? 0 : (moment * 100) / trace.count;
      const op = here === undefined || here.op < 0 ? "" : `, op:${here.op}`;
      return `#${moment} of #${trace.count}, ${part.toFixed(1)}%${op}`;
    },
  },
  {
    name: "other",
    usage: "other",
    says: "the partner of this event in the other trace, and the addresses of both",
    run: other,
  },
];

function examine({ session }: Context, argument: string): string {
  if (argument === "") throw new UserError("say which pages: x page:0xc1010000 or x gatt[0x42]");
  const subject = subjectNamed(session.trace, argument);
  const state = session.travel.stateAt(session.moment);
  const { family } = subject.parts[0]!;
  const name = family === "allocation" || family === "attribute" ? "page" : family;
  const rows = [...framesOf(state, subject, MOST)].map(({ number, frame, says }) => [
    `${name}[${hex(number)}]`,
    frame === null ? "" : `${hex(machineOf(frame))}:m`,
    says,
  ]);
  if (rows.length > 0) return inColumns(rows);
  throw new UserError(`${subject.name} has no pages; ask for ${WITH_PAGES}`);
}

function list(context: Context, argument: string): string {
  const { trace, moment } = context.session;
  if (trace.count === 0) throw new UserError("the trace has no events");
  const half = LISTED / 2;
  let first = (context.listed ?? moment - half) + 1;
  if (argument === "-") first = (context.listed ?? moment + half) - 2 * LISTED + 1;
  else if (argument !== "") first = momentOf(trace, argument) - half + 1;
  if (argument === "" && context.listed === trace.count) throw new UserError("the trace ends here");
  first = Math.max(1, Math.min(first, trace.count));
  const last = Math.min(first + LISTED - 1, trace.count);
  context.listed = last;
  return [...trace.events(first, last)]
    .map((recorded) => {
      const arrow = recorded.seq === moment ? "=> " : "   ";
      return `${arrow}${tracedLine(trace, recorded)}`;
    })
    .join("\n");
}

function display(context: Context, argument: string): string {
  const { displays } = context;
  if (argument !== "") {
    const shown = { number: (displays.at(-1)?.number ?? 0) + 1, text: argument };
    const text = context.displayed(shown);
    displays.push(shown);
    return text;
  }
  if (displays.length === 0) throw new UserError("nothing is on display; write display gatt[0x42]");
  return displays.map((shown) => context.displayed(shown)).join("\n");
}

async function history({ session, signal }: Context, argument: string): Promise<string> {
  const { travel, trace, moment } = session;
  if (argument === "") throw new UserError("say whose history: history gatt[0x42]");
  const subject = subjectNamed(trace, argument);
  const lines: string[] = [];
  for (const piece of chunksOf({ from: 1, to: moment, backwards: true })) {
    for (const recorded of travel.changes(subject, piece)) {
      if (lines.length === MOST) {
        const rest = `older ones: gartrace history TRACE ${subject.name} --before #${recorded.seq}`;
        return [...lines, rest].join("\n");
      }
      lines.push(tracedLine(trace, recorded));
    }
    if (piece.from > 1 && (await isInterrupted(signal))) {
      lines.push(`interrupted; what is older than #${piece.from} was not read`);
      break;
    }
  }
  return lines.length > 0 ? lines.join("\n") : `nothing changed ${subject.name} up to #${moment}`;
}

function other(context: Context): string {
  const { here, travel } = context.session;
  if (context.other === null)
    throw new UserError("there is one trace only; begin with two: gartrace debug TRACE TRACE2");
  if (here === undefined) throw new UserError("nothing has happened yet in either trace");
  const partners = context.other.partnersOf(here);
  if (partners === null)
    return `gartrace diff does not compare what is like #${here.seq}, so it has no partner in ${context.other.name}`;
  const [partner] = partners;
  if (partner === undefined)
    return `${context.other.name} has no partner of #${here.seq}: this happened here alone`;
  const theirs = context.other.travel;
  const withCauses = (recorded: Recorded, of: typeof travel) => ({
    recorded,
    causes: of.causes(recorded),
    virtBase: of.trace.about.virtBase,
  });
  const lines = partners.map((one) => tracedLine(theirs.trace, one));
  const rows = addressRows([withCauses(here, travel), withCauses(partner, theirs)]);
  const addresses = rows.map(([space, , a, b]) => [space!, a!, b!]);
  if (addresses.every(([, a, b]) => a === "-" && b === "-")) return lines.join("\n");
  return [...lines, inColumns(addresses, ["", context.name, context.other.name])].join("\n");
}
