// conformance.ts - npm run conformance [DIR]: every recording in a folder against the same run here.
//
// Exit code 0 where all are alike number by number, 1 where one is not, 2 where there is none to compare.

import { compare } from "../src/diff/diff.ts";
import type { Seen } from "../src/diff/side.ts";
import { UserError } from "../src/fault.ts";
import type { Trace } from "../src/replay/trace.ts";
import { eventLine } from "../src/report/event-text.ts";
import { recorded } from "./memory-trace.ts";
import { imported, pathOf, recordingsIn, setupLike } from "./recordings.ts";

/** The first place where a recording and the same run here part; null where they are alike. */
async function parting(name: string, folder: string): Promise<string | null> {
  try {
    const real = await imported(pathOf(name, folder));
    const here = recorded(setupLike(name, folder));
    const { first } = compare(here, real, { exact: true });
    if (first === null) return null;
    const line = (seen: Seen | null, { about }: Trace) =>
      seen === null ? "no such event" : eventLine(seen.recorded, seen.verdict, about);
    const facts = first.facts.map(
      ({ fact, a, b }) => `${fact}: ${JSON.stringify(a)} here, ${JSON.stringify(b)} there`,
    );
    return [
      `${first.class} in op ${first.op.op}, ${first.op.name}`,
      `  here  ${line(first.a, here)}`,
      `  there ${line(first.b, real)}`,
      ...facts.map((fact) => `  ${fact}`),
    ].join("\n");
  } catch (error) {
    if (error instanceof UserError) return error.message;
    throw error;
  }
}

const folder = process.argv[2] ?? "traces/reference";
const names = recordingsIn(folder);
let alike = 0;
for (const name of names) {
  const text = await parting(name, folder);
  if (text === null) alike++;
  else process.stdout.write(`${name}: ${text}\n`);
}
process.stdout.write(`${alike} of ${names.length} alike\n`);
if (names.length === 0) process.exitCode = 2;
else if (alike < names.length) process.exitCode = 1;
