// answer-reader.ts - asks for answers by their names, as the page does, for a report that holds them.

import type * as z from "zod/mini";
import { shapes } from "../answer/shapes.ts";
import type { Answers } from "./answers.ts";
import type { PageTrace } from "./open-trace.ts";

type Query = { readonly [name: string]: string | number };
type Name = keyof typeof shapes;

export class AnswerReader {
  readonly #answers: Answers;

  constructor(answers: Answers) {
    this.#answers = answers;
  }

  async answer<N extends Name>(name: N, query: Query): Promise<z.infer<(typeof shapes)[N]>> {
    const shape: z.ZodMiniType = shapes[name];
    return shape.parse(await this.#ask(name, query)) as z.infer<(typeof shapes)[N]>;
  }

  /** Bytes as base64. */
  async bytes(name: string, query: Query): Promise<string> {
    return Buffer.from((await this.#ask(name, query)) as Uint8Array).toString("base64");
  }

  /** Of a trace itself. */
  of<T>(side: string, ask: (pageTrace: PageTrace) => T): T {
    return this.#answers.traces.find((trace) => trace.side === side)!.use(ask);
  }

  #ask(name: string, query: Query) {
    const said = Object.entries(query).map(([key, value]): [string, string] => [key, `${value}`]);
    return this.#answers.ask(name, new URLSearchParams(said));
  }
}
