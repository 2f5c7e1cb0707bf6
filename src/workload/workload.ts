// workload.ts - what a client asks of the driver, as data: the operations of the reference's ops.json.

import { z } from "zod";
import { UserError } from "../fault.ts";

const slot = z.int().min(0).max(1023);
const pages = z.int().min(-1).max(0xffffffff);
const flag = z.union([z.literal(0), z.literal(1)]);

/** In a file an operation may carry its number, which must be its place in the list. */
const operation = <const N extends string, S extends z.ZodRawShape>(name: N, shape: S) =>
  z.strictObject({ op: z.literal(name), i: z.int().optional(), ...shape });

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

const list = z.array(z.discriminatedUnion("op", operations)).min(1);

const workloadSchema = z.strictObject({
  workload: z.string().min(1),
  ops: list.check(({ value, issues }) => {
    value.forEach(({ i }, place) => {
      if (i !== undefined && i !== place)
        issues.push({ code: "custom", input: i, path: [place, "i"], message: `expected ${place}` });
    });
  }),
});

type Unnumbered<T> = T extends unknown ? Omit<T, "i"> : never;
export type Operation = Unnumbered<z.output<typeof list>[number]>;
export interface Workload {
  readonly name: string;
  readonly operations: readonly Operation[];
}

/** Reads a workload from JSON text; `from` names it in messages. */
export function parseWorkload(text: string, from: string): Workload {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw new UserError(`${from} is not JSON: ${(error as Error).message}`);
  }
  const parsed = workloadSchema.safeParse(json);
  if (!parsed.success) {
    const issue = parsed.error.issues[0]!;
    throw new UserError(`${from}: ${pathOf(issue.path)}: ${issue.message}`);
  }
  const { workload: name, ops } = parsed.data;
  return { name, operations: ops.map(({ i: _, ...operation }) => operation) };
}

/** The workload as a file holds it. */
export const workloadText = ({ name, operations }: Workload): string =>
  JSON.stringify({ workload: name, ops: operations });

/** ops[3].pages */
const pathOf = (path: readonly PropertyKey[]): string =>
  path
    .map((step, i) =>
      typeof step === "number" ? `[${step}]` : `${i > 0 ? "." : ""}${String(step)}`,
    )
    .join("") || "the workload";
