// tell-word.ts - what a word of a report means, with a case from the history of kernels.

import { unknownName } from "../fault.ts";
import { glossary } from "../report/glossary.ts";
import { inColumns, wrapped } from "../report/text.ts";
import { type Output, output } from "./output.ts";

/** What `gartrace explain` prints of one word, or of all. */
export function tellWord(word?: string): Output {
  if (word === undefined)
    return output(
      () => inColumns([...glossary].map(([name, { means }]) => [name, means])),
      () => ({ words: Object.fromEntries(glossary) }),
    );
  const found = glossary.get(word);
  if (found === undefined) throw unknownName("word", word, [...glossary.keys()]);
  return output(
    () => `${word}: ${found.means}\n\n${wrapped(found.example)}`,
    () => ({ word, ...found }),
  );
}
