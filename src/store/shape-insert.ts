// shape-insert.ts - shapes of texts on their way into their table, each by its code from then on.

import type { Database, Statement } from "better-sqlite3";
import { build, prepare } from "./schema.ts";

/** Shapes that are remembered; where there are more, they are kept each time they come. */
const MOST_SHAPES = 16384;

export class ShapeInsert {
  readonly #insert: Statement<unknown[]>;
  readonly #codes = new Map<string, number>();
  #count = 0;

  constructor(database: Database) {
    const shape = { code: 0, name: "", text: "" };
    this.#insert = prepare(database, build.insertInto("shape").values(shape));
  }

  /** The code of a shape; `name` is the op's, where it is that of an op's arguments. */
  code(name: string | null, shape: string | null): number {
    const key = `${name ?? ""}\n${shape ?? ""}`;
    let code = this.#codes.get(key);
    if (code === undefined) {
      code = ++this.#count;
      if (this.#codes.size < MOST_SHAPES) this.#codes.set(key, code);
      this.#insert.run(code, name, shape);
    }
    return code;
  }
}
