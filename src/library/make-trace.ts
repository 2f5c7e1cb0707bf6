// make-trace.ts - commands that make a trace: whatever stops them, what is there stays readable.

import type { About, SourceFile } from "../event/trace.ts";
import { AbortedError, abortedBy, UserError } from "../fault.ts";
import type { Judgement } from "../judgement/judgement.ts";
import type { Sink } from "../machine/machine.ts";
import { isSameFile, removeFile } from "../store/output-file.ts";
import type { KeptLine } from "../store/sources.ts";
import { TraceWriter, UNTOUCHED } from "../store/write.ts";
import { JudgedSink } from "./judged-sink.ts";
import { Replacement } from "./replacement.ts";

/** A trace that was made. */
export interface NewTrace {
  /** Where it is. */
  readonly path: string;
  /** How many. */
  readonly events: number;
  /** SHA-256 over them, in hexadecimal: runs that do the same have the same. */
  readonly digest: string;
  /** Null where the trace could not be judged on the way. */
  readonly judgement: Judgement | null;
  /** The file beside it that holds its end, while somebody else has it open; null for none. */
  readonly log: string | null;
}

/** What a command that makes a trace works with. */
export interface TraceMaker {
  /** Creates the file once `about` is known; writes keyframes from the states that the events come with. */
  open(about: About): Promise<Sink>;
  /** Throws once the caller's signal was raised, which is noticed when the event loop turns. */
  check(): void;
  /** Keeps the line of a source that an event was made of. */
  keep(seq: number, line: KeptLine): void;
  /** What the trace was imported from, once the file is made. */
  beside(sources: readonly SourceFile[]): void;
}

/** Refuses to write over what is being read. */
export function assertOther(output: string, input: string): void {
  if (isSameFile(output, input))
    throw new UserError(`${output} is the file to read from; name another one with -o`);
}

/** How long an event waits at most until others can read it, in milliseconds. */
const LANDING = 1000;

/**
 * Lets `make` fill a new trace and finishes it; if it fails half-way, the trace is torn. One that replaces another
 * takes its place when it is whole; if it fails, the old one stays.
 */
export async function makeTrace(
  path: string,
  force: boolean,
  make: (maker: TraceMaker) => Promise<void>,
  signal?: AbortSignal,
): Promise<NewTrace> {
  if (signal?.aborted) throw abortedBy(signal.reason);
  if (path === "-")
    throw new UserError("a trace is a file that is read in any order; name one with -o");
  // SQLite would drop the last slash and make a file of the folder's name.
  if (path === "" || path.endsWith("/"))
    throw new UserError(`'${path}' is no file to write to; name a file, such as ${path}run.gart`);
  let writer = null as TraceWriter | null;
  let replacing = null as Replacement | null;
  let judged = null as JudgedSink | null;
  let failed: unknown = null;
  const landing = setInterval(() => {
    try {
      writer?.land();
    } catch (error) {
      failed = error;
    }
  }, LANDING);
  try {
    await make({
      open: async (about) => {
        replacing = force ? Replacement.begin(path) : null;
        const replaces = replacing === null ? null : path;
        const opened = await TraceWriter.create(replacing?.path ?? path, about, {
          force,
          replaces,
        });
        writer = opened;
        // Not before it shows whether there is so much to come that a thread writes it.
        landing.refresh();
        judged = new JudgedSink(opened, about);
        return judged;
      },
      check: () => {
        if (signal?.aborted) throw abortedBy(signal.reason, writer?.taken);
      },
      keep: (seq, line) => writer!.keep(seq, line),
      beside: (sources) => writer!.sources(sources),
    });
    if (failed !== null) throw failed;
    const judgement = judged?.end() ?? null;
    if (judgement !== null) writer!.judged(judgement);
    const finished = writer!.finish();
    replacing?.done();
    return { path, ...finished, judgement };
  } catch (error) {
    // After a failed write the file is closed already; the next event meets that and not the failure.
    const trouble = writer === null ? error : torn(path, writer, failed ?? error, replacing);
    replacing?.dropped();
    throw trouble;
  } finally {
    clearInterval(landing);
  }
}

/** Keeps what there is, and adds to the message where it is. A file without an event would only be in the next one's way. */
function torn(
  path: string,
  writer: TraceWriter,
  error: unknown,
  replacing: Replacement | null,
): unknown {
  writer.abandon();
  if (writer.taken === 0 && replacing === null) {
    removeFile(path);
    return error;
  }
  // The message of a failed write says already what the file holds.
  if (!(error instanceof UserError)) return error;
  if (error.message.includes(`${path} holds`) || error.message.includes(UNTOUCHED)) return error;
  const seq = writer.committed;
  const what =
    replacing === null
      ? `${path} is torn and holds the events up to #${seq}`
      : `${path} ${UNTOUCHED}`;
  const message = `${error.message}; ${what}`;
  return error instanceof AbortedError
    ? new AbortedError(message, seq, { cause: error.cause })
    : new UserError(message, error.code, { cause: error });
}
