// mark.ts - gartrace mark: words put to a moment of a trace, and the list of them.

import type { Command } from "commander";
import { UserError } from "../fault.ts";
import { inColumns } from "../library/columns.ts";
import { mark } from "../library/mark.ts";
import { positions } from "../library/positions.ts";
import { notice, print, printAnswer } from "./output.ts";
import { reading } from "./reading.ts";
import { withBar } from "./steered.ts";

interface Options {
  readonly name?: string;
  readonly json: boolean;
}

export function addMarks(program: Command): void {
  program
    .command("mark")
    .summary("put words to a moment of a trace, or list these moments")
    .description(
      `Marks a moment (${positions}); without one, lists the marks.\n` +
        "A mark with a name is a position itself: mark:NAME.",
    )
    .argument("<trace>")
    .argument("[position]")
    .argument("[text]", "a note on the moment")
    .option("--name <name>", "what the moment is called")
    .option("--json", "print JSON", false)
    .action(
      async (
        path: string,
        position: string | undefined,
        text: string | undefined,
        options: Options,
      ) => {
        if (position === undefined) await list(path, options.json);
        else await add(path, position, text, options);
      },
    );
}

async function list(path: string, json: boolean): Promise<void> {
  await reading([path], async ([trace]) => {
    const marks = trace!.marks();
    if (json) await printAnswer("marks", { marks });
    else if (marks.length === 0) notice(`gartrace: ${path} has no marks`);
    else
      await print(
        inColumns(
          marks.map(({ moment, name, text }) => [
            `#${moment}`,
            name === null ? "" : `mark:${name}`,
            text,
          ]),
        ),
      );
  });
}

async function add(
  path: string,
  position: string,
  text: string | undefined,
  { name, json }: Options,
): Promise<void> {
  if (text === undefined && name === undefined)
    throw new UserError(`say what ${position} is: gartrace mark ${path} ${position} "some words"`);
  const made = await withBar("making a new index", (onProgress) =>
    mark(path, position, { name: name ?? null, text: text ?? "", onProgress }),
  );
  if (json) await printAnswer("mark", made);
  else notice(`marked #${made.moment}${name === undefined ? "" : ` as mark:${name}`}`);
}
