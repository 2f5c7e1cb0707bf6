// breakpoint-commands.ts - the commands that say where to stop, and that keep a place: break, watch, checkpoint, mark.

import { families } from "../event/field.ts";
import { UserError } from "../fault.ts";
import { subjectExamples } from "../replay/subject.ts";
import { addMark } from "../store/update.ts";
import { breakable, namesOf } from "./breakpoint.ts";
import { type Command, type Context, countIn, stopText } from "./command.ts";
import { fieldNames } from "./condition.ts";

const CONDITIONS =
  "CONDITION compares fields of the event by == != < <= > >=, joined by and, or, not and brackets:\n" +
  "entry >= 0x40 and verdict == wrong-space.";

/** Beginnings of subjects' names, and the registers whole. */
export function subjectWords({ session }: Context): string[] {
  const registers = session.travel.stateAt(0).nature.chipset?.registers ?? [];
  const named = families.filter((family) => family !== "register" && family !== "op");
  return [
    ...named.map((family) => `${family}[`),
    ...["page:", "op:", "iommu:", "dma:", "map:"],
    ...registers.map(({ name }) => `reg:${name}`),
  ];
}

const watching = (name: string, at: "change" | "read" | "access", says: string): Command => ({
  name,
  usage: `${name} SUBJECT [if CONDITION]`,
  says,
  more: `SUBJECT is ${subjectExamples}.\n${CONDITIONS}`,
  words: (context) => [...subjectWords(context), "if"],
  run: ({ session }, argument) => {
    if (argument === "") throw new UserError(`say what to watch: ${name} gatt[0x42]`);
    return stopText(session.watch(argument, at));
  },
});

export const breakpointCommands: readonly Command[] = [
  {
    name: "break",
    short: ["b"],
    usage: "break [WHERE] [if CONDITION]",
    says: "stop at events of a sort, or at one event; without WHERE at this one",
    more: `WHERE is ${breakable}.\n${CONDITIONS}`,
    words: ({ session }) => [
      ...Object.entries(namesOf(session.trace)).flat(2),
      ...["if", ...fieldNames],
    ],
    run: ({ session }, argument) => {
      if (argument !== "" && !argument.startsWith("if ")) return stopText(session.break(argument));
      if (session.moment === 0)
        throw new UserError("nothing has happened yet; say where to stop: break gatt.written");
      return stopText(session.break(`#${session.moment} ${argument}`));
    },
  },
  watching("watch", "change", "stop where a subject, or one of a range, is changed"),
  watching("rwatch", "read", "stop where it is looked at"),
  watching("awatch", "access", "stop where it is changed or looked at"),
  {
    name: "delete",
    short: ["d"],
    usage: "delete [NUMBER | checkpoint NUMBER | display NUMBER]",
    says: "forget a breakpoint or watchpoint, or all of them; a checkpoint; a display",
    words: () => ["checkpoint", "display"],
    run: (context, argument) => {
      const [, what, number] = /^(?:(\w+)\s*)??(\d*)$/.exec(argument) ?? [];
      if (number === undefined || (what !== undefined && !/^(checkpoint|display)$/.test(what)))
        throw new UserError(
          `'${argument}' is nothing to delete; write delete 2 or delete checkpoint 1`,
        );
      return deleted(context, what ?? "breakpoint", number === "" ? null : Number(number));
    },
  },
  {
    name: "checkpoint",
    short: ["check"],
    usage: "checkpoint",
    says: "remember this position; 'restart NUMBER' comes back to it",
    run: ({ session }) => {
      const { number, moment } = session.checkpoint();
      return `checkpoint ${number} at #${moment}`;
    },
  },
  {
    name: "restart",
    usage: "restart [NUMBER]",
    says: "go to a checkpoint; without one, before everything",
    run: (context, argument) => {
      const { session } = context;
      if (argument === "") return context.arrived(session.goTo(0));
      const wanted = countIn(argument, 0);
      const found = session.checkpoints.find(({ number }) => number === wanted);
      if (found !== undefined) return context.arrived(session.goTo(found.moment));
      throw new UserError(`there is no checkpoint ${wanted}; 'info checkpoints' lists them`);
    },
  },
  {
    name: "mark",
    usage: "mark NAME [WORDS]",
    says: "put a name and words to this moment, in the trace's file; mark:NAME is a position then",
    run: async ({ session, path }, argument) => {
      const [, name, text] = /^([\w.-]+)(?:\s+(.*))?$/.exec(argument) ?? [];
      if (name === undefined)
        throw new UserError("say what this moment is called: mark first-wrong the entry is stale");
      await addMark(path, { moment: session.moment, name, text: text ?? "" });
      return `marked #${session.moment} as mark:${name}`;
    },
  },
];

function deleted({ session, displays }: Context, what: string, number: number | null): string {
  if (what === "display") {
    const kept = number === null ? [] : displays.filter((display) => display.number !== number);
    const gone = displays.length - kept.length;
    displays.splice(0, displays.length, ...kept);
    return mustDelete(gone, what, number);
  }
  if (what === "checkpoint") return mustDelete(session.deleteCheckpoint(number), what, number);
  return mustDelete(session.delete(number), what, number);
}

function mustDelete(gone: number, what: string, number: number | null): string {
  if (gone > 0) return "";
  throw new UserError(number === null ? `there is no ${what}` : `there is no ${what} ${number}`);
}
