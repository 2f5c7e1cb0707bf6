// answers.ts - what a trace answers to every kind of question, asked in-process: an answer, a refusal, or a bug.

import { createHash } from "node:crypto";
import { answerOf } from "../../src/diff/comparison.ts";
import { compare } from "../../src/diff/diff.ts";
import { UserError } from "../../src/fault.ts";
import { prove } from "../../src/library/prove.ts";
import { openTrace, readerOf, type Trace } from "../../src/library/trace.ts";
import { stateText } from "../../src/report/state-text.ts";
import { troubleBehind } from "../../src/store/trouble.ts";

/** "= TEXT" is an answer, "refused: TEXT" a sentence to the user. */
type Said = `= ${string}` | `refused: ${string}`;
export type Answers = ReadonlyMap<string, Said>;

const digestOf = (texts: Iterable<string>): string => {
  const hash = createHash("sha256");
  for (const text of texts) hash.update(`${text}\n`);
  return hash.digest("hex");
};

function* eventsOf(trace: Trace): Generator<string> {
  for (const recorded of trace.events()) yield trace.text(recorded);
}

const stateAt = (trace: Trace, part: number): string =>
  digestOf([stateText(trace.state(Math.floor(trace.count * part)), readerOf(trace))]);

const questions: { readonly [name: string]: (trace: Trace) => string } = {
  info: (trace) =>
    JSON.stringify([trace.count, trace.torn, trace.word, trace.judgement, trace.sources], bigints),
  about: (trace) => JSON.stringify(trace.about, bigints),
  events: (trace) => digestOf(eventsOf(trace)),
  ops: (trace) =>
    JSON.stringify(
      [...trace.ops()].map((op) => [op.op, op.name, op.arguments, op.result, op.first, op.last]),
    ),
  marks: (trace) => JSON.stringify(trace.marks()),
  ...Object.fromEntries(
    [0, 0.3, 0.6, 0.9, 1].map((part) => [
      `state at ${part}`,
      (trace: Trace) => stateAt(trace, part),
    ]),
  ),
  history: (trace) =>
    digestOf([...trace.history("gatt[0x0..0x40]")].map((recorded) => JSON.stringify(recorded))),
  why: (trace) => JSON.stringify(trace.why("gatt[0x1]")),
  wrong: (trace) =>
    JSON.stringify([...trace.events({ wrong: true })].map(({ seq }) => [seq, trace.wrong(seq)])),
  sql: (trace) =>
    JSON.stringify(
      trace.query("SELECT kind, count(*), max(machine), min(text) FROM events GROUP BY kind").rows,
    ),
  "diff with itself": (trace) =>
    JSON.stringify(answerOf(compare(readerOf(trace), readerOf(trace)))),
};

const bigints = (_: string, value: unknown): unknown =>
  typeof value === "bigint" ? `${value}` : value;

/**
 * Every answer of the trace in a file; an error that is no sentence to the user is thrown. One opening serves all, for
 * it takes longer than most answers; behind a refusal the trace is opened anew.
 */
export function answersOf(path: string): Answers {
  const answers = new Map<string, Said>();
  let trace: Trace | null = null;
  try {
    for (const [name, ask] of Object.entries(questions)) {
      try {
        trace ??= openTrace(path);
        answers.set(name, `= ${ask(trace)}`);
      } catch (error) {
        const refused = refusalOf(path, trace, error);
        // What is not opened is refused to every question.
        if (trace === null) return new Map(Object.keys(questions).map((each) => [each, refused]));
        answers.set(name, refused);
        trace.close();
        trace = null;
      }
    }
  } finally {
    trace?.close();
  }
  return answers;
}

/** The sentence to the user, as every command has it told; any other error is thrown. */
function refusalOf(path: string, trace: Trace | null, error: unknown): Said {
  const told = trace === null ? error : troubleBehind([path], [readerOf(trace)], error);
  if (!(told instanceof UserError)) throw told;
  return `refused: ${told.message.replaceAll(path, "TRACE")}`;
}

/** What verify complains of; null where it says that all holds. */
export function toldBy(path: string): string | null {
  let trace: Trace | null = null;
  try {
    trace = openTrace(path);
    const complaints = complaintsOf(trace);
    return complaints.length === 0 ? null : `= ${JSON.stringify(complaints)}`;
  } catch (error) {
    return refusalOf(path, trace, error);
  } finally {
    trace?.close();
  }
}

function complaintsOf(trace: Trace): unknown[] {
  const found = prove(readerOf(trace), () => {});
  const { file, differed, digest, signatures, keyframes, judgement, again } = found;
  return [
    ...file,
    ...(trace.torn ? ["torn"] : []),
    ...(differed > 0 ? [`replay differs ${differed} times`] : []),
    ...(digest === false ? ["digest"] : []),
    ...(signatures.wrong === null ? [] : ["ops"]),
    ...(keyframes?.wrong == null ? [] : ["keyframes"]),
    ...(judgement?.same === false ? ["judgement"] : []),
    ...(again?.same === false ? ["run again"] : []),
  ];
}

/**
 * Holds a changed trace against its sound twin: each answer is the twin's, or a refusal, or verify tells. The complaint
 * where one is otherwise.
 */
export function complaintOf(path: string, sound: Answers): string | null {
  const changed = answersOf(path);
  for (const [question, said] of changed) {
    if (said.startsWith("refused: ") || said === sound.get(question)) continue;
    if (toldBy(path) !== null) return null;
    return `${question} is answered otherwise, and verify holds: ${said.slice(0, 200)}`;
  }
  return null;
}
