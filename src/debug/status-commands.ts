// status-commands.ts - the commands about the session itself: info, set, help, quit.

import { UserError, unknownName } from "../fault.ts";
import { subjectExamples } from "../replay/subject.ts";
import { setColours } from "../report/colours.ts";
import { registers } from "../report/state-text.ts";
import { counted, countOf, inColumns, titleOf } from "../report/text.ts";
import { inLine } from "../visible.ts";
import { blame } from "./blame.ts";
import { type Command, type Context, commandCalled, countIn, stopText } from "./command.ts";
import { evaluate } from "./evaluate.ts";

const subjects: { readonly [subject: string]: (context: Context) => string } = {
  breakpoints: ({ session: { stops } }) =>
    stops.length === 0
      ? "no breakpoints and no watchpoints"
      : stops
          .map(
            (stop) =>
              `${stopText(stop)}${stop.hits > 0 ? `, met ${countOf(stop.hits, "time")}` : ""}`,
          )
          .join("\n"),
  checkpoints: ({ session: { checkpoints } }) =>
    checkpoints.length === 0
      ? "no checkpoints"
      : checkpoints.map(({ number, moment }) => `checkpoint ${number} at #${moment}`).join("\n"),
  display: (context) =>
    context.displays.length === 0
      ? "nothing is on display"
      : context.displays.map(({ number, text }) => `${number}: ${text}`).join("\n"),
  marks: ({ session: { trace } }) => {
    const marks = trace.marks();
    if (marks.length === 0) return "no marks";
    const name = (text: string | null) => (text === null ? "" : `mark:${text}`);
    return inColumns(marks.map((mark) => [`#${mark.moment}`, name(mark.name), mark.text]));
  },
  subjects: () => subjectExamples.split(", ").join("\n"),
  registers: ({ session: { travel, moment } }) => {
    const parts = registers(travel.stateAt(moment));
    if (parts.length === 0) return "no register has been read or written yet";
    return inColumns(
      parts.map(({ register, value, fields }) => [
        register,
        value,
        Object.entries(fields)
          .map(([name, field]) => `${name}=${field}`)
          .join(" "),
      ]),
    );
  },
  event: ({ session }) => evaluate(session, ""),
  trace: ({ path, other, session: { trace } }) =>
    [
      `${path}: ${titleOf(trace.about)}, ${inLine(trace.about.workload)}, ${counted(trace.count)} events`,
      ...(trace.torn ? ["its recording was cut off"] : []),
      ...(other === null ? [] : [`beside it ${other.name}: ${titleOf(other.travel.trace.about)}`]),
    ].join("\n"),
};

export const statusCommands: readonly Command[] = [
  {
    name: "blame",
    usage: "blame",
    says: "what all that is wrong in the trace goes back to",
    run: ({ session: { trace } }) => blame(trace),
  },
  {
    name: "info",
    short: ["i"],
    usage: `info ${Object.keys(subjects).join("|")}`,
    says: "what there is of these",
    words: () => Object.keys(subjects),
    run: (context, argument) => {
      const begun = Object.keys(subjects).filter((name) => name.startsWith(argument));
      if (argument !== "" && begun.length === 1) return subjects[begun[0]!]!(context);
      if (argument === "" || begun.length > 1)
        throw new UserError(
          `say of what: ${(argument === "" ? Object.keys(subjects) : begun).join(", ")}`,
        );
      throw unknownName("subject of info", argument, Object.keys(subjects));
    },
  },
  {
    name: "set",
    usage: "set colour on|off, set pages LINES|off",
    says: "whether output is coloured, and after how many lines it waits",
    words: () => ["colour", "pages", "on", "off"],
    run: set,
  },
  {
    name: "help",
    short: ["h"],
    usage: "help [COMMAND]",
    says: "this list, or all about one command",
    words: ({ commands }) => commands.map(({ name }) => name),
    run: ({ commands }, argument) =>
      argument === "" ? overview(commands) : helpOf(commandCalled(commands, argument)),
  },
  {
    name: "quit",
    short: ["q", "exit"],
    usage: "quit",
    says: "leave",
    run: (context) => {
      context.isOver = true;
      return "";
    },
  },
];

function set(context: Context, argument: string): string {
  const [what, value = ""] = argument.split(/\s+/);
  if (what === "colour" || what === "color") {
    if (value !== "on" && value !== "off")
      throw new UserError("write set colour on or set colour off");
    setColours(value === "on");
    return "";
  }
  if (what !== "pages") throw unknownName("setting", what!, ["colour", "pages"]);
  context.pages = value === "off" ? 0 : countIn(value, 24);
  return "";
}

function overview(commands: readonly Command[]): string {
  const rows = commands.map(({ name, short, says }) => [name, (short ?? []).join(", "), says]);
  return [
    inColumns(rows),
    "",
    "Any beginning of a name that no other has will do. An empty line goes on as before.",
    "'help COMMAND' tells more of one.",
  ].join("\n");
}

function helpOf({ usage, short, says, more }: Command): string {
  return [
    usage,
    `  ${says}`,
    ...(short === undefined ? [] : [`  short: ${short.join(", ")}`]),
    ...(more === undefined ? [] : ["", more]),
  ].join("\n");
}
