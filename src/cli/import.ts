// import.ts - gartrace import: turns a recording of another program into a trace.

import { basename } from "node:path";
import type { Command } from "commander";
import { importReference } from "../exchange/import/reference.ts";
import { countOf } from "../report/text.ts";
import { notice, printJson } from "./output.ts";
import { assertOther, writing } from "./writing.ts";

interface Options {
  readonly output?: string;
  readonly force: boolean;
  readonly json: boolean;
}

export function addImport(program: Command): void {
  program
    .command("import")
    .summary("turn a recording of the real driver into a trace")
    .description(
      "Reads a recording of the real agpgart driver (JSON lines, plain or gzipped) and writes it as a trace.",
    )
    .argument("<file>", "the recording")
    .option(
      "-o, --output <file>",
      "the trace to write (default: the recording's name, ending in .gart)",
    )
    .option("-f, --force", "overwrite the trace if it exists", false)
    .option("--json", "print what was imported as JSON", false)
    .action(async (file: string, options: Options) => {
      const path = options.output ?? `${basename(file).replace(/(\.jsonl)?(\.gz)?$/, "")}.gart`;
      assertOther(path, file);
      const written = await writing(path, options.force, ({ open, check }) =>
        importReference(file, async (about) => {
          const sink = await open(about);
          return (seq, op, event, state) => {
            check();
            sink(seq, op, event, state);
          };
        }),
      );
      if (options.json) await printJson(written);
      else notice(`imported ${countOf(written.events, "event")} to ${path}`);
    });
}
