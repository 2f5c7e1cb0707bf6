// program.ts - the command gartrace: its commands, and what happens when something goes wrong.

import { Command, CommanderError, Help, type Option } from "commander";
import { AbortedError, UserError } from "../fault.ts";
import { inLine } from "../library/columns.ts";
import { VERSION } from "../version.ts";
import { keepHeapSmall } from "./heap.ts";
import { noticeText } from "./output.ts";

/** What an option does; that a switch is off, a list empty or a number without a bound unless it is there needs no words. */
function described(option: Option): string {
  const { defaultValue } = option;
  const isNone = Array.isArray(defaultValue) && defaultValue.length === 0;
  return defaultValue === false || defaultValue === Number.POSITIVE_INFINITY || isNone
    ? option.description
    : Help.prototype.optionDescription(option);
}

/** The commands in the order of the help. Each is loaded when it is wanted: all of them take half a second. */
const commands: { readonly [name: string]: () => Promise<(program: Command) => void> } = {
  record: async () => (await import("./record.ts")).addRecord,
  import: async () => (await import("./import.ts")).addImport,
  export: async () => (await import("./export.ts")).addExport,
  matrix: async () => (await import("./matrix.ts")).addMatrix,
  list: async () => (await import("./list.ts")).addList,
  info: async () => (await import("./info.ts")).addInfo,
  events: async () => (await import("./events.ts")).addEvents,
  state: async () => (await import("./state.ts")).addState,
  history: async () => (await import("./history.ts")).addHistory,
  why: async () => (await import("./why.ts")).addWhy,
  blame: async () => (await import("./blame.ts")).addBlame,
  mark: async () => (await import("./mark.ts")).addMarks,
  serve: async () => (await import("./serve.ts")).addServe,
  report: async () => (await import("./report.ts")).addReport,
  fork: async () => (await import("./fork.ts")).addFork,
  debug: async () => (await import("./debug.ts")).addDebug,
  dap: async () => (await import("./dap.ts")).addDap,
  index: async () => (await import("./index-trace.ts")).addIndex,
  diff: async () => (await import("./diff.ts")).addDiff,
  xlate: async () => (await import("./xlate.ts")).addXlate,
  reduce: async () => (await import("./reduce.ts")).addReduce,
  explain: async () => (await import("./explain.ts")).addExplain,
  check: async () => (await import("./check.ts")).addCheck,
  verify: async () => (await import("./verify.ts")).addVerify,
  query: async () => (await import("./query.ts")).addQuery,
  schema: async () => (await import("./schema.ts")).addSchema,
  demo: async () => (await import("./demo.ts")).addDemo,
};

const TROUBLE = 2;
const INTERRUPTED = 130;

const program = new Command("gartrace")
  .description(
    "Finds where an address of one space is used in another: in captures of a kernel (import), or in runs of " +
      "simulated machines (record). Either makes a trace, which the other commands ask.",
  )
  .version(VERSION)
  .addHelpText(
    "after",
    "\nBegin with 'gartrace import FILE...' where you have captures, and else with 'gartrace demo'.",
  )
  .configureHelp({ optionDescription: described })
  .configureOutput({
    outputError: (text, write) => write(complaint(text)),
  })
  .exitOverride();

keepHeapSmall(process.argv[2] ?? "");
process.stdout.on("error", fail);
// Without a reader of stderr nobody is left to complain to; the exit code still tells.
process.stderr.on("error", () => {});
run(process.argv[2]).catch(fail);

/** Carries out the command line, whose first word this is. */
async function run(name: string | undefined): Promise<void> {
  for (const add of await wanted(name)) add(program);
  for (const command of program.commands) {
    command.copyInheritedSettings(program);
    command.showHelpAfterError(`(see 'gartrace ${command.name()} --help')`);
  }
  program.showHelpAfterError("(see 'gartrace --help')");
  await program.parseAsync();
}

/** What commander complains of: words of the command line that it quotes end no line, its suggestion has one. */
function complaint(text: string): string {
  const [, words, suggestion = ""] = /^error: (.*?)(\n\(Did you mean [^\n]*\))?\n$/s.exec(text)!;
  return `gartrace: ${inLine(words!)}${suggestion}\n`;
}

/** The command of this name alone; none for the version; all of them for help, and for a name that is none. */
function wanted(name = ""): Promise<((program: Command) => void)[]> {
  if (name === "--version" || name === "-V") return Promise.resolve([]);
  const loads = Object.hasOwn(commands, name) ? [commands[name]!] : Object.values(commands);
  return Promise.all(loads.map((load) => load()));
}

/** Every failure ends here: a message for mistakes of the user and for failures of the system, a stack for bugs. */
function fail(error: unknown): never {
  if (error instanceof CommanderError) process.exit(error.exitCode === 0 ? 0 : TROUBLE);
  noticeText(`gartrace: ${messageOf(error)}`);
  process.exit(error instanceof AbortedError ? INTERRUPTED : TROUBLE);
}

function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return `a bug of ours, please report it: ${String(error)}`;
  const { code, syscall } = error as NodeJS.ErrnoException;
  if (code === "EPIPE") return "the reader closed the pipe; the rest was not printed";
  // The operating system refused something; its message names the file.
  if (error instanceof UserError || syscall !== undefined) return inLine(error.message);
  // Told by its name: to have the class is to load the library, which many commands do without.
  if (error.name === "SqliteError") return `SQLite refuses (${code}): ${inLine(error.message)}`;
  return `a bug of ours, please report it: ${error.stack ?? error.message}`;
}
