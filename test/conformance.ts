// conformance.ts - npm run conformance [DIR]: every recording in a folder against the same run here.
//
// Exit code 0 where all are alike number by number, 1 where one is not, 2 where there is none to compare.

import { UserError } from "../src/fault.ts";
import { parting } from "./judge.ts";
import { recordingsIn } from "./recordings.ts";

const folder = process.argv[2] ?? "traces/reference";
const names = recordingsIn(folder);
let alike = 0;
for (const name of names) {
  const text = await parting(name, folder).catch((error: unknown) => {
    if (error instanceof UserError) return error.message;
    throw error;
  });
  if (text === null) alike++;
  else process.stdout.write(`${name}: ${text}\n`);
}
process.stdout.write(`${alike} of ${names.length} alike\n`);
if (names.length === 0) process.exitCode = 2;
else if (alike < names.length) process.exitCode = 1;
