// disk.ts - requests as the block layer, the NVMe driver and libata tell them.

import type { requests } from "../../../event/block.ts";
import { SECTOR } from "../kernel/requests.ts";
import { number, Unusable } from "../source/fields.ts";
import type { Record } from "./record.ts";
import type { Handler, Handlers, Kernel } from "./tasks.ts";

type What = (typeof requests)[number];

/** rwbs of the block layer: what is done, then flags; a kernel that leaves it out does not say. */
const byLetter: { readonly [letter: string]: What } = {
  R: "read",
  W: "write",
  F: "flush",
  D: "discard",
};
const BLOCK = /^(\d+,\d+) ([A-Z]*) ?(?:(\d+) )?\([^)]*\) (\d+) \+ (\d+)/;

/**
 * A request without a place has all ones: its beginning tells 0, and no sectors (include/linux/blktrace_api.h,
 * blk_rq_trace_sector), its end does not.
 */
const NOWHERE = "18446744073709551615";
/** By what a request under way is known: its disk and first sector. */
const keyOf = (disk: string, sector: string, sectors: string): string =>
  sector === NOWHERE || (sector === "0" && sectors === "0")
    ? `${disk} ${NOWHERE}`
    : `${disk} ${sector}`;

/** What a record of a request says: its disk, what is done there, and where, as the text has it. */
interface BlockRequest {
  readonly disk: string;
  readonly rwbs: string;
  readonly sector: string;
  readonly sectors: string;
}

/** As a recording has it; null where there is none, and for a request without a place. */
function recordedRequest({ fields }: Record): BlockRequest | null {
  if (fields === undefined) return null;
  const [dev, sector] = [fields.number("dev"), fields.number("sector")];
  const [sectors, rwbs] = [fields.number("nr_sector"), fields.text("rwbs")];
  if (dev == null || sector == null || sectors == null || rwbs == null) return null;
  // The kernel's own number of a disk (include/linux/kdev_t.h).
  const disk = `${dev >>> 20},${dev & 0xfffff}`;
  return { disk, rwbs, sector: `${sector}`, sectors: `${sectors}` };
}

function toldRequest(body: string): BlockRequest {
  const [, disk, rwbs = "", , sector = "", sectors = ""] = BLOCK.exec(body) ?? [];
  if (disk === undefined) throw new Unusable("not DISK RWBS [BYTES] () SECTOR + SECTORS");
  return { disk, rwbs, sector, sectors };
}

const blockIssue: Handler = ({ run }, record) => {
  const { disk, rwbs, sector, sectors } = recordedRequest(record) ?? toldRequest(record.body);
  const asked = {
    what: byLetter[rwbs[0] ?? ""] ?? "other",
    lba: Number(sector),
    size: Number(sectors) * SECTOR,
    text: `disk ${disk}`,
  } as const;
  run.requests.issue("block", keyOf(disk, sector, sectors), asked, record.name);
  return true;
};

const blockComplete: Handler = ({ run }, record) => {
  const { disk, sector, sectors } = recordedRequest(record) ?? toldRequest(record.body);
  run.requests.complete("block", keyOf(disk, sector, sectors), record.name);
  return true;
};

const nvmeCommands: ReadonlyMap<string, What> = new Map([
  ["nvme_cmd_read", "read"],
  ["nvme_cmd_write", "write"],
  ["nvme_cmd_flush", "flush"],
  ["nvme_cmd_dsm", "discard"],
]);

/** "nvme0 1 516": controller, queue and command id, as the device's log has the last two. */
function nvmeKey(body: string): string {
  const queue = number(body, "qid");
  const id = number(body, "cmdid");
  const colon = body.indexOf(":");
  if (queue === null || id === null || colon < 0) throw new Unusable("no 'qid' or no 'cmdid'");
  return `${body.slice(0, colon)} ${queue} ${id}`;
}

const nvmeIssue: Handler = (kernel, { task, name, body }) => {
  const key = nvmeKey(body);
  const command = /cmd=\((\w+)/.exec(body)?.[1] ?? "";
  const what = nvmeCommands.get(command) ?? "other";
  const length = number(body, "len");
  const request = kernel.run.requests.issue(
    "nvme",
    key,
    {
      what,
      lba: number(body, "slba"),
      // The length in a command is one less than it means (NVMe base specification, NLB is 0's based).
      blocks: length === null ? null : length + 1,
      text: `${key} ${command}`,
    },
    name,
  );
  kernel.preparing.set(task, request);
  return true;
};

const nvmeComplete: Handler = (kernel, { name, body }) => {
  const key = nvmeKey(body);
  const command = kernel.run.requests.under("nvme", key);
  if (!kernel.settle(command)) return false;
  for (const [task, preparing] of kernel.preparing)
    if (preparing === command) kernel.preparing.delete(task);
  kernel.run.requests.complete("nvme", key, name);
  return true;
};

/** tf=(command/feature:count:lba:lba:lba/feature:count:lba:lba:lba/device), the second five being bits 8 up. */
const TASKFILE =
  /tf=\(([0-9a-f]{2})\/((?:[0-9a-f]{2}:){4}[0-9a-f]{2})\/((?:[0-9a-f]{2}:){4}[0-9a-f]{2})\//;
/** Commands by their code (ATA8-ACS): the ones that have an address. */
const ataCommands: { readonly [code: number]: What } = {
  37: "read",
  96: "read",
  200: "read",
  53: "write",
  97: "write",
  202: "write",
  231: "flush",
  234: "flush",
};

const ataKey = (body: string): string => {
  const [port, tag] = [number(body, "ata_port"), number(body, "tag")];
  if (port === null || tag === null) throw new Unusable("no 'ata_port' or no 'tag'");
  return `${port} ${tag}`;
};

const ataIssue: Handler = (kernel, { task, name, body }) => {
  const key = ataKey(body);
  const [, code, low, high] = TASKFILE.exec(body) ?? [];
  if (code === undefined) throw new Unusable("no task file");
  // A queued command has its count where others have the feature.
  const count = code === "60" || code === "61" ? 0 : 1;
  const sectors = byteIn(low!, count) + byteIn(high!, count) * 256;
  const what = ataCommands[Number.parseInt(code, 16)] ?? "other";
  const issued = kernel.run.requests.issue(
    "ata",
    key,
    what === "read" || what === "write"
      ? { what, lba: lbaOf(low!, high!), size: sectors * SECTOR, text: `port ${key}` }
      : { what, text: `port ${key} command ${code}` },
    name,
  );
  const list = kernel.lastList.get(task);
  if (list !== undefined) {
    kernel.ataLists.set(key, list);
    kernel.run.requests.mapped(issued, list.segments, null);
  }
  kernel.lastList.delete(task);
  return true;
};

/** One of five bytes, "00:08:f0:05:00". */
const byteIn = (five: string, at: number): number =>
  Number.parseInt(five.slice(3 * at, 3 * at + 2), 16);

/** The last three bytes of each, the lower first. */
function lbaOf(low: string, high: string): number {
  let lba = 0;
  for (const five of [high, low])
    for (let at = 4; at >= 2; at--) lba = lba * 256 + byteIn(five, at);
  return lba;
}

const ataComplete: Handler = (kernel: Kernel, { name, body }) => {
  const key = ataKey(body);
  if (!kernel.settle(kernel.ataLists.get(key) ?? null)) return false;
  kernel.ataLists.delete(key);
  kernel.run.requests.complete("ata", key, name);
  return true;
};

export const diskEvents: Handlers = {
  block_rq_issue: blockIssue,
  block_rq_complete: blockComplete,
  nvme_setup_cmd: nvmeIssue,
  nvme_complete_rq: nvmeComplete,
  ata_qc_issue: ataIssue,
  ata_qc_complete_done: ataComplete,
};
