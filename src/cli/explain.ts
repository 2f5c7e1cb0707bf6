// explain.ts - gartrace explain: what a word of a report means, with a case from the history of kernels.

import type { Command } from "commander";
import { unknownName } from "../fault.ts";
import { glossary } from "../report/glossary.ts";
import { inColumns, wrapped } from "../report/text.ts";
import { print, printAnswer } from "./output.ts";

export function addExplain(program: Command): void {
  program
    .command("explain")
    .summary("say what a word of a report means")
    .description("Says what a verdict or a class of differences means, with a real case of it.")
    .argument("[word]", "the word; without one, all are listed")
    .option("--json", "print JSON", false)
    .action(async (word: string | undefined, { json }: { json: boolean }) => {
      if (word === undefined) {
        if (json) await printAnswer("explain", { words: Object.fromEntries(glossary) });
        else await print(inColumns([...glossary].map(([name, { means }]) => [name, means])));
        return;
      }
      const found = glossary.get(word);
      if (found === undefined) throw unknownName("word", word, [...glossary.keys()]);
      if (json) await printAnswer("explain-word", { word, ...found });
      else await print(`${word}: ${found.means}\n\n${wrapped(found.example)}`);
    });
}
