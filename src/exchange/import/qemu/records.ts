// records.ts - the lines of a QEMU log taken apart, and which of them belong to which command.
//
// QEMU prints `event body`, and under `-msg timestamp=on` `pid@seconds.micros:` before it, by the host's clock. Some
// events of AHCI are followed by a hex dump; the first line of the one after handle_cmd_fis_dump is the command itself.

import type { Fetched } from "../join/causal-order.ts";
import { Names } from "../source/names.ts";
import { Paste, spaced } from "../source/paste.ts";
import { Network, type Touch } from "./network.ts";
import { usbTouch } from "./usb.ts";

/** A command on the device's side, in the terms of its own protocol. */
export interface DeviceCommand extends Fetched {
  lba: number | null;
  blocks: number | null;
  bytes: number | null;
  /** "1 516": queue and id; or "0 13": port and tag. */
  readonly key: string;
  readonly layer: "nvme" | "ata";
  /** Whether the device reads memory for it; null where no data moves, or it is not known. */
  readonly reads: boolean | null;
  readonly code: number;
}

export interface Entry {
  readonly line: number;
  readonly text: string;
  /** On the host's clock, in microseconds. */
  readonly time: number;
  readonly name: string;
  readonly body: string;
  /** The command it belongs to. */
  readonly command: DeviceCommand | null;
  /** What a network card accessed or was programmed with, in a record of one. */
  readonly touch: Touch | null;
}

const LINE = /^\d+@(\d+)\.(\d{1,6})\d*:(\w+) ?(.*)$/;
/** Models of which an event is known without a time, among lines of others. */
const MODEL =
  "(?:pci_nvme|nvme|vtd|amdvi|smmuv3|smmu|virtio|riscv_iommu|e1000e?|ahci|handle|process_ncq|execute_ncq|ncq|ide|usb|pci_cfg|msix|dma(?=_blk_))";
/**
 * A kernel's message of a virtio device begins alike, with the driver's name and the device's, and so does a function in
 * a call chain of perf's.
 */
const BARE = new RegExp(String.raw`^(?!virtio_\w+ virtio\d|\w+ \(\S+\)$)(${MODEL}_\w+)(?: (.*))?$`);
/** Under `-msg timestamp=on` the time stands before what is no event, and with guest-name=on the guest's name (util/error-report.c). */
const REPORTED = /^\d{4}-\d\d-\d\dT[\d:.]{8,18}Z (?:\S{1,256} )?(?=\S{1,256}: )/;
const HEAD = [
  String.raw`\d{1,10}@\d{1,20}\.\d{1,9}:\w`,
  String.raw`${MODEL}_\w+[ :]`,
  String.raw`\S*qemu\S{0,64}: `,
].join("|");
const paste = new Paste(HEAD, HEAD);
/** Nothing that came into a line on its way; most lines have a time and are so (bench: import). */
const PRINTED = /^[ -;=-~]*$/;
/** A line as QEMU printed it. */
const plain = (line: string): string => spaced(paste.plain(line).replace(REPORTED, "").trimEnd());
const DUMP = /^(?:0x)?[0-9a-f]{2,4}: (?: ?[0-9a-f]{2})+ *$/;
/** What QEMU reports beside events, without a time: an IOMMU refuses, and so the access behind it. */
const GUEST_ERRORS: readonly (readonly [string, RegExp])[] = [
  ["detected translation failure", /^(?:\S+: )?vtd_iommu_translate: detected translation failure/],
  ["translation failed", /^\S+ translation failed for iova=0x/],
  ["invalid access", /^Invalid (?:read|write) at addr 0x/],
];
const ADMIN = 2 ** 16;
/** ATA commands that the guest's side may still ask for, at most. */
const MOST_ATA = 2 ** 18;

/** Names of events. */
const names = new Names();

export class QemuRecords {
  /** Fetched and not completed: "nvme 1 516", "ata 0 13". */
  readonly #open = new Map<string, DeviceCommand>();
  readonly #nvme = new Map<string, DeviceCommand[]>();
  /** ATA commands with data, by their order, less those before `#ataFirst` that were matched. */
  readonly #ata = new Map<number, DeviceCommand>();
  #ataCount = 0;
  /** The submission queue that answers into a completion queue. */
  readonly #queues = new Map<number, number>();
  #current: DeviceCommand | null = null;
  /** The port whose command comes next in a dump. */
  #port: number | null = null;
  readonly #ports = new Map<number, DeviceCommand>();
  readonly network = new Network();
  /** Of the last line that has a time. */
  #time = 0;

  nvmeBy(key: string): DeviceCommand[] {
    return this.#nvme.get(key) ?? [];
  }

  /** The n-th with data, alone in its list. */
  ataAt(n: number): DeviceCommand[] {
    const found = this.#ata.get(n);
    if (found === undefined) return [];
    if (found.completed >= 0) this.#ata.delete(n);
    return [found];
  }

  /** Takes a line; `number` counts records. "nothing" for a line that is part of another, else a complaint. */
  read(raw: string, line: number, number: number): Entry | string {
    const printed = PRINTED.test(raw) ? LINE.exec(raw) : null;
    const text = printed === null ? plain(raw) : raw;
    const [, second, fraction, ...timed] = printed ?? LINE.exec(text) ?? [];
    const [name, body = ""] = second === undefined ? (BARE.exec(text)?.slice(1) ?? []) : timed;
    if (name === undefined) return this.#guestError(text, line) ?? this.#beside(text);
    if (second !== undefined) this.#time = Number(second) * 1e6 + Number(fraction!.padEnd(6, "0"));
    const command = this.#commandOf(name, body, number);
    const touch = name.startsWith("e1000e_")
      ? this.network.read(name, body, number)
      : usbTouch(name, body);
    // Events are kept by their name while a fault may come for them.
    return { line, text, time: this.#time, name: names.of(name), body, command, touch };
  }

  #guestError(text: string, line: number): Entry | null {
    const [name] = GUEST_ERRORS.find(([, pattern]) => pattern.test(text)) ?? [];
    if (name === undefined) return null;
    const nothing = { command: null, touch: null };
    return { line, text, time: this.#time, name, body: text, ...nothing };
  }

  #beside(text: string): string {
    if (text.trim() === "") return "nothing";
    if (!DUMP.test(text)) return "neither an event nor a hex dump";
    const [at, ...bytes] = text.trim().split(/:? +/);
    if (this.#port !== null && Number.parseInt(at!, 16) === 0) {
      this.#ports.set(
        this.#port,
        ataCommand(
          this.#port,
          bytes.map((byte) => Number.parseInt(byte, 16)),
        ),
      );
      this.#port = null;
    }
    return "nothing";
  }

  #commandOf(name: string, body: string, number: number): DeviceCommand | null {
    if (name.startsWith("pci_nvme_")) return this.#nvmeOf(name.slice(9), body, number);
    if (name.includes("ahci") || body.startsWith("ahci(")) return this.#ataOf(name, body, number);
    return null;
  }

  #nvmeOf(name: string, body: string, number: number): DeviceCommand | null {
    switch (name) {
      case "io_cmd":
      case "admin_cmd": {
        const [id, queue, code] = [field(body, "cid"), field(body, "sqid"), field(body, "opc")];
        if (id === null || queue === null || code === null) return null;
        const command = nvmeCommand(`${queue} ${id}`, name === "io_cmd" ? code : code + ADMIN);
        this.#current = command;
        this.#open.set(`nvme ${command.key}`, command);
        const same = this.#nvme.get(command.key);
        // Ids come again after some thousand commands; those that the guest never asked for are let go.
        if (same === undefined) this.#nvme.set(command.key, [command]);
        else if (same.push(command) > 8) same.shift();
        return command;
      }
      case "read":
      case "write":
        if (this.#current !== null) {
          this.#current.lba = field(body, "lba");
          this.#current.blocks = field(body, "nlb");
          this.#current.bytes = field(body, "count");
        }
        return this.#current;
      case "create_sq": {
        const [queue, answers] = [field(body, "sqid"), field(body, "cqid")];
        if (queue !== null && answers !== null) this.#queues.set(answers, queue);
        return this.#current;
      }
      case "enqueue_req_completion": {
        const [id, answers] = [field(body, "cid"), field(body, "cqid")];
        return this.#completed(`nvme ${this.#queues.get(answers ?? 0) ?? answers} ${id}`, number);
      }
      default:
        return this.#current;
    }
  }

  #ataOf(name: string, body: string, number: number): DeviceCommand | null {
    const port = Number(/^ahci\(0x[0-9a-f]+\)\[(\d+)\]/.exec(body)?.[1] ?? -1);
    const tag = /\[tag:(\d+)\]/.exec(body)?.[1];
    switch (name) {
      case "handle_cmd_fis_dump":
        this.#port = port;
        return null;
      case "ahci_populate_sglist": {
        const command = this.#ports.get(port) ?? null;
        if (command === null || this.#open.get(`ata ${command.key}`) === command) return command;
        this.#open.set(`ata ${command.key}`, command);
        // Those that the guest never asked for are let go.
        this.#ata.delete(this.#ataCount - MOST_ATA);
        this.#ata.set(this.#ataCount++, command);
        return command;
      }
      case "ncq_finish":
        return this.#completed(`ata ${port} ${tag}`, number);
      case "ahci_cmd_done": {
        const command = this.#ports.get(port);
        // A queued command is taken at once and done later, by its own event.
        return command === undefined || isQueued(command)
          ? null
          : this.#completed(`ata ${command.key}`, number);
      }
      default:
        return tag === undefined ? null : (this.#open.get(`ata ${port} ${tag}`) ?? null);
    }
  }

  #completed(name: string, number: number): DeviceCommand | null {
    const command = this.#open.get(name);
    if (command === undefined) return null;
    command.completed = number;
    this.#open.delete(name);
    return command;
  }
}

const patterns = new Map<string, RegExp>();
/** Whether a line is an event as QEMU prints it, or what it reports of an access that an IOMMU refused. */
export function isOfQemu(line: string): boolean {
  const text = plain(line);
  return (
    LINE.test(text) || BARE.test(text) || GUEST_ERRORS.some(([, pattern]) => pattern.test(text))
  );
}

/** A number after a word, with 0x or =: "cid 516", "addr=0x1000,". */
export function field(body: string, name: string): number | null {
  let pattern = patterns.get(name);
  if (pattern === undefined) {
    pattern = new RegExp(`\\b${name}[ =]((?:0x)?[0-9a-f]+)\\b`);
    patterns.set(name, pattern);
  }
  const [, text] = pattern.exec(body) ?? [];
  const value = text === undefined ? Number.NaN : Number(text);
  return Number.isSafeInteger(value) ? value : null;
}

/** Bits 0 and 1 of an NVMe opcode say which way data goes (NVMe base specification, opcodes). */
const nvmeCommand = (key: string, code: number): DeviceCommand => ({
  layer: "nvme",
  key,
  code,
  reads: code % 4 === 0 ? null : code % 4 === 1,
  lba: null,
  blocks: null,
  bytes: null,
  completed: -1,
});

const isQueued = ({ code }: DeviceCommand): boolean => code === 0x60 || code === 0x61;

/** A register FIS from the host (SATA 3.x, 10.5.5): command, features, LBA and count in their bytes. */
function ataCommand(port: number, fis: readonly number[]): DeviceCommand {
  const byte = (at: number): number => fis[at] ?? 0;
  const code = byte(2);
  const queued = code === 0x60 || code === 0x61;
  const sectors = queued ? byte(3) + byte(11) * 256 : byte(12) + byte(13) * 256;
  const moves = [0x25, 0x35, 0x60, 0x61, 0xc8, 0xca].includes(code);
  const lba = [4, 5, 6, 8, 9, 10].reduceRight((sum, at) => sum * 256 + byte(at), 0);
  return {
    layer: "ata",
    key: `${port} ${queued ? byte(12) >> 3 : 0}`,
    code,
    reads: [0x35, 0x61, 0xca].includes(code),
    lba: moves ? lba : null,
    // The guest's side knows a scatterlist's bytes.
    blocks: moves ? sectors * 512 : null,
    bytes: moves ? sectors * 512 : null,
    completed: -1,
  };
}
