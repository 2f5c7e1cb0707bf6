// words.ts - which of a list of words stand in some bytes: found in one pass, however many words there are.
//
// A. V. Aho, M. J. Corasick, "Efficient string matching", 1975: a state for each beginning of a word, and from each a
// way for every byte. States in which no word ends come first.

/** The beginning of a word. */
interface Beginning {
  readonly longer: Map<number, Beginning>;
  /** The words that end here. */
  readonly words: number[];
  number: number;
}

const beginning = (): Beginning => ({ longer: new Map(), words: [], number: 0 });

export class Words {
  /** By byte: a number for each that stands in a word, 0 for all others. */
  readonly #classes = new Uint8Array(256);
  readonly #bits: number;
  /** By state and class: the next state. */
  readonly #next: Uint16Array;
  /** The words that end in each state from the first such one on. */
  readonly #ended: readonly (readonly number[])[];
  readonly #firstEnded: number;

  /** Words of characters below 256. */
  constructor(words: readonly string[]) {
    const root = beginning();
    let classes = 1;
    for (const [word, text] of words.entries()) {
      let at = root;
      for (const byte of Buffer.from(text, "latin1")) {
        this.#classes[byte] ||= classes++;
        const known = at.longer.get(this.#classes[byte]!);
        const longer = known ?? beginning();
        if (known === undefined) at.longer.set(this.#classes[byte]!, longer);
        at = longer;
      }
      at.words.push(word);
    }
    this.#bits = Math.ceil(Math.log2(classes));
    const ways = waysFrom(root, classes);
    const states = [...ways.keys()].sort((a, b) => Number(isEnd(a)) - Number(isEnd(b)));
    for (const [number, state] of states.entries()) state.number = number;
    this.#firstEnded = states.findIndex(isEnd);
    this.#ended = states.slice(this.#firstEnded).map((state) => state.words);
    this.#next = new Uint16Array(states.length << this.#bits);
    for (const state of states)
      for (const [way, to] of ways.get(state)!.entries())
        this.#next[(state.number << this.#bits) + way] = to.number;
  }

  /** Tells the number of each word that stands in the bytes, as often as it does. Hot: once a byte. */
  find(bytes: Uint8Array, tell: (word: number) => void): void {
    const [classes, next, bits, first] = [this.#classes, this.#next, this.#bits, this.#firstEnded];
    let state = 0;
    for (let at = 0; at < bytes.length; at++) {
      state = next[(state << bits) + classes[bytes[at]!]!]!;
      if (state >= first) for (const word of this.#ended[state - first]!) tell(word);
    }
  }
}

const isEnd = ({ words }: Beginning): boolean => words.length > 0;

/** Of each state the next ones, by class; a state takes over the words that its longest other ending is. */
function waysFrom(root: Beginning, classes: number): Map<Beginning, readonly Beginning[]> {
  const ways = new Map<Beginning, readonly Beginning[]>();
  const ending = new Map<Beginning, Beginning>([[root, root]]);
  const states = [root];
  // The list grows while it is gone through: the shorter beginnings come first.
  for (const state of states) {
    const other = ending.get(state)!;
    const isRoot = state === root;
    if (!isRoot) state.words.push(...other.words);
    ways.set(
      state,
      Array.from({ length: classes }, (_, way) => {
        const elsewhere = isRoot ? root : ways.get(other)![way]!;
        const longer = state.longer.get(way);
        if (longer === undefined) return elsewhere;
        ending.set(longer, elsewhere);
        states.push(longer);
        return longer;
      }),
    );
  }
  return ways;
}
