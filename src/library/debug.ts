// debug.ts - the debugger over a trace, and the adapter by which an editor drives it.

import { TimeTravel } from "../replay/travel.ts";
import { setColours } from "../report/colours.ts";
import { readerOf, type Trace } from "./trace.ts";

/** What a debugger stands on besides its trace. */
export interface DebugOptions {
  /** A second trace, whose partner of an event `other` shows. */
  readonly other?: Trace | undefined;
  /** Commands to be carried out, a line each, and the name of the file that they are of; standard input by default. */
  readonly script?: { readonly path: string; readonly text: string } | undefined;
}

/** Stands in a trace and goes back and forth in it by commands; `say` is handed what they print. */
export async function debug(
  trace: Trace,
  say: (text: string) => Promise<void>,
  { other, script }: DebugOptions = {},
): Promise<void> {
  // Few programs debug: what it takes is loaded by those alone.
  const { Context } = await import("../debug/command.ts");
  const { commands } = await import("../debug/interpreter.ts");
  const { OtherTrace } = await import("../debug/other-trace.ts");
  const { converse, runScript } = await import("../debug/repl.ts");
  const { Session } = await import("../debug/session.ts");
  const travel = new TimeTravel(readerOf(trace));
  const theirs =
    other === undefined
      ? null
      : new OtherTrace(travel, new TimeTravel(readerOf(other)), other.path);
  const context = new Context(new Session(travel), trace.path, theirs, commands);
  if (script === undefined) await converse(context, say);
  else await runScript(context, script.path, script.text, say);
}

/** Speaks the Debug Adapter Protocol over two streams; the process ends with the session. */
export async function serveEditor(
  input: NodeJS.ReadableStream,
  output: NodeJS.WritableStream,
): Promise<void> {
  const { Adapter } = await import("../debug/adapter.ts");
  // An editor shows text, whatever FORCE_COLOR says.
  setColours(false);
  new Adapter().start(input, output);
}
