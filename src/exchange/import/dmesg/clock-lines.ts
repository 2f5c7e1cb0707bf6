// clock-lines.ts - what a kernel's log tells of its clock: its messages and faults, and when they came.

import type { KernelClocks } from "../join/kernel-clocks.ts";
import { nearOf } from "../source/far.ts";
import { Assembler } from "./assembler.ts";

/** Takes lines one after the other. */
export class ClockLines {
  readonly #clocks: KernelClocks;
  readonly #assembler = new Assembler(false);

  constructor(clocks: KernelClocks) {
    this.#clocks = clocks;
  }

  take(line: string): void {
    for (const { head, begins } of this.#assembler.take([line])) {
      if (head === null || typeof head === "string") continue;
      if (head.at === null || head.speaker === "hypervisor") continue;
      this.#clocks.logged(head.text.trim(), head.at);
      if (begins === null || begins.address === null) continue;
      const { device } = begins;
      const address = nearOf(begins.address);
      if (address !== null) this.#clocks.faulted({ device, address, at: head.at });
    }
  }
}
