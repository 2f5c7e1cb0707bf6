// interpreter.ts - all commands of the debugger, and how a line is carried out.

import { UserError } from "../fault.ts";
import { breakpointCommands } from "./breakpoint-commands.ts";
import { type Command, type Context, commandCalled } from "./command.ts";
import { dataCommands } from "./data-commands.ts";
import { runningCommands } from "./running-commands.ts";
import { statusCommands } from "./status-commands.ts";

export const commands: readonly Command[] = [
  ...runningCommands,
  ...breakpointCommands,
  ...dataCommands,
  ...statusCommands,
];

/** A line in its command and the rest. */
function partsOf(line: string): [word: string, argument: string] {
  const [, word, argument] = /^(\S+)\s*(.*)$/s.exec(line.trim())!;
  return [word!, argument!.trim()];
}

/** Carries out lines one after the other; an empty one repeats the last, where that makes sense. */
export class Interpreter {
  readonly #context: Context;
  #last = "";

  constructor(context: Context) {
    this.#context = context;
  }

  /** What the line prints; a UserError where it cannot be carried out. */
  async run(line: string): Promise<string> {
    const wanted = line.trim() === "" ? this.#last : line;
    if (wanted === "") return "";
    const [word, argument] = partsOf(wanted);
    this.#last = "";
    const command = commandCalled(commands, word);
    if (argument !== "" && command.usage === command.name)
      throw new UserError(`'${command.name}' takes no argument; leave out '${argument}'`);
    const text = await command.run(this.#context, argument);
    if (command.repeats) this.#last = wanted;
    return text;
  }

  /** What the last word of a line can be completed to, and that word. */
  complete(line: string): [found: string[], word: string] {
    const [, before, word] = /^(.*?)([^\s]*)$/s.exec(line)!;
    return [begun(this.#wordsAfter(before!.trim()), word!), word!];
  }

  #wordsAfter(line: string): readonly string[] {
    if (line === "") return commands.map(({ name }) => name);
    const [name] = partsOf(line);
    const known =
      commands.find((one) => one.name === name || one.short?.includes(name)) ??
      commands.find((one) => one.name.startsWith(name));
    return known?.words?.(this.#context) ?? [];
  }
}

/** Those that begin with a word; the only one with the blank behind it, unless a number or a name follows. */
function begun(words: readonly string[], word: string): string[] {
  const found = [...new Set(words)].filter((one) => one.startsWith(word)).sort();
  return found.length === 1 && /\w$/.test(found[0]!) ? [`${found[0]} `] : found;
}
