// verdict.tsx - what is right and wrong, by sign, word and colour.

import type { Row } from "../answer/shapes.ts";

const right = ["identity", "translated", "right", "alike"];
const open = ["unknown", "undecided"];

export const toneOf = (word: string): "right" | "wrong" | "open" => {
  if (right.includes(word)) return "right";
  return open.includes(word) ? "open" : "wrong";
};
const signs = { right: "✓", wrong: "✕", open: "?" } as const;

export function Verdict({ word }: { word: string }) {
  const tone = toneOf(word);
  return (
    <span class={`verdict ${tone}`}>
      <span aria-hidden="true">{signs[tone]}</span> {word}
    </span>
  );
}

/** What is said of an event: its verdict, or the check that found it. */
export function RowVerdict({ row }: { row: Row }) {
  if (row.check !== null) return <Verdict word={row.check} />;
  return row.verdict === null ? null : <Verdict word={row.verdict} />;
}
