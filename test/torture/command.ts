// command.ts - the command as a process of its own, which may be killed, hang, or be refused its writes.

import { spawn } from "node:child_process";
import { resolve } from "node:path";

const main = resolve("dist/src/cli/main.js");

export interface Ran {
  /** Null where a signal ended it. */
  readonly code: number | null;
  readonly text: string;
}

/** What no user is to see. */
const INNER = /bug of ours|\n {4}at |node:internal|SQLITE_CORRUPT(?!.*damaged)/;
/** Milliseconds after which a command is taken to hang. */
const HANG = 120_000;

export async function gartrace(
  words: readonly string[],
  { folder, env = {} }: { readonly folder: string; readonly env?: NodeJS.ProcessEnv },
): Promise<Ran> {
  const child = spawn(process.execPath, [main, ...words], {
    cwd: folder,
    env: { ...process.env, ...env },
    stdio: ["ignore", "pipe", "pipe"],
    timeout: HANG,
    killSignal: "SIGKILL",
  });
  let text = "";
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding("utf8").on("data", (data) => {
      text += data;
    });
  const code = await new Promise<number | null>((done) => child.on("close", done));
  return { code, text };
}

/** What is wrong with how a command ended, whatever it answered; null where it is a code and a sentence. */
export function rudeness(words: readonly string[], { code, text }: Ran): string | null {
  const inner = INNER.exec(text);
  if (inner !== null) return `${words.join(" ")}: ${text.slice(inner.index, inner.index + 200)}`;
  return code === null ? `${words.join(" ")}: killed or hangs` : null;
}
