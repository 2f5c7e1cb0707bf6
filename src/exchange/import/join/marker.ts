// marker.ts - what somebody wrote into a kernel's log while it ran: where an op of the workload begins.

import type { Facts } from "../../../event/field.ts";
import type { Run } from "./run.ts";

/** `OP [name] key=value ...` begins an op of the workload, `PHASE ...` ends it; anything else is a message. */
export function mark(run: Pick<Run, "emit" | "beginOp" | "endOp" | "at">, text: string): void {
  const [, op] = /^OP (.*)$/.exec(text) ?? [];
  if (op !== undefined) {
    const words = op.trim().split(/\s+/);
    const name = words[0]?.includes("=") === false ? words.shift()! : "op";
    run.beginOp(name, argumentsOf(words));
    return;
  }
  if (text.startsWith("PHASE ")) run.endOp();
  run.emit({ kind: "message.logged", actor: "workload", at: run.at, level: "default", text });
}

/** "bs=64k" under its key, a word alone under its place. */
function argumentsOf(words: readonly string[]): Facts {
  return Object.fromEntries(
    words.map((word, i) => {
      const at = word.indexOf("=");
      return at < 0 ? [`${i}`, word] : [word.slice(0, at), word.slice(at + 1)];
    }),
  );
}
