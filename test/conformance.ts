// conformance.ts - npm run conformance [DIR]: every recording in a folder against the same run here.
//
// Exit code 0 where all are alike number by number, 1 where one is not, 2 where there is none to compare. With
// `judgement` in place of a folder: whether all commands judge alike (test/judgement/main.ts).

import { UserError } from "../src/fault.ts";
import { parting } from "./judge.ts";
import { walkAll } from "./judgement/main.ts";
import { recordingsIn } from "./recordings.ts";

const [first, ...others] = process.argv.slice(2);
if (first === "judgement") process.exitCode = await judgement(others);
else process.exitCode = await recordingsAlike(first ?? "traces/reference");

async function recordingsAlike(folder: string): Promise<number> {
  const names = recordingsIn(folder);
  let alike = 0;
  for (const name of names) {
    const text = await parting(name, folder).catch(messageOf);
    if (text === null) alike++;
    else process.stdout.write(`${name}: ${text}\n`);
  }
  process.stdout.write(`${alike} of ${names.length} alike\n`);
  if (names.length === 0) return 2;
  return alike < names.length ? 1 : 0;
}

async function judgement(words: readonly string[]): Promise<number> {
  try {
    return await walkAll(words);
  } catch (error) {
    process.stderr.write(`${messageOf(error)}\n`);
    return 2;
  }
}

function messageOf(error: unknown): string {
  if (error instanceof UserError) return error.message;
  throw error;
}
