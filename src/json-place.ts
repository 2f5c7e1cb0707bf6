// json-place.ts - where in a JSON text a value stands, or where the text ceases to be JSON, for messages.

/** A place in a text, both from 1. */
export interface Place {
  readonly line: number;
  readonly column: number;
}

/** The place of the deepest value on the path that is there; of a name, where its `key` is asked for. */
export const placeOf = (text: string, path: readonly PropertyKey[], key = false): Place =>
  placeAt(text, new Scan(text).find(path, key));

/** The place of the first character that no JSON text could have there. */
export const brokenAt = (text: string): Place => placeAt(text, new Scan(text).broken());

function placeAt(text: string, at: number): Place {
  const lines = text.slice(0, at).split("\n");
  return { line: lines.length, column: lines.at(-1)!.length + 1 };
}

const word = /"(?:[^"\\\n]|\\.)*"|true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;

class Scan {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  /** Where the value on the path begins, or its name; of a text that is JSON. */
  find(path: readonly PropertyKey[], key: boolean): number {
    this.#space();
    const start = this.#at;
    const [step, ...rest] = path;
    if (step === undefined) return start;
    const isList = this.#next() === "[";
    if (!isList && this.#next() !== "{") return start;
    this.#at++;
    for (let i = 0; ; i++) {
      this.#space();
      if (this.#next() === "]" || this.#next() === "}") return start;
      const from = this.#at;
      const name = isList ? i : this.#name();
      if (name === step) return key && rest.length === 0 ? from : this.find(rest, key);
      this.#value();
      this.#space();
      if (this.#next() === ",") this.#at++;
    }
  }

  /** Where the one value of the text ends being one. */
  broken(): number {
    if (this.#value()) this.#space();
    return this.#at;
  }

  /** The character in hand; undefined behind the last. */
  #next(): string | undefined {
    return this.#text[this.#at];
  }

  #name(): string {
    const start = this.#at;
    this.#word();
    const name = JSON.parse(this.#text.slice(start, this.#at)) as string;
    this.#space();
    this.#at++;
    return name;
  }

  /** Passes over a value; false where it is none, and stops at what is wrong with it. */
  #value(): boolean {
    this.#space();
    const close = { "[": "]", "{": "}" }[this.#next() ?? ""];
    if (close === undefined) return this.#word();
    this.#at++;
    this.#space();
    for (let isFirst = true; isFirst || this.#next() !== close; isFirst = false) {
      if (isFirst && this.#next() === close) break;
      if (!isFirst && !this.#mark(",")) return false;
      this.#space();
      if (close === "}" && !(this.#next() === '"' && this.#word() && this.#mark(":"))) return false;
      if (!this.#value()) return false;
      this.#space();
    }
    this.#at++;
    return true;
  }

  #word(): boolean {
    word.lastIndex = this.#at;
    const found = word.exec(this.#text)?.[0];
    this.#at += found?.length ?? 0;
    return found !== undefined;
  }

  #mark(mark: string): boolean {
    this.#space();
    if (this.#next() !== mark) return false;
    this.#at++;
    return true;
  }

  #space(): void {
    while (/[ \t\r\n]/.test(this.#next() ?? "")) this.#at++;
  }
}
