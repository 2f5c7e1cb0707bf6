// workload.ts - what a client asks of the driver, as data: operations in order, under a name, and their file.

import { z } from "zod";
import { UserError } from "../fault.ts";
import { placeOf } from "../json-place.ts";
import type { Platform } from "../platform/platform.ts";
import { isBlockCall, type KernelCall, kernelCallSchema } from "./kernel-calls.ts";
import { type KernelMachine, machineSchema, misfit, withMachine } from "./kernel-machine.ts";
import { listSchema, type Operation, unnumbered } from "./operation.ts";
import { Walk } from "./wander.ts";

/** A workload's name stands in the trace and in messages. */
const name = z
  .string()
  .min(1)
  .regex(/^\P{Cc}*$/u, "expected no control characters");

export const workloadFile = z.strictObject({
  workload: name,
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
  workload: name,
  wander: z.strictObject({ ops: z.int().min(1), seed: z.int().min(0).max(0xffffffff) }),
});

/** Calls of the kernel's own DMA code, on a machine of their own: the reference's form, what it says of itself included. */
const scriptSchema = z.strictObject({
  name,
  what: z.string().optional(),
  source: z.string().optional(),
  machine: machineSchema,
  seed: z.int().nullable().optional(),
  ops: z.array(kernelCallSchema),
});

/** The machine of a script, and its text, in whose lines complaints are found. */
export interface Script {
  readonly machine: KernelMachine;
  readonly json: { readonly machine: object; readonly ops: readonly object[] };
  readonly text: string;
  readonly from: string;
}

/** Operations in order: a list, or a walk that makes them as they are asked for. */
export type Operations = Iterable<Operation> &
  Pick<readonly Operation[], "length"> & { entries(): Iterable<[number, Operation]> };

export interface Workload {
  readonly name: string;
  readonly operations: Operations;
  /** Set where it calls the kernel's DMA code itself. */
  readonly script?: Script | undefined;
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
    const { workload: name, wander } = checked(walkSchema, json, { text, from });
    return { name, operations: new Walk(wander.ops, wander.seed) };
  }
  if (typeof json === "object" && json !== null && "machine" in json)
    return scriptOf(json, text, from);
  const { workload: name, ops } = checked(workloadFile, json, { text, from });
  return { name, operations: ops.flatMap(unnumbered) };
}

/**
 * A workload of this program's own. It is parsed when its operations are first asked for: all of them at once cost a
 * command that runs one, or none, 50 ms.
 */
export function builtIn(name: string, json: object): Workload {
  let parsed: Workload | undefined;
  const whole = () => {
    parsed ??= parseWorkload(JSON.stringify(json), name);
    return parsed;
  };
  return {
    name,
    get operations() {
      return whole().operations;
    },
    get script() {
      return whole().script;
    },
  };
}

function scriptOf(json: object, text: string, from: string): Workload {
  const { name, machine, ops } = checked(scriptSchema, json, { text, from });
  const script = json as Script["json"];
  const operations = ops.map((call, i): Operation => ({ op: "call", call, given: script.ops[i]! }));
  const input = { machine: script.machine, ops: script.ops };
  return { name, operations, script: { machine, json: input, text, from } };
}

/** Whether a script is about the block layer. */
export const isBlockScript = ({ json }: Script): boolean =>
  (json.ops as readonly KernelCall[]).some(isBlockCall);

/** The platform on which a workload runs: a script's machine is a variant of it, and has to be one that it can have. */
export function platformFor(platform: Platform, { script }: Workload): Platform {
  if (script === undefined) return platform;
  const found = misfit(platform, script.json.machine, script.json.ops);
  if (found !== null) throw complaint(script, found.path, found.why);
  return withMachine(platform, script.machine, isBlockScript(script));
}

function checked<T>(schema: z.ZodType<T>, json: unknown, where: Pick<Script, "text" | "from">): T {
  const parsed = schema.safeParse(json);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0]!;
  throw complaint(where, issue.path, issue.message);
}

function complaint(
  { text, from }: Pick<Script, "text" | "from">,
  path: readonly PropertyKey[],
  why: string,
): UserError {
  return new UserError(`${from}:${placeOf(text, path).line}: ${pathOf(path)}: ${why}`);
}

/** A walk of so many operations, the same for the same seed. */
export const wander = (ops: number, seed: number): Workload => ({
  name: "wander",
  operations: new Walk(ops, seed),
});

/** The workload as a file holds it. */
export function workloadText({ name, operations, script }: Workload): string {
  if (script !== undefined) return JSON.stringify({ name, ...script.json });
  return JSON.stringify(
    operations instanceof Walk
      ? { workload: name, wander: { ops: operations.length, seed: operations.seed } }
      : { workload: name, ops: operations },
  );
}

/** ops[3].pages */
const pathOf = (path: readonly PropertyKey[]): string =>
  path
    .map((step, i) =>
      typeof step === "number" ? `[${step}]` : `${i > 0 ? "." : ""}${String(step)}`,
    )
    .join("") || "the workload";
