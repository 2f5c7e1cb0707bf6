// names.ts - texts of lines that are kept, each as a text of its own: a piece of one keeps all that was decoded with it.

/** Names that are kept, and how long one is at most. */
const [MOST, LONGEST] = [4096, 128];

/** The same text, which keeps nothing else in memory. */
export const own = (text: string): string => Buffer.from(text).toString();

/** What lines are called: each name is met again and again. */
export class Names {
  readonly #known = new Map<string, string>();

  /** The name that a text is; undefined for one that was not met. */
  known(text: string): string | undefined {
    return this.#known.get(text);
  }

  of(text: string): string {
    const known = this.known(text);
    if (known !== undefined) return known;
    const name = own(text);
    if (this.#known.size < MOST && name.length <= LONGEST) this.#known.set(name, name);
    return name;
  }
}
