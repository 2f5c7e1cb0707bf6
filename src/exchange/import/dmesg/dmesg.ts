// dmesg.ts - imports a kernel's log: messages by the kernel's clock, and what an IOMMU refused.

import { bus } from "../../../address.ts";
import { levels } from "../../../event/op.ts";
import type { StreamFormat } from "../join/format.ts";
import type { Run } from "../join/run.ts";
import { BootClock } from "../source/boot-clock.ts";
import type { Source } from "../source/source.ts";

const LINE = /^(?:<(\d+)>)?\[ *(\d+)\.(\d{6})\](?:\[[^\]]*\])? ?(.*)$/;
/** All four grammars of a DMAR fault: up to 4.20, with a PASID, since 5.13, and Xen's. */
const FAULT =
  /DMAR: ?\[DMA (?:Read|Write)[^\]]*\] Request device \[[^\]]+\] (?:PASID [0-9a-f]+ )?fault addr (?:0x)?([0-9a-f]+)/;

class Dmesg {
  readonly #source: Source;
  readonly #run: Run;
  readonly #boot: BootClock;

  constructor(source: Source, run: Run) {
    this.#source = source;
    this.#run = run;
    this.#boot = new BootClock(source);
  }

  batches(): AsyncIterable<readonly string[]> {
    return this.#source.lines();
  }

  timeOf(line: string): number | null {
    const [, , seconds, micros] = LINE.exec(line) ?? [];
    return seconds === undefined ? null : Number(seconds) * 1e9 + Number(micros) * 1e3;
  }

  take(line: string): boolean {
    this.#source.line++;
    if (line === "") return true;
    const [, priority, , , text] = LINE.exec(line) ?? [];
    if (text === undefined) {
      this.#source.tally.skipped("line", "not [SECONDS] MESSAGE", 1);
      return true;
    }
    const at = this.timeOf(line);
    if (at !== null) this.#boot.check(at);
    this.#source.tally.kept("message");
    const [, digits] = FAULT.exec(text) ?? [];
    const address = digits === undefined ? Number.NaN : Number.parseInt(digits, 16);
    // The lower three bits of a priority are the level (syslog(2)).
    const level = priority === undefined ? "default" : levels[Number(priority) % 8]!;
    if (address < 2 ** 52)
      this.#run.emit({
        kind: "fault.raised",
        actor: "kernel",
        at,
        fault: "iommu",
        text,
        bus: bus(address),
      });
    else this.#run.emit({ kind: "message.logged", actor: "kernel", at, level, text });
    return true;
  }
}

export const dmesg: StreamFormat = {
  name: "dmesg",
  part: "stream",
  recognises: (head) =>
    head
      .toString("latin1")
      .split(/\r?\n/)
      .slice(0, 5)
      .some((line) => LINE.test(line)),
  open: (source, run) => new Dmesg(source, run),
};
