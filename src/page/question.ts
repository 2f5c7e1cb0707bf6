// question.ts - what the page asks: a name and some parameters, each checked before it is used.

import type { Side } from "../answer/shapes.ts";
import { sides } from "../answer/shapes.ts";
import { UserError } from "../fault.ts";
import { momentOf } from "../replay/position.ts";
import type { Trace } from "../replay/trace.ts";

export class Question {
  readonly #parameters: URLSearchParams;

  constructor(parameters: URLSearchParams) {
    this.#parameters = parameters;
  }

  /** Null where it was not said. */
  text(name: string): string | null {
    const text = this.#parameters.get(name);
    return text === "" ? null : text;
  }

  /** A whole number between two others, both included. */
  number(name: string, low: number, high: number, otherwise?: number): number {
    const text = this.text(name);
    if (text === null && otherwise !== undefined) return otherwise;
    const number = /^\d{1,15}$/.test(text ?? "") ? Number(text) : Number.NaN;
    if (!(number >= low && number <= high))
      throw new UserError(`${name} is '${text ?? ""}'; it goes from ${low} to ${high}`);
    return number;
  }

  one<const N extends string>(name: string, known: readonly N[], otherwise?: N): N {
    const text = this.text(name) ?? otherwise;
    const found = known.find((one) => one === text);
    if (found === undefined)
      throw new UserError(`${name} is '${text ?? ""}'; known: ${known.join(", ")}`);
    return found;
  }

  get side(): Side {
    return this.one("trace", sides, "a");
  }

  /** Which of the two neighbours is asked for. */
  get isForward(): boolean {
    return this.one("direction", ["next", "previous"]) === "next";
  }

  /** A moment as the command line names it. */
  at(trace: Trace): number {
    return momentOf(trace, this.text("at") ?? "end");
  }
}
