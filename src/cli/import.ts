// import.ts - gartrace import: turns recordings and logs of other programs into a trace.

import type { Command } from "commander";
import { importTrace, tellImported } from "../library/import.ts";
import { noticeText, printAnswer } from "./output.ts";
import { sayIfApart } from "./record.ts";
import { interruptible } from "./steered.ts";

interface Options {
  readonly output?: string;
  readonly force: boolean;
  readonly json: boolean;
  readonly strict: boolean;
  readonly keepLines: boolean;
  readonly follow: boolean;
  readonly probes?: string;
}

export function addImport(program: Command): void {
  program
    .command("import")
    .summary("turn recordings and logs of a run into a trace")
    .description(
      "Reads the files of one run, each known by its content, plain or compressed (gzip, xz, zstd), and joins them into a trace: " +
        "a kernel's ftrace, its log, a QEMU log, a P2M dump and others ('gartrace list formats'). Of a folder or a tar archive " +
        "the files that are known are taken.",
    )
    .argument("<file...>", "the files of one run, or a folder or tar of them; - is standard input")
    .option(
      "-o, --output <file>",
      "the trace to write (default: the first file's name, ending in .gart)",
    )
    .option("-f, --force", "overwrite the trace if it exists", false)
    .option("--strict", "take a line that cannot be used for an error", false)
    .option("--keep-lines", "keep the original line of every event", false)
    .option("--follow", "wait for more at the end of the first file, until Ctrl-C", false)
    .option("--probes <file>", "what your own kprobes show")
    .option("--json", "print what was imported as JSON", false)
    .action(run);
}

async function run(files: string[], { json, follow, ...options }: Options): Promise<void> {
  const imported = follow
    ? await following((signal) => importTrace(files, { ...options, follow: signal }))
    : await interruptible((signal) => importTrace(files, { ...options, signal }));
  sayIfApart(imported);
  const output = tellImported(imported);
  if (json) await printAnswer("import", output.json);
  else noticeText(output.text);
}

/** Ctrl-C ends the following of a file, not the trace. */
async function following<T>(run: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const end = new AbortController();
  const stop = () => end.abort();
  process.once("SIGINT", stop);
  try {
    return await run(end.signal);
  } finally {
    process.off("SIGINT", stop);
  }
}
