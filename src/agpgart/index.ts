// index.ts - the chip drivers of agpgart, by chipset, and how a module finds its bridge.

import { PCI_AGP_STATUS } from "../chipset/agp-capability.ts";
import { aliDrivers } from "./ali-agp.ts";
import { alphaDriver } from "./alpha-agp.ts";
import { amdK7Driver } from "./amd-k7-agp.ts";
import { amd64Drivers } from "./amd64-agp.ts";
import { atiRs100Driver, atiRs300Driver } from "./ati-agp.ts";
import { addBridge, removeBridge } from "./backend.ts";
import { type Board, type Bridge, type BridgeDriver, EEXIST, ENODEV } from "./bridge.ts";
import { hpDriver } from "./hp-agp.ts";
import { intelDrivers } from "./intel-agp.ts";
import { intelI810Driver } from "./intel-i810.ts";
import { nvidiaDriver } from "./nvidia-agp.ts";
import { sisDrivers } from "./sis-agp.ts";
import { sworksDriver } from "./sworks-agp.ts";
import { u3Driver, uninorth07Driver, uninorth15Driver } from "./uninorth-agp.ts";
import { viaDrivers } from "./via-agp.ts";

const drivers: { readonly [chipset: string]: BridgeDriver } = {
  ...intelDrivers,
  i810: intelI810Driver,
  "amd-irongate": amdK7Driver,
  u3: u3Driver,
  ...viaDrivers,
  ...aliDrivers,
  ...sisDrivers,
  ...amd64Drivers,
  "ati-rs100": atiRs100Driver,
  "ati-rs300": atiRs300Driver,
  "sworks-he": sworksDriver,
  nforce2: nvidiaDriver,
  uninorth: uninorth07Driver,
  uninorth15: uninorth15Driver,
  titan: alphaDriver,
  zx1: hpDriver,
};

/** The module: there is one global bridge. */
export class Agpgart {
  readonly #board: Board;
  readonly #driver: BridgeDriver;
  /** The bridge in the list of those that are in service. */
  bridge: Bridge | null = null;
  /** agp_bridge: the same, or one that an oops left in the middle of its probe. */
  global: Bridge | null = null;

  /** `change` modifies the chipset's driver, for scenarios. */
  constructor(board: Board, change?: (driver: BridgeDriver) => BridgeDriver) {
    this.#board = board;
    const driver = drivers[board.chipset.name]!;
    this.#driver = change?.(driver) ?? driver;
  }

  /** Loads the module: pci_register_driver finds the bridge and probes it; 0 or an errno. */
  init(): number {
    if (this.bridge !== null) return EEXIST;
    if (!this.#board.arch.kernel.platform.ownsDevices) return ENODEV;
    this.#entered(this.#driver.probe, "probe");
    const bridge = this.#probe();
    this.global = bridge;
    const result = this.#driver.prepare?.(bridge) || addBridge(bridge);
    if (result === 0) this.bridge = bridge;
    else this.global = null;
    this.#board.arch.kernel.machine.emit({
      kind: "call.returned",
      actor: "kernel",
      place: this.#driver.probe,
      text: "probe",
      result,
    });
    return result;
  }

  /** Before a suspend. */
  suspend(): void {
    if (this.bridge !== null) this.#driver.suspend?.(this.bridge);
  }

  /** Resumes after a suspend: the driver's own function, if it has one; 0 or an errno. */
  resume(): number {
    return (this.bridge && this.#driver.resume?.(this.bridge)) ?? 0;
  }

  get neverSleeps(): boolean {
    return this.#driver.neverSleeps === true;
  }

  /** Unloads it. */
  cleanup(): void {
    this.#driver.unload?.(this.#board);
    if (this.bridge === null) return;
    this.#entered(this.#driver.remove, "remove");
    removeBridge(this.bridge);
    this.bridge = null;
    this.global = null;
  }

  #probe(): Bridge {
    const { pci, chipset } = this.#board;
    const place = this.#driver.probe;
    const device = pci.devices.find(({ name }) => name === chipset.bridge.device)!;
    for (const slot of this.#driver.slots ?? []) pci.findSlot(0, slot, place);
    const bridge = this.#bridge(pci.findAgp(device, place));
    this.#driver.detect(bridge);
    if (bridge.capndx !== 0)
      bridge.mode = pci.read(device.name, bridge.capndx + PCI_AGP_STATUS, 4, place);
    return bridge;
  }

  #bridge(capndx: number): Bridge {
    const [firstSize] = this.#driver.sizes;
    return {
      board: this.#board,
      driver: this.#driver,
      capndx,
      version: null,
      mode: 0,
      apertureSizeIdx: 0,
      currentSize: firstSize!,
      previousSize: firstSize!,
      gattTableReal: null,
      gattTable: null,
      gartBusAddr: 0,
      apbaseConfig: 0,
      gattBusAddr: null,
      scratchPage: 0,
      scratchPageReal: null,
      registers: null,
      pageMaps: [],
      scratchDirectory: null,
      keys: new Set(),
      currentMemory: 0,
      maxMemory: 0,
      agpInUse: 0,
      commandBefore: 0,
    };
  }

  #entered(place: string, what: "probe" | "remove"): void {
    const { device, vendor, id } = this.#board.chipset.bridge;
    const four = (n: number) => n.toString(16).padStart(4, "0");
    const ids = what === "probe" ? ` ${four(vendor)}:${four(id)}` : "";
    const text = `${this.#driver.name} ${what} ${device}${ids}`;
    this.#board.arch.kernel.machine.emit({ kind: "call.entered", actor: "kernel", place, text });
  }
}
