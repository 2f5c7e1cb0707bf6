// sight.ts - all that the page shows while its slider moves, in one answer: the state at a moment, rows, and a map.
//
// One question to a moment: a second one behind the first would wait for it, and for the screen in between.

import { packed } from "../answer/bytes.ts";
import type { SightHead } from "../answer/heads.ts";
import { mapOf } from "./maps.ts";
import { momentAnswer } from "./moment.ts";
import type { PageTrace } from "./open-trace.ts";
import type { Question } from "./question.ts";
import { rowsBetween } from "./rows.ts";

export function sightAnswer(pageTrace: PageTrace, question: Question): Uint8Array {
  const state = pageTrace.travel.stateAt(question.at(pageTrace.trace));
  const name = question.text("map");
  const picture = name === null ? null : mapOf(pageTrace, name, state);
  const head: SightHead = {
    moment: momentAnswer(pageTrace, state),
    rows: question.text("from") === null ? [] : rowsBetween(pageTrace, question).rows,
    map: picture?.head ?? null,
  };
  return packed(head, picture?.cells ?? new Uint8Array(0));
}
