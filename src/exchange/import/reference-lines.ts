// reference-lines.ts - a line of a reference recording, checked: its number, its op and what it says.

import { z } from "zod";
import { natural } from "./reference-fields.ts";
import { fromDevice } from "./reference-names.ts";
import { shapesFrom } from "./reference-shapes.ts";
import { checked, type Refuse } from "./text-lines.ts";

type Shapes = ReturnType<typeof shapesFrom>;
export type Shape = keyof Shapes;
export type FieldsOf<S extends Shape> = z.output<Shapes[S]>;
/** A line: its shape and the fields of that shape. */
export type Line = { [S in Shape]: readonly [S, FieldsOf<S>] }[Shape];

/** What every line after the first has. */
const anyLine = z.looseObject({
  n: natural,
  op: natural,
  ev: z.string(),
  count: natural.optional(),
  per_page: z.array(z.unknown()).optional(),
});

interface Numbered {
  /** The event's number, and how many numbers the line stands for. */
  readonly n: number;
  readonly width: number;
  readonly op: number;
  readonly line: Line;
}

/** Checks the lines of a recording whose kernel addresses are from that base up. */
export class Lines {
  readonly #shapes: Shapes;
  readonly #refuse: Refuse;

  constructor(base: bigint, refuse: Refuse) {
    this.#shapes = shapesFrom(base);
    this.#refuse = refuse;
  }

  /** Checks a line's JSON. */
  read(json: unknown): Numbered {
    const { n, op, count, per_page, ...said } = checked(anyLine, json, this.#refuse);
    const shape = shapeOf(said);
    if (!Object.hasOwn(this.#shapes, shape))
      throw this.#refuse(`ev '${said.ev}' is not read yet; known: ${this.#events.join(", ")}`);
    const schema: z.ZodType = this.#shapes[shape as Shape];
    const fields = checked(schema, json, this.#refuse);
    const width = per_page === undefined ? 1 : per_page.length * (count ?? 0);
    return { n, width, op, line: [shape, fields] as unknown as Line };
  }

  get #events(): string[] {
    return Object.keys(this.#shapes).filter((shape) => !shape.includes("."));
  }
}

/** Which of the things that its `ev` can say a line says: a call that gave nothing has a null for it. */
function shapeOf({ ev, fn, kind, virt, cookie }: { ev: string; [field: string]: unknown }): string {
  if (virt === null || cookie === null) return `${ev}.failed`;
  if (ev === "ioremap" && kind === "mmio") return "ioremap.mmio";
  if (ev === "xlate" && Object.hasOwn(fromDevice, String(fn))) return "xlate.back";
  return ev;
}
