// shape-of.ts - every answer that a test sees is of the shape that its command promises.

import { answers, lines } from "../src/shape/index.ts";
import type { AnswerName } from "../src/shape/versions.ts";

/** Checks what a command printed for --json; throws where it is of another shape. */
export function assertShape(words: readonly string[], stdout: string): void {
  if (!words.includes("--json") || stdout === "") return;
  const stream = { events: lines.event, history: lines["history-line"], query: lines.row }[
    words[0]!
  ];
  if (stream !== undefined) {
    for (const line of stdout.trimEnd().split("\n")) stream.parse(JSON.parse(line));
    return;
  }
  const answer: unknown = JSON.parse(stdout);
  answers[nameOf(words, answer as object)].parse(answer);
}

/** Some commands have two answers, by what they are asked. */
function nameOf([command, ...rest]: readonly string[], answer: object): AnswerName {
  switch (command) {
    case "diff":
      return rest.includes("--matrix") ? "diff-folder" : "diff";
    case "info":
      return rest.includes("--space") ? "space" : "info";
    case "explain":
      return "word" in answer ? "explain-word" : "explain";
    case "mark":
      return "marks" in answer ? "marks" : "mark";
    case "state":
      return "subjects" in answer ? "subjects" : "state";
    default:
      return command as AnswerName;
  }
}
