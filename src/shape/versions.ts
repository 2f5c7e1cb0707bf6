// versions.ts - the version of each shape: an answer begins with it, lines and what users write do not say it.
//
// Whoever changes a shape gives it the next number here; test/shape/ holds both to each other.

export const versions = {
  blame: 1,
  check: 1,
  diff: 4,
  "diff-folder": 1,
  "explain-word": 1,
  explain: 1,
  fork: 1,
  import: 1,
  info: 3,
  list: 1,
  mark: 1,
  marks: 1,
  matrix: 3,
  record: 1,
  space: 1,
  state: 1,
  subjects: 4,
  verify: 2,
  why: 3,
  xlate: 2,
} as const;
export type AnswerName = keyof typeof versions;

/** Of a line of a stream, which has no header, and of what users write. */
export const versionsUnsaid = {
  event: 1,
  "history-line": 1,
  row: 1,
  workload: 1,
  header: 1,
  probes: 1,
  launch: 1,
} as const;
