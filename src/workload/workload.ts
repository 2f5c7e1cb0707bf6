// workload.ts - what a client asks of the driver, as data: operations in order, under a name, and their file.

import { z } from "zod";
import { UserError } from "../fault.ts";
import { listSchema, type Operation, unnumbered } from "./operation.ts";
import { Walk } from "./wander.ts";

const workloadSchema = z.strictObject({
  workload: z.string().min(1),
  ops: listSchema.check(({ value, issues }) => {
    const complain = (input: unknown, path: PropertyKey[], message: string) =>
      issues.push({ code: "custom", input, path, message });
    const processes = new Set<number>();
    let number = 0;
    value.forEach((operation, position) => {
      const { op, i } = operation;
      if (i !== undefined && i !== number) complain(i, [position, "i"], `expected ${number}`);
      if (op !== "comment") number++;
      if (!("pid" in operation)) return;
      if (op === "proc") processes.add(operation.pid);
      else if (!processes.has(operation.pid))
        complain(
          operation.pid,
          [position, "pid"],
          "expected a process that a proc before it makes",
        );
    });
  }),
});

/** Operations that are worked out one by one, in a few words: how many, and the seed of the walk. */
const walkSchema = z.strictObject({
  workload: z.string().min(1),
  wander: z.strictObject({ ops: z.int().min(1), seed: z.int().min(0).max(0xffffffff) }),
});

/** Operations in order: a list, or a walk that makes them as they are asked for. */
export type Operations = Iterable<Operation> &
  Pick<readonly Operation[], "length"> & { entries(): Iterable<[number, Operation]> };

export interface Workload {
  readonly name: string;
  readonly operations: Operations;
}

/** Reads a workload from JSON text; `from` names it in messages. */
export function parseWorkload(text: string, from: string): Workload {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw new UserError(`${from} is not JSON: ${(error as Error).message}`);
  }
  if (typeof json === "object" && json !== null && "wander" in json) {
    const { workload: name, wander } = checked(walkSchema, json, from);
    return { name, operations: new Walk(wander.ops, wander.seed) };
  }
  const { workload: name, ops } = checked(workloadSchema, json, from);
  return { name, operations: ops.flatMap(unnumbered) };
}

function checked<T>(schema: z.ZodType<T>, json: unknown, from: string): T {
  const parsed = schema.safeParse(json);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0]!;
  throw new UserError(`${from}: ${pathOf(issue.path)}: ${issue.message}`);
}

/** A walk of so many operations, the same for the same seed. */
export const wander = (ops: number, seed: number): Workload => ({
  name: "wander",
  operations: new Walk(ops, seed),
});

/** The workload as a file holds it. */
export const workloadText = ({ name, operations }: Workload): string =>
  JSON.stringify(
    operations instanceof Walk
      ? { workload: name, wander: { ops: operations.length, seed: operations.seed } }
      : { workload: name, ops: operations },
  );

/** ops[3].pages */
const pathOf = (path: readonly PropertyKey[]): string =>
  path
    .map((step, i) =>
      typeof step === "number" ? `[${step}]` : `${i > 0 ? "." : ""}${String(step)}`,
    )
    .join("") || "the workload";
