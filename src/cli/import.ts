// import.ts - gartrace import: turns recordings and logs of other programs into a trace.

import { basename } from "node:path";
import type { Command } from "commander";
import type { SourceFile } from "../event/trace.ts";
import { PROBES, probesFrom } from "../exchange/import/kernel/probes.ts";
import { importFiles, UNKNOWN } from "../exchange/import/merge.ts";
import { UserError } from "../fault.ts";
import { watched } from "../library/judging.ts";
import { type Making, writing } from "../library/writing.ts";
import { judgementLine } from "../report/judgement-text.ts";
import { sourcesText } from "../report/sources-text.ts";
import { countOf } from "../report/text.ts";
import { isSameFile } from "../store/output-file.ts";
import { notice, printAnswer } from "./output.ts";
import { assertOther } from "./reading.ts";
import { sayIfApart, writtenJson } from "./record.ts";
import { interruptible } from "./steered.ts";

interface Options {
  readonly output?: string;
  readonly force: boolean;
  readonly json: boolean;
  readonly strict: boolean;
  readonly keepLines: boolean;
  readonly follow: boolean;
  readonly probes: string;
}

export function addImport(program: Command): void {
  program
    .command("import")
    .summary("turn recordings and logs of a run into a trace")
    .description(
      "Reads the files of one run, each known by its content, plain or compressed (gzip, xz, zstd), and joins them into a trace: " +
        "a kernel's ftrace text, a QEMU log, a P2M dump, a kernel's log; or a recording of the real agpgart driver, alone. Of a folder or a tar archive the files that are known are taken.",
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
    .option("--probes <file>", "what your own kprobes show", PROBES)
    .option("--json", "print what was imported as JSON", false)
    .action(run);
}

async function run(files: string[], options: Options): Promise<void> {
  const path = options.output ?? defaultName(files[0]!);
  for (const [i, file] of files.entries()) {
    assertOther(path, file);
    const again = files.slice(0, i).find((other) => isSameFile(file, other));
    if (again !== undefined)
      throw new UserError(`${file} is ${again} once more; name each file of the run once`);
  }
  const end = new AbortController();
  const stop = () => end.abort();
  if (options.follow) process.once("SIGINT", stop);
  let sources: readonly SourceFile[] = [];
  let platform = "";
  try {
    const make = async ({ open, check, keep, beside }: Making) => {
      const wishes = {
        strict: options.strict,
        follow: options.follow ? end.signal : null,
        probes: probesFrom(options.probes),
        keep: options.keepLines ? keep : null,
      };
      sources = await importFiles(files, wishes, async (about) => {
        const sink = await open(about);
        platform = about.platform;
        return watched(sink, () => {
          // Ctrl-C ends the following of a file, not the trace.
          if (!options.follow) check();
        });
      });
      beside(sources);
    };
    const written = await interruptible((signal) => writing(path, options.force, make, signal));
    sayIfApart(written);
    if (options.json) return printAnswer("import", { ...writtenJson(written), sources });
    const counts = sourcesText(sources);
    if (counts !== "") notice(counts);
    if (platform === UNKNOWN)
      notice(
        "nothing here tells what the kernel ran on: add its dmesg.txt, or where its addresses lead stays unknown",
      );
    const extent = { torn: false, count: written.events };
    const word = written.judgement === null ? "" : `; ${judgementLine(written.judgement, extent)}`;
    notice(`imported ${countOf(written.events, "event")} to ${path}${word}`);
  } finally {
    process.off("SIGINT", stop);
  }
}

function defaultName(file: string): string {
  if (file === "-") throw new UserError("standard input has no name; say with -o what to write");
  return `${basename(file).replace(/(\.(jsonl|txt|log|tar|dat))?(\.(gz|xz|zst)|\.tgz)?$/, "")}.gart`;
}
