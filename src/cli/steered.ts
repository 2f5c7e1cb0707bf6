// steered.ts - a long call of the library on a terminal: a bar shows how far it is, and Ctrl-C ends it in good order.

import { AbortedError } from "../fault.ts";
import { countOf } from "../library/columns.ts";
import type { Steering } from "../library/steering.ts";
import { Progress } from "./progress.ts";

/** Runs with a signal that Ctrl-C raises; what was made up to there is kept. */
export async function interruptible<T>(run: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const pressed = new AbortController();
  const interrupt = () => {
    const interrupted = new AbortedError("interrupted");
    pressed.abort(interrupted);
    // A command that waits for a pipe gets the signal there; any other checks for it between two steps.
    process.stdin.once("error", () => {}).destroy(interrupted);
  };
  process.once("SIGINT", interrupt);
  try {
    return await run(pressed.signal);
  } finally {
    process.off("SIGINT", interrupt);
  }
}

/** Runs with a bar, from when it is first told how far it has come. */
export async function withBar<T>(
  what: string,
  run: (onProgress: NonNullable<Steering["onProgress"]>) => Promise<T>,
): Promise<T> {
  let bar: Progress | null = null;
  try {
    return await run(({ done, total, events }) => {
      bar ??= new Progress(what, total);
      bar.at(done, countOf(events, "event"));
    });
  } finally {
    (bar as Progress | null)?.stop();
  }
}

/** Both. */
export const steered = <T>(what: string, run: (steering: Steering) => Promise<T>): Promise<T> =>
  interruptible((signal) => withBar(what, (onProgress) => run({ signal, onProgress })));
