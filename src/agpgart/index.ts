// index.ts - the chip drivers of agpgart, by chipset, and how a module finds its bridge.

import { PCI_AGP_STATUS } from "../platform/pci.ts";
import { addBridge, removeBridge } from "./backend.ts";
import { type Board, type Bridge, type BridgeDriver, EEXIST } from "./bridge.ts";
import { intelDriver } from "./intel-agp.ts";

interface ChipDriver {
  readonly driver: BridgeDriver;
  readonly probe: string;
  readonly remove: string;
}

const intel = { driver: intelDriver, probe: "agp_intel_probe", remove: "agp_intel_remove" };
const drivers: { readonly [chipset: string]: ChipDriver } = { "intel-440bx": intel };

/** The module: there is one global bridge, as in 2.6.12-rc2. */
export class Agpgart {
  readonly #board: Board;
  readonly #chip: ChipDriver;
  bridge: Bridge | null = null;

  constructor(board: Board) {
    this.#board = board;
    this.#chip = drivers[board.chipset.name]!;
  }

  /** Loads the module: pci_register_driver finds the bridge and probes it; 0 or an errno. */
  init(): number {
    if (this.bridge !== null) return EEXIST;
    this.#entered(this.#chip.probe, "probe");
    const bridge = this.#probe();
    const result = addBridge(bridge);
    if (result === 0) this.bridge = bridge;
    this.#board.arch.kernel.machine.emit({
      kind: "call.returned",
      actor: "kernel",
      place: this.#chip.probe,
      text: "probe",
      result,
    });
    return result;
  }

  /** Unloads it. */
  cleanup(): void {
    if (this.bridge === null) return;
    this.#entered(this.#chip.remove, "remove");
    removeBridge(this.bridge);
    this.bridge = null;
  }

  #probe(): Bridge {
    const { pci, chipset, arch } = this.#board;
    const place = this.#chip.probe;
    const device = pci.devices.find(({ name }) => name === chipset.bridge.device)!;
    const capndx = pci.findAgp(device, place);
    arch.kernel.printk("info", `agpgart: ${chipset.detected}`, place);
    const mode = pci.read(device.name, capndx + PCI_AGP_STATUS, 4, place);
    const [firstSize] = this.#chip.driver.sizes;
    return {
      board: this.#board,
      driver: this.#chip.driver,
      capndx,
      version: null,
      mode,
      apertureSizeIdx: 0,
      currentSize: firstSize!,
      previousSize: firstSize!,
      gattTableReal: null,
      gattTable: null,
      gartBusAddr: 0,
      gattBusAddr: null,
      scratchPage: 0,
      keys: new Set(),
      currentMemory: 0,
      maxMemory: 0,
      agpInUse: 0,
    };
  }

  #entered(place: string, what: "probe" | "remove"): void {
    const { device, vendor, id } = this.#board.chipset.bridge;
    const four = (n: number) => n.toString(16).padStart(4, "0");
    const ids = what === "probe" ? ` ${four(vendor)}:${four(id)}` : "";
    const text = `${this.#chip.driver.name} ${what} ${device}${ids}`;
    this.#board.arch.kernel.machine.emit({ kind: "call.entered", actor: "kernel", place, text });
  }
}
