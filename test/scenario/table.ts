// table.ts - prints the table of bugs that the README shows, as node dist/test/scenario/table.js.

import { bugTable } from "../../src/scenario/classes.ts";
import { scenarios } from "../../src/scenario/index.ts";

process.stdout.write(`${bugTable(scenarios)}\n`);
