// evaluate.ts - what an expression says where one stands: a field of the event, a subject, a comparison.

import { hex } from "../address.ts";
import { declarationOf, type Recorded } from "../event/vocabulary.ts";
import { UserError } from "../fault.ts";
import { momentOf } from "../replay/position.ts";
import { type Subject, subjectNamed } from "../replay/subject.ts";
import { subjectText } from "../report/subject-text.ts";
import { inColumns } from "../report/text.ts";
import { conditionOf, fieldOf, fieldsNamed } from "./condition.ts";
import type { Session } from "./session.ts";

/** What can be written after `print`, for messages and help. */
export const expressions =
  "a field of the event (entry, verdict), a subject (gatt[0x42], p2m[0x1230], reg:ATTBASE), a subject at another " +
  "moment (gatt[0x42]@op:3), a comparison (entry >= 0x40 and verdict == stale), or nothing for the whole event";

export const isComparison = (text: string): boolean => /[=<>]|\b(and|or|not)\b/.test(text);

/** The value as text; a UserError says what of the expression is wrong, and where. */
export function evaluate(session: Session, expression: string): string {
  const text = expression.trim();
  const { here, travel, trace } = session;
  if (text === "") return inColumns(fieldsOf(session, needed(here)).map(([...row]) => row));
  if (fieldsNamed(text).length > 0) {
    const recorded = needed(here);
    const value = fieldText(session, recorded, text);
    if (value !== undefined) return value;
    throw new UserError(`#${recorded.seq} is ${recorded.event.kind}, which has no ${text}`);
  }
  if (isComparison(text)) {
    const recorded = needed(here);
    const candidate = {
      recorded,
      verdict: () => travel.verdict(recorded),
      virtBase: trace.about.virtBase,
    };
    return conditionOf(text).holds(candidate) ? "yes" : "no";
  }
  const [subject, moment] = subjectAndMoment(session, text);
  return subjectText(travel, subject, travel.stateAt(moment));
}

/** A subject and the moment it is asked for: "gatt[0x42]@op:3", or one without the other. */
export function subjectAndMoment({ trace, moment }: Session, text: string): [Subject, number] {
  const at = text.lastIndexOf("@");
  const subject = subjectNamed(trace, (at < 0 ? text : text.slice(0, at)).trim());
  return [subject, at < 0 ? moment : momentOf(trace, text.slice(at + 1).trim())];
}

/** Every field of an event by name, as text; what is not known is left out. */
export function fieldsOf(
  { travel, trace }: Pick<Session, "travel" | "trace">,
  recorded: Recorded,
): [string, string][] {
  const { virtBase } = trace.about;
  const candidate = { recorded, verdict: () => travel.verdict(recorded), virtBase };
  const { fields } = declarationOf(recorded.event.kind);
  const names = new Set(["seq", "op", "kind", "actor", "place", "at", ...Object.keys(fields)]);
  return [...names, "cause", "verdict"].flatMap((name) => {
    const value = fieldOf(candidate, name);
    return value === null ? [] : [[name, spoken(value, fields[name]?.hex === true)]];
  });
}

/** A field of an event as text, by its present or its former name; undefined where the event has none. */
export function fieldText(
  session: Pick<Session, "travel" | "trace">,
  recorded: Recorded,
  word: string,
): string | undefined {
  const names = fieldsNamed(word);
  return fieldsOf(session, recorded).find(([name]) => names.includes(name))?.[1];
}

function spoken(value: unknown, isHex: boolean): string {
  if (typeof value === "string") return value;
  if (typeof value === "bigint" || (isHex && typeof value === "number")) return hex(value);
  return JSON.stringify(value);
}

function needed(here: Recorded | undefined): Recorded {
  if (here !== undefined) return here;
  throw new UserError(
    "nothing has happened yet, so there is no event here; 'step' goes to the first",
  );
}
