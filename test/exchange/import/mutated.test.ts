// mutated.test.ts - captures with bytes changed, lines moved and ends cut give a trace or a message, never a crash.

import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { Dice } from "../../../src/dice.ts";
import { UserError } from "../../../src/fault.ts";
import { verify } from "../../../src/replay/verify.ts";
import { captures, importedText } from "./captured.ts";

/** Lines of each capture that are mutated: enough to hold each form, few enough to be quick. */
const LINES = 400;
const ROUNDS = 4;

/** The beginning and the end of a kernel's log, and what an IOMMU refused. */
const DMESG = `[    0.000000] Linux version 6.12.117+deb12-amd64
<6>[    0.000000] Booting paravirtualized kernel on bare hardware
[    6.400000] DMAR: [DMA Write NO_PASID] Request device [00:04.0] fault addr 0xffcda000 [fault reason 0x05] PTE Write access is not set
[    9.500000][  T183] nvme nvme0: 1/0/0 default/read/poll queues
`;

const textOf = (name: string, file: string): string => {
  const lines = gunzipSync(readFileSync(`traces/captures/${name}/${file}.gz`))
    .toString()
    .split("\n");
  return lines.slice(0, LINES).join("\n");
};

const changes: readonly ((text: string, dice: Dice) => string)[] = [
  // A byte becomes any other.
  (text, dice) => {
    let changed = text;
    for (let i = 0; i < 40; i++) {
      const at = dice.roll(changed.length);
      changed = changed.slice(0, at) + String.fromCharCode(dice.roll(256)) + changed.slice(at + 1);
    }
    return changed;
  },
  // A number becomes an extreme one.
  (text, dice) => {
    const extremes = [
      "-1",
      "0",
      "0xffffffffffffffff",
      "8000000000000000",
      "99999999999999999999",
      "",
    ];
    return text.replace(/\b(0x)?[0-9a-f]{2,16}\b/g, (number) =>
      dice.roll(40) === 0 ? extremes[dice.roll(extremes.length)]! : number,
    );
  },
  // Lines are lost, doubled and put elsewhere.
  (text, dice) => {
    const lines = text.split("\n");
    for (let i = 0; i < 30; i++) {
      const [line] = lines.splice(dice.roll(lines.length), dice.roll(2));
      if (line !== undefined)
        lines.splice(dice.roll(lines.length), 0, line, ...(dice.roll(2) ? [line] : []));
    }
    return lines.join("\n");
  },
  (text, dice) => text.slice(0, dice.roll(text.length)),
  (text) => text.replaceAll("\n", "\r\n"),
];

test.each(captures)(
  "%s",
  async (name) => {
    const dice = new Dice(7);
    let told = 0;
    const files = {
      "ftrace.txt": textOf(name, "ftrace.txt"),
      "qemu.log": textOf(name, "qemu-trace.log"),
      ...(name.endsWith("dom0")
        ? {
            "dmesg.txt": DMESG.replace("bare hardware", "Xen PV"),
            "p2m.txt": textOf(name, "p2m.txt"),
          }
        : { "dmesg.txt": DMESG }),
    };
    for (let round = 0; round < ROUNDS * changes.length; round++) {
      const change = changes[round % changes.length]!;
      const changed = Object.fromEntries(
        Object.entries(files).map(([file, text]) => [file, change(text, dice)]),
      );
      try {
        const { events, trace, sources } = await importedText(changed);
        told++;
        expect(events.findIndex(({ seq }, i) => seq !== i + 1)).toBe(-1);
        expect(verify(trace).disagreements.filter(({ what }) => what === "seq")).toEqual([]);
        for (const { counts } of sources)
          for (const { read, kept, skipped } of counts) expect(kept + skipped).toBe(read);
      } catch (error) {
        // A mistake of ours is no UserError.
        if (!(error instanceof UserError)) throw error;
        expect(error.message).toMatch(/(ftrace|dmesg|p2m)\.txt|qemu\.log/);
      }
    }
    // Some of what is changed is still a log, or nothing was tested.
    expect(told).toBeGreaterThanOrEqual(ROUNDS);
  },
  60_000,
);
