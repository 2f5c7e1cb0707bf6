// log.ts - imports what QEMU's devices logged of a run: NVMe, AHCI and the emulated VT-d.

import { UNKNOWN_EVENT } from "../../../event/trace.ts";
import type { Fetched, Log } from "../join/causal-order.ts";
import type { DeviceFormat, DeviceLog } from "../join/format.ts";
import type { Run } from "../join/run.ts";
import type { Command, Mapping } from "../kernel/command.ts";
import { BootClock } from "../source/boot-clock.ts";
import type { Source } from "../source/source.ts";
import { AnchorLines } from "./anchors.ts";
import { QemuEvents } from "./events.ts";
import { type Entry, isOfQemu, QemuRecords } from "./records.ts";

class QemuLog implements DeviceLog, Log {
  readonly #source: Source;
  readonly #records = new QemuRecords();
  readonly #boot: BootClock;
  readonly #events: QemuEvents;
  readonly #batches: AsyncIterator<readonly string[]>;
  /** Records read and not emitted, from `#emitted` on; `#first` is the number of the first in the array. */
  #entries: Entry[] = [];
  #emitted = 0;
  #first = 0;
  #lines = 0;
  ended = false;

  constructor(source: Source, run: Run) {
    this.#source = source;
    this.#events = new QemuEvents(run);
    this.#boot = new BootClock(source);
    this.#batches = source.lines(() => false)[Symbol.asyncIterator]();
    run.device.log = this;
    run.iommu.remembersCleared = true;
  }

  get waiting(): number {
    return this.#entries.length - this.#emitted;
  }

  unmatched(layer: Command["layer"], key: string): Fetched[] {
    if (layer === "ata") return this.#records.ataAt(Number(key.slice(1)));
    // The device knows queues and ids, not the name that the guest gave its controller.
    return this.#records.nvmeBy(key.slice(key.indexOf(" ") + 1));
  }

  async more(): Promise<boolean> {
    const next = await this.#batches.next();
    if (next.done) {
      this.ended = true;
      return false;
    }
    for (const line of next.value) {
      this.#source.line = ++this.#lines;
      const entry = this.#records.read(line, this.#lines, this.#first + this.#entries.length);
      if (entry === "nothing") continue;
      if (typeof entry !== "string") this.#boot.check(entry.time * 1e3);
      if (typeof entry === "string") this.#source.tally.skipped("line", entry, 1);
      else if (this.#events.knows(entry.name)) this.#entries.push(entry);
      else {
        const column = line.indexOf(":") + 2;
        this.#source.tally.skipped(entry.name, UNKNOWN_EVENT, column);
      }
    }
    return true;
  }

  before(time: number, doubt: number): boolean {
    let entry = this.#entries[this.#emitted];
    while (entry !== undefined && entry.time < time) {
      if (entry.time + doubt >= time && this.#events.awaits(entry)) return true;
      this.emit(this.#first + this.#emitted);
      entry = this.#entries[this.#emitted];
    }
    return entry !== undefined || this.ended;
  }

  touched(mapping: Mapping): number {
    return this.#records.network.touched(mapping, this.#first + this.#emitted);
  }

  get rings(): readonly number[] {
    return this.#records.network.rings;
  }

  emit(through: number): void {
    while (this.#first + this.#emitted <= through && this.#emitted < this.#entries.length)
      this.#events.emit(this.#entries[this.#emitted++]!, this.#source);
    this.#source.line = this.#lines;
    // Emitted records are dropped a batch at a time.
    if (this.#emitted < 4096) return;
    this.#entries = this.#entries.slice(this.#emitted);
    this.#first += this.#emitted;
    this.#emitted = 0;
    this.#records.network.forget(this.#first);
  }

  emitCut(fetched: Fetched): void {
    let last = this.#entries.findLastIndex(({ command }) => command === fetched);
    if (last < this.#emitted) return;
    // What no command claims may be this one's; what another claims may not have been asked for yet.
    while (this.#entries[last + 1]?.command === null) last++;
    this.emit(this.#first + last);
  }

  end(): void {
    this.emit(Number.POSITIVE_INFINITY);
  }
}

export const qemuLog: DeviceFormat = {
  name: "qemu-log",
  what: "what QEMU's models of devices and IOMMUs log",
  madeBy:
    "qemu-system-x86_64 -msg timestamp=on -D qemu.log --trace 'pci_nvme_*' --trace 'vtd_*' -d guest_errors",
  near: /pci_nvme|vtd_|amdvi_|smmuv3_|qemu-system/,
  part: "device",
  recognises: (head) => {
    const lines = head.toString("latin1").split(/\r?\n/);
    return lines.slice(0, 1000).some(isOfQemu);
  },
  open: (source, run) => new QemuLog(source, run),
  anchors: (anchors) => new AnchorLines(anchors),
};
