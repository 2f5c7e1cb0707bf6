// explain.ts - gartrace explain: what a word of a report means, with a case from the history of kernels.

import type { Command } from "commander";
import { tellWord } from "../library/tell-word.ts";
import { printOutput } from "./output.ts";

export function addExplain(program: Command): void {
  program
    .command("explain")
    .summary("say what a word of a report means")
    .description("Says what a verdict or a class of differences means, with a real case of it.")
    .argument("[word]", "the word; without one, all are listed")
    .option("--json", "print JSON", false)
    .action((word: string | undefined, { json }: { json: boolean }) =>
      printOutput(word === undefined ? "explain" : "explain-word", tellWord(word), json),
    );
}
