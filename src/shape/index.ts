// index.ts - the shape of each answer that a command prints with --json, of each line of a stream, and of input.

import { z } from "zod";
import { launchConfiguration } from "../debug/launch-configuration.ts";
import { probesFile } from "../exchange/import/kernel/probes.ts";
import { jsonlHeader } from "../exchange/jsonl-header.ts";
import { workloadFile } from "../workload/workload.ts";
import * as one from "./of-a-trace.ts";
import * as some from "./of-traces.ts";
import { eventShape, verdict } from "./parts.ts";
import { type AnswerName, versions, type versionsUnsaid } from "./versions.ts";

const bodies: { readonly [A in AnswerName]: z.ZodRawShape } = {
  blame: one.blame,
  check: one.check,
  diff: some.diff,
  "diff-folder": some.diffFolder,
  explain: one.explain,
  "explain-word": one.explainWord,
  fork: one.fork,
  import: one.importAnswer,
  info: one.info,
  list: one.list,
  mark: one.mark,
  marks: one.marks,
  matrix: some.matrix,
  record: one.record,
  space: one.space,
  state: one.state,
  subjects: one.subjects,
  verify: one.verify,
  why: one.why,
  xlate: some.xlate,
};

/** Answers that are one object, each with its version. */
export const answers = Object.fromEntries(
  Object.entries(bodies).map(([name, body]) => [
    name,
    z.strictObject({ version: z.literal(versions[name as AnswerName]), ...body }),
  ]),
) as unknown as { readonly [A in AnswerName]: z.ZodType };

/** Streams: one object a line, without a header. */
export const lines = {
  event: eventShape({ placed: z.literal("by inference").optional() }),
  "history-line": eventShape({ verdict: verdict.nullable() }),
  row: z.record(z.string(), z.union([z.string(), z.number(), z.null()])),
} as const;

/**
 * What users write: a workload, the first of their own lines (the others are events), what their own kprobes show,
 * and the launch configuration of an editor.
 */
export const inputs = {
  workload: workloadFile,
  header: jsonlHeader,
  probes: probesFile,
  launch: launchConfiguration,
} as const;

const unsaid: { readonly [N in keyof typeof versionsUnsaid]: z.ZodType } = { ...lines, ...inputs };

export const shapes: { readonly [name: string]: z.ZodType } = { ...answers, ...unsaid };

/** The JSON Schema of a shape: of what a reader meets, or of what a writer may write. */
export const jsonSchemaOf = (name: string): object =>
  z.toJSONSchema(shapes[name]!, { io: "input", unrepresentable: "any" });
