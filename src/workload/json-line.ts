// json-line.ts - in which line of a JSON text the value at a path begins, for messages.

/** The line, from 1, of the deepest value on the path that is there. */
export function lineOf(text: string, path: readonly PropertyKey[]): number {
  const at = new Scan(text).find(path);
  return text.slice(0, at).split("\n").length;
}

/** Walks over a text that is known to be JSON. */
class Scan {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  /** Where the value begins. */
  find(path: readonly PropertyKey[]): number {
    this.#space();
    const start = this.#at;
    const [step, ...rest] = path;
    if (step === undefined) return start;
    const isList = this.#text[this.#at] === "[";
    if (!isList && this.#text[this.#at] !== "{") return start;
    this.#at++;
    for (let i = 0; ; i++) {
      this.#space();
      if (/[\]}]/.test(this.#text[this.#at]!)) return start;
      const name = isList ? i : (JSON.parse(this.#value()) as string);
      if (!isList) this.#past(":");
      if (name === step) return this.find(rest);
      this.#value();
      this.#past(",");
    }
  }

  /** The next value's text, passed over. */
  #value(): string {
    this.#space();
    const start = this.#at;
    let depth = 0;
    do {
      const token = /"(?:[^"\\]|\\.)*"|[[\]{}]|[^\s[\]{},:"]+|[,:]/y;
      token.lastIndex = this.#at;
      const [found] = token.exec(this.#text) ?? [""];
      if (/[[{]/.test(found[0] ?? "")) depth++;
      if (/[\]}]/.test(found[0] ?? "")) depth--;
      this.#at += Math.max(1, found.length);
      if (depth > 0) this.#space();
    } while (depth > 0 && this.#at < this.#text.length);
    return this.#text.slice(start, this.#at);
  }

  #past(mark: string): void {
    this.#space();
    if (this.#text[this.#at] === mark) this.#at++;
  }

  #space(): void {
    while (/\s/.test(this.#text[this.#at] ?? "")) this.#at++;
  }
}
