// conformance.ts - npm run conformance [DIR]: every recording in a folder against the same run here.
//
// Exit code 0 where all are alike number by number, 1 where one is not, 2 where there is none to compare. With
// `judgement` in place of a folder: whether all commands judge alike (test/judgement/main.ts).

import { UserError } from "../src/fault.ts";
import { parting } from "./judge.ts";
import { walkAll } from "./judgement/main.ts";
import { kernelParting, kernelRecordingsIn } from "./kernel-judge.ts";
import { recordingsIn } from "./recordings.ts";

/** Those of the AGP driver, and those of the kernel's DMA and block code. */
const KEPT = ["traces/reference", "traces/kernel-code"];

const [first, ...others] = process.argv.slice(2);
if (first === "judgement") process.exitCode = await judgement(others);
else process.exitCode = await recordingsAlike(first === undefined ? KEPT : [first]);

async function recordingsAlike(folders: readonly string[]): Promise<number> {
  let [alike, count] = [0, 0];
  const tell = (name: string, text: string | null): void => {
    count++;
    if (text === null) alike++;
    else process.stdout.write(`${name}: ${text}\n`);
  };
  for (const folder of folders) {
    for (const name of recordingsIn(folder)) tell(name, await told(() => parting(name, folder)));
    for (const name of kernelRecordingsIn(folder))
      tell(name, await told(async () => kernelParting(name, folder)));
  }
  process.stdout.write(`${alike} of ${count} alike\n`);
  if (count === 0) return 2;
  return alike < count ? 1 : 0;
}

function told(part: () => Promise<string | null>): Promise<string | null> {
  return part().catch(messageOf);
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
