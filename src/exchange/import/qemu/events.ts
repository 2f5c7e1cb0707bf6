// events.ts - says in events what a device did: which command it fetched, what it touched, and through what.

import { mfnOf, PAGE_SIZE } from "../../../address.ts";
import type { Run } from "../join/run.ts";
import type { ByteAddress } from "../kernel/buffers.ts";
import type { Mapping } from "../kernel/command.ts";
import { nearHex, wholeOf } from "../source/far.ts";
import { Unusable } from "../source/fields.ts";
import type { Source } from "../source/source.ts";
import { QemuIommu } from "./iommu.ts";
import type { Touch } from "./network.ts";
import { type DeviceCommand, type Entry, field } from "./records.ts";

/** Events without addresses of buffers, kept as they are. */
const structure =
  /^(pci_nvme_|translation failed$|invalid access$|ahci_|vtd_|amdvi_|smmu_|smmuv3_|virtio_|riscv_iommu_|detected translation failure$|dma_|usb_|e1000e?_|handle_|process_ncq|execute_ncq|ncq_|ide_|pci_cfg_|msix_)/;
/** Addresses that events hold are below this. */
const HIGHEST = 2 ** 52;

export class QemuEvents {
  readonly #run: Run;
  /** The network card, once the mapping of one of its rings tells which device it is. */
  #card: number | null = null;

  readonly #iommu: QemuIommu;
  /** The device's time of the record in hand, in microseconds. */
  #time = 0;

  constructor(run: Run) {
    this.#run = run;
    this.#card = run.card;
    this.#iommu = new QemuIommu(run);
  }

  knows(name: string): boolean {
    return structure.test(name);
  }

  /** Whether it is of an access that nothing allows which may be in force, at an address where something is or was. */
  awaits(entry: Entry): boolean {
    const { name, body, touch, time } = entry;
    if (touch === null && !name.startsWith("pci_nvme_map_addr"))
      return this.#iommu.awaits(name, body, time);
    try {
      const { what, address, size, device } = this.#accessOf(entry);
      const { mapping } = this.#run.mappings.tie(device, address, size, what === "read");
      if (what === "ring" || mapping === null) return false;
      const { seq, ended } = mapping;
      if (ended === 0 && isAllowed(mapping, address, size, what === "read")) return false;
      return !this.#run.device.canBeBefore(ended === 0 ? seq : ended, time);
    } catch (error) {
      if (!(error instanceof Unusable)) throw error;
      return false;
    }
  }

  emit(entry: Entry, source: Source): void {
    const { line, text, name, body, touch, time } = entry;
    const run = this.#run;
    this.#time = time;
    const { at, source: from, text: before } = run;
    source.line = line;
    // The device's clock is not the guest's.
    run.at = null;
    run.source = source;
    run.text = text;
    try {
      if (touch === null) this.#emitRecord(entry);
      else this.#touched(entry);
      source.tally.kept(name);
    } catch (error) {
      if (!(error instanceof Unusable)) throw error;
      source.tally.skipped(name, error.message, error.columnIn(text, body));
    }
    run.at = at;
    run.source = from;
    run.text = before;
  }

  #emitRecord(entry: Entry): void {
    const { name, body, command } = entry;
    switch (name) {
      case "pci_nvme_read":
      case "pci_nvme_write":
      case "ahci_populate_sglist":
        if (command !== null) this.#fetched(name, command);
        return;
      case "pci_nvme_admin_cmd":
        if (command !== null) this.#fetched(name, command);
        return;
      case "pci_nvme_io_cmd":
        // The line with the blocks of a read or a write makes its event.
        if (command !== null && command.code !== 1 && command.code !== 2)
          this.#fetched(name, command);
        return;
      case "pci_nvme_map_addr":
      case "pci_nvme_map_addr_cmb":
        this.#accessed(name, this.#accessOf(entry));
        return;
      case "pci_nvme_map_prp":
        this.#list(name, body);
        return;
      case "pci_nvme_err_addr_read":
        this.#accessed(name, {
          what: "read",
          address: address(body, "addr"),
          size: 64,
          device: this.#disk,
        });
        return;
      case "pci_nvme_mmio_asqaddr":
      case "pci_nvme_mmio_acqaddr":
        this.#named(name, needed(body, "address"), name.includes("asq") ? 64 : 16);
        return;
      case "pci_nvme_create_cq":
        this.#named(name, address(body, "addr"), ((field(body, "qsize") ?? 0) + 1) * 16);
        return;
      case "pci_nvme_create_sq":
        this.#named(name, address(body, "addr"), ((field(body, "qsize") ?? 0) + 1) * 64);
        return;
      default:
        if (!this.#iommu.emit(name, body, this.#time))
          this.#run.emit({ kind: "call.entered", actor: "device", place: name, text: body });
    }
  }

  #fetched(place: string, command: DeviceCommand): void {
    const { layer, lba, bytes } = command;
    const request = this.#requestOf(command);
    if (request !== null) {
      this.#run.requests.mapped(request, request.segments, command.bytes);
      this.#run.device.follows(request.seq);
    }
    this.#run.emit({
      kind: "request.fetched",
      actor: "device",
      place,
      cause: request?.seq ?? null,
      request: request?.request ?? 0,
      what: whatOf(command),
      layer,
      lba,
      size: bytes,
      text: command.key,
    });
  }

  /** The guest's own request of that name, if it is for the same blocks. */
  #requestOf({ layer, key, lba }: DeviceCommand) {
    const { requests } = this.#run;
    const [port, tag] = key.split(" ").map(Number);
    const found =
      layer === "ata"
        ? // libata counts its ports from 1, the controller from 0.
          requests.under("ata", `${port! + 1} ${tag}`)
        : requests.withEnd("nvme", key);
    return found === null || (lba !== null && found.lba !== null && found.lba !== lba)
      ? null
      : found;
  }

  /** What a device did at an address, and which device that is: a record that tells of no access breaks off. */
  #accessOf({ name, body, command, touch }: Entry): Touch & { readonly device: number | null } {
    if (touch !== null) {
      if (!Number.isFinite(touch.address))
        throw new Unusable("an address in one region of the bus too many");
      const isCard = name.startsWith("e1000");
      return { ...touch, device: isCard ? this.#card : this.#run.mappings.ownerOf(touch.address) };
    }
    const request = command === null ? null : this.#requestOf(command);
    return {
      what: command?.reads === true ? "read" : "wrote",
      address: address(body, "addr"),
      size: needed(body, "len"),
      device: request === null ? this.#disk : this.#run.controllerOf(request),
    };
  }

  /** What a network card did; the mapping of its ring shows which device it is. */
  #touched(entry: Entry): void {
    const { mappings, buffers } = this.#run;
    const access = this.#accessOf(entry);
    const { what, address, size } = access;
    if (what === "ring") {
      this.#card ??= mappings.ownerOf(address);
      buffers.named(entry.name, this.#card, address, size);
    } else this.#accessed(entry.name, access);
  }

  #accessed(
    place: string,
    { what, address, size, device }: Touch & { readonly device: number | null },
  ): void {
    const run = this.#run;
    const reads = what === "read";
    const tied = run.mappings.tie(device, address, size, reads);
    run.oneRun.accessed(tied.mapping !== null);
    const fits = isAllowed(tied.mapping, address, size, reads);
    // What does not fit may have come at another time.
    const isElsewhere = !fits && run.device.canBeElsewhere(tied.mapping?.seq ?? 0, this.#time);
    const { mapping, cause } = isElsewhere ? { mapping: null, cause: null } : tied;
    if (mapping === null || mapping.ended !== 0) run.pastEnd();
    // An access that may have come before the end of its mapping came from the mapping.
    const ended = mapping?.ended ?? 0;
    const isUnsure =
      ended !== 0 &&
      (run.device.canBeBefore(ended, this.#time) || run.device.canBeElsewhere(ended, this.#time));
    const by = mapping?.device ?? device;
    const reached = run.iommu.reachedBy(by, address);
    // Of a buffer that was given back no page is meant any more.
    const meant = run.buffers.byteAt(mapping?.ended === 0 ? mapping : null, address);
    const isLed = run.iommu.tellsOf(by) && !run.iommu.isBehindGap(by, address);
    // The entry of a buffer is cleared before it is given back.
    const isCleared =
      reached === null && run.device.canBeBefore(run.iommu.clearedAt(by, address), this.#time);
    const isKnown = !run.device.isDoubtful && isLed && !isCleared;
    const byte = isKnown || meant.machine === reached ? meant : NOWHERE;
    run.emit({
      kind: what === "read" ? "device.read" : "device.wrote",
      actor: "device",
      place,
      cause: isUnsure ? mapping!.seq : cause,
      frame: reached === null ? null : mfnOf(reached),
      device: by,
      ...byte,
      bus: wholeOf(address),
      reached,
      size,
    });
  }

  /** The NVMe controller, where there is one alone: its log names none. */
  get #disk(): number | null {
    const { controllers } = this.#run;
    return controllers.size === 1 ? [...controllers.values()][0]! : null;
  }

  /** An address that the driver gave the device for a queue, which the device takes for its own accesses. */
  #named(place: string, address: number, size: number): void {
    const { buffers, mappings } = this.#run;
    const actor = this.#tellsQueues ? "device" : "driver";
    buffers.named(place, this.#disk ?? mappings.ownerOf(address), address, size, actor);
  }

  /** Where a command has more than two pages, its second entry leads to a list of them, which the device reads. */
  #list(place: string, body: string): void {
    const [first, all] = [needed(body, "trans_len"), needed(body, "len")];
    const entries = Math.ceil((all - first) / PAGE_SIZE);
    if (!this.#tellsQueues || entries < 2) {
      this.#run.emit({ kind: "call.entered", actor: "device", place, text: body });
      return;
    }
    const list = { address: address(body, "prp2"), size: entries * 8 };
    this.#accessed(place, { what: "read", ...list, device: this.#disk });
  }

  /**
   * Whether the accesses of a disk's controller to its own queues and lists are told. Of an AHCI controller's the log
   * tells none: beside one, disks are counted by what their commands move, all alike.
   */
  get #tellsQueues(): boolean {
    return !this.#run.environment.ahci;
  }
}

/** Where nothing tells what byte is meant. */
const NOWHERE: ByteAddress = { phys: null, machine: null };

/** Whether a mapping allows an access, if it is in force. */
const isAllowed = (mapping: Mapping | null, from: number, size: number, reads: boolean): boolean =>
  mapping !== null &&
  from + size <= mapping.start + mapping.size &&
  mapping.direction !== (reads ? "from-device" : "to-device");

const addresses = new Map<string, RegExp>();

/** A bus address after a word, as the number that stands for it. */
function address(body: string, name: string): number {
  let pattern = addresses.get(name);
  if (pattern === undefined) {
    pattern = new RegExp(`\\b${name}[ =](0x[0-9a-f]{1,16})\\b`);
    addresses.set(name, pattern);
  }
  const [, digits] = pattern.exec(body) ?? [];
  if (digits === undefined) return needed(body, name);
  const near = nearHex(digits);
  if (near === null) throw new Unusable(`'${name}' is in one region of the bus too many`);
  return near;
}

function needed(body: string, name: string): number {
  const value = field(body, name);
  if (value === null) throw new Unusable(`no number '${name}' below 2^53`);
  if (value >= HIGHEST) throw new Unusable(`'${name}' is above 2^52`);
  return value;
}

function whatOf({ layer, code }: DeviceCommand): "read" | "write" | "flush" | "discard" | "other" {
  if (layer === "ata") {
    if ([0x25, 0x60, 0xc8].includes(code)) return "read";
    return [0x35, 0x61, 0xca].includes(code) ? "write" : "other";
  }
  return (["flush", "write", "read"] as const)[code] ?? (code === 9 ? "discard" : "other");
}
