// anchors.ts - what a QEMU log tells of when commands were fetched and done and buffers touched, for the relation of clocks.

import type { Anchors } from "../join/clocks.ts";
import { QemuRecords } from "./records.ts";

/** What records of commands, packets and touches of buffers begin with. */
const NAMES = ["pci_nvme_", "e1000e_", "usb_dwc2_memory_"];

type Done = ReturnType<Anchors["fetched"]>;

/** Takes lines one after the other. */
export class AnchorLines {
  readonly #anchors: Anchors;
  readonly #records = new QemuRecords();
  /** By queue and id: the command that was fetched and is not done yet. */
  readonly #open = new Map<string, Done>();
  #number = 0;

  constructor(anchors: Anchors) {
    this.#anchors = anchors;
  }

  take(line: string): void {
    if (!NAMES.some((name) => line.includes(name))) return;
    const entry = this.#records.read(line, 0, this.#number++);
    if (typeof entry === "string") return;
    const { name, command, touch, time } = entry;
    if (time === 0) this.#anchors.isTimed = false;
    if (touch !== null) {
      if (name.startsWith("usb_"))
        this.#anchors.touched(
          touch.what === "read" ? "to-device" : "from-device",
          touch.address,
          time,
        );
      else if (name === "e1000e_tx_descr") this.#anchors.sent(touch.address, time);
      else if (touch.what === "wrote") this.#anchors.received(touch.address, time);
      return;
    }
    if (command === null || command.layer !== "nvme") return;
    if (name === "pci_nvme_io_cmd" || name === "pci_nvme_admin_cmd")
      this.#open.set(command.key, this.#anchors.fetched(command.key, time));
    const done = this.#open.get(command.key);
    if (done === undefined) return;
    if (command.lba !== null) done.address = command.lba;
    if (name === "pci_nvme_enqueue_req_completion") {
      done.end = time;
      this.#open.delete(command.key);
    }
  }
}
