// workload.ts - what a client asks of the driver, as data: the operations of the reference's ops.json.

import { z } from "zod";
import { presentArguments } from "../event/op.ts";
import { UserError } from "../fault.ts";
import { dmaOperations } from "./dma-operations.ts";
import { operation, processOperations } from "./process-operations.ts";
import { Walk } from "./wander.ts";

const slot = z.int().min(0).max(1023);
const pages = z.int().min(-1).max(0xffffffff);
const flag = z.union([z.literal(0), z.literal(1)]);

/** Each operation by name, with its arguments. Slots hold what alloc gave; an empty one is NULL. */
const operations = [
  /** Loads the driver, which finds its bridge and sets it up; unloads it. */
  operation("init", {}),
  operation("cleanup", {}),
  operation("acquire", {}),
  operation("release", {}),
  operation("info", {}),
  /** agp_enable with the mode that info gives, as testgart does. */
  operation("enable_info", {}),
  /** -1 pages is (size_t)-1. */
  operation("alloc", { slot, pages, type: z.int().nonnegative().default(0) }),
  operation("bind", {
    slot,
    pg_start: z
      .int()
      .min(-(2 ** 31))
      .max(2 ** 31 - 1),
  }),
  operation("unbind", { slot }),
  operation("free", { slot }),
  /** A moment to compare the whole table at. */
  operation("dump", { tag: z.string() }),
  /** From here on, page allocations above this order fail; -1 lets every one fail. */
  operation("maxorder", { max_order: z.int().min(-1) }),
  /** From here on, page allocations fail after so many more; -1 never. */
  operation("failafter", { count: z.int().min(-1) }),
  /** From here on, ioremap of RAM fails, or does not. */
  operation("failioremap", { on: flag }),
] as const;

const anyOperation = z.looseObject({ op: z.string() });
const list = z
  .array(
    z.preprocess(
      (json) => {
        const { data } = anyOperation.safeParse(json);
        return data === undefined ? json : presentArguments(data.op, data);
      },
      z.discriminatedUnion("op", [...operations, ...processOperations, ...dmaOperations]),
    ),
  )
  .min(1);

const workloadSchema = z.strictObject({
  workload: z.string().min(1),
  ops: list.check(({ value, issues }) => {
    const complain = (input: unknown, path: PropertyKey[], message: string) =>
      issues.push({ code: "custom", input, path, message });
    const processes = new Set<number>();
    let number = 0;
    value.forEach((operation, place) => {
      const { op, i } = operation;
      if (i !== undefined && i !== number) complain(i, [place, "i"], `expected ${number}`);
      if (op !== "comment") number++;
      if (!("pid" in operation)) return;
      if (op === "proc") processes.add(operation.pid);
      else if (!processes.has(operation.pid))
        complain(operation.pid, [place, "pid"], "expected a process that a proc before it makes");
    });
  }),
});

/** Operations that are worked out one by one, in a few words: how many, and the seed of the walk. */
const walkSchema = z.strictObject({
  workload: z.string().min(1),
  wander: z.strictObject({ ops: z.int().min(1), seed: z.int().min(0).max(0xffffffff) }),
});

type Listed = z.output<typeof list>[number];
type Unnumbered<T> = T extends unknown ? Omit<T, "i"> : never;
export type Operation = Unnumbered<Exclude<Listed, { readonly op: "comment" }>>;

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

/** An operation as it is performed; a comment is none. */
const unnumbered = ({ i: _, ...operation }: Listed): Operation[] =>
  operation.op === "comment" ? [] : [operation as Operation];

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
