// import.ts - turns recordings and logs of other programs into a trace.

import { basename } from "node:path";
import type { SourceFile } from "../event/trace.ts";
import { assertFew } from "../exchange/import/input-files.ts";
import { PROBES, probesFrom } from "../exchange/import/kernel/probes.ts";
import { importFiles, UNKNOWN } from "../exchange/import/merge.ts";
import { UserError } from "../fault.ts";
import { judgementLine } from "../report/judgement-text.ts";
import { sourcesText } from "../report/sources-text.ts";
import { countOf } from "../report/text.ts";
import { isSameFile } from "../store/output-file.ts";
import { inLine } from "../visible.ts";
import { ObservedSink } from "./judged-sink.ts";
import { assertOther, makeTrace, type NewTrace, type TraceMaker } from "./make-trace.ts";
import { type Output, output } from "./output.ts";
import { writtenJson } from "./tell-written.ts";

/** How files are imported. */
export interface ImportOptions {
  /** The trace to write; the first file's name, ending in .gart, by default. */
  readonly output?: string | undefined;
  /** Whether to overwrite a trace that exists. */
  readonly force?: boolean;
  /** Whether a line that cannot be used is an error. */
  readonly strict?: boolean;
  /** Whether to keep the original line of every event. */
  readonly keepLines?: boolean;
  /** Waits for more at the end of the first file until it is raised; then the trace is finished. */
  readonly follow?: AbortSignal | undefined;
  /** The file that says what a user's own kprobes show. */
  readonly probes?: string | undefined;
  /** Raised, it ends the import with an `AbortedError`; what was written up to there stays. */
  readonly signal?: AbortSignal | undefined;
}

/** A trace that was imported, and what became of the lines of each file. */
export interface ImportedTrace extends NewTrace {
  /** The files, and what became of their lines. */
  readonly sources: readonly SourceFile[];
  /** Whether nothing tells what the kernel ran on: where its addresses lead stays unknown. */
  readonly isUnplaced: boolean;
}

/** Joins the files of one run, each known by its content, into a trace; `-` is standard input. */
export async function importTrace(
  files: readonly string[],
  options: ImportOptions = {},
): Promise<ImportedTrace> {
  const { force = false, strict = false, keepLines = false } = options;
  const { follow = null, probes = PROBES, signal } = options;
  const path = options.output ?? defaultName(files[0]!);
  assertFew(files.length);
  for (const [i, file] of files.entries()) {
    assertOther(path, file);
    const again = files.slice(0, i).find((other) => isSameFile(file, other));
    if (again !== undefined)
      throw new UserError(`${file} is ${again} once more; name each file of the run once`);
  }
  let sources: readonly SourceFile[] = [];
  let platform = "";
  const make = async ({ open, check, keep, beside }: TraceMaker) => {
    const wishes = { strict, follow, probes: probesFrom(probes), keep: keepLines ? keep : null };
    sources = await importFiles(files, wishes, async (about) => {
      const sink = await open(about);
      platform = about.platform;
      return new ObservedSink(sink, check);
    });
    beside(sources);
  };
  const written = await makeTrace(path, force, make, signal);
  return { ...written, sources, isUnplaced: platform === UNKNOWN };
}

/** What `gartrace import` says. */
export function tellImported({ sources, isUnplaced, ...written }: ImportedTrace): Output {
  const { path, events, judgement } = written;
  return output(
    () => {
      const counts = sourcesText(sources);
      const word =
        judgement === null ? "" : `; ${judgementLine(judgement, { torn: false, count: events })}`;
      return [
        ...(counts === "" ? [] : [counts]),
        ...(isUnplaced
          ? [
              "nothing here tells what the kernel ran on: add its dmesg.txt, or where its addresses lead stays unknown",
            ]
          : []),
        `imported ${countOf(events, "event")} to ${inLine(path)}${word}`,
      ].join("\n");
    },
    () => ({ ...writtenJson(written), sources }),
  );
}

function defaultName(file: string): string {
  if (file === "-") throw new UserError("standard input has no name; say with -o what to write");
  return `${basename(file).replace(/(\.(jsonl|txt|log|tar|dat))?(\.(gz|xz|zst)|\.tgz)?$/, "")}.gart`;
}
