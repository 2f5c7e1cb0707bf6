// schema.ts - gartrace schema: the JSON Schema of what commands print and read.

import type { Command } from "commander";
import { unknownName } from "../fault.ts";
import { jsonSchemaOf, shapes } from "../shape/index.ts";
import { print } from "./output.ts";

export function addSchema(program: Command): void {
  program
    .command("schema")
    .summary("print the JSON Schema of an answer, of lines or of a file that is read")
    .description(
      "Prints the JSON Schema of what a command prints with --json, of a line of a stream (event, history-line, row), " +
        "or of what is read: workload, header (of your own lines), probes (import --probes), launch (of an editor). Without a name, the names are listed.",
    )
    .argument("[name]")
    .action(async (name: string | undefined) => {
      const names = Object.keys(shapes);
      if (name === undefined) await print(names.join("\n"));
      else if (names.includes(name)) await print(JSON.stringify(jsonSchemaOf(name), null, 2));
      else throw unknownName("shape", name, names);
    });
}
