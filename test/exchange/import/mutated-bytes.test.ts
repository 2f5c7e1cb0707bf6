// mutated-bytes.test.ts - mmiotrace and xentrace with bytes changed, cut out and put in are imported, counted or refused: never a crash.

import { gunzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { Dice } from "../../../src/dice.ts";
import { mmiotrace } from "../../../src/exchange/import/mmio/mmiotrace.ts";
import { xentrace } from "../../../src/exchange/import/xen/xentrace.ts";
import { UserError } from "../../../src/fault.ts";
import { capture } from "../written.ts";
import { importContent } from "./imported-stream.ts";

const ROUNDS = 25;

/** Some bytes of a file changed, some taken away, some doubled. */
function mutated(whole: Buffer, dice: Dice): Buffer {
  let bytes = Buffer.from(whole);
  for (let i = 0; i < 12; i++) {
    const at = dice.roll(bytes.length);
    const end = Math.min(bytes.length, at + dice.roll(200));
    const change = dice.roll(4);
    if (change === 0) bytes[at] = dice.roll(256);
    else if (change === 1) bytes.writeUInt8(bytes[at]! ^ (1 << dice.roll(8)), at);
    else if (change === 2) bytes = Buffer.concat([bytes.subarray(0, at), bytes.subarray(end)]);
    else bytes = Buffer.concat([bytes.subarray(0, end), bytes.subarray(at)]);
  }
  return bytes;
}

test.each([
  ["mmiotrace", mmiotrace, "linux-6.1.xen-dom0/mmiotrace.txt.gz", 60_000],
  ["xentrace", xentrace, "linux-6.1.xen-dom0/xentrace.bin.gz", 90_000],
] as const)(
  "%s",
  async (_, format, name, length) => {
    const whole = gunzipSync(capture(name)).subarray(0, length);
    const { counts } = await importContent(format, whole);
    const untouched = [...counts.values()].reduce((sum, { kept }) => sum + kept, 0);
    const kept: number[] = [];
    for (let seed = 1; seed <= ROUNDS; seed++) {
      const outcome = await importContent(format, mutated(whole, new Dice(seed))).catch(
        (error: unknown) => {
          // A mistake of ours is no UserError.
          if (!(error instanceof UserError)) throw error;
          expect(error.message).toMatch(/capture:\d+: time goes back/);
          return null;
        },
      );
      if (outcome === null) continue;
      const all = [...outcome.counts.values()];
      for (const count of all) {
        expect(count.read, `seed ${seed}`).toBe(count.kept + count.skipped);
        // What is said of the file as a whole counts nothing.
        const isRemark = count.read + count.lost === 0;
        expect(count.why === null, `seed ${seed}`).toBe(count.skipped === 0 && !isRemark);
      }
      kept.push(all.reduce((sum, count) => sum + count.kept, 0));
    }
    const mean = kept.reduce((sum, count) => sum + count, 0) / kept.length;
    expect(kept.length).toBeGreaterThan(ROUNDS / 2);
    // A dozen wounds of up to 200 bytes leave most of a file whole.
    expect(mean).toBeGreaterThan(untouched / 2);
  },
  60_000,
);
