// nvme-fields.ts - the nvme:* events from their fields: their print formats call functions of the kernel's driver.

/** The commands of an I/O queue by their opcodes (enum nvme_opcode, include/linux/nvme.h). */
const COMMANDS: ReadonlyMap<number, string> = new Map([
  [0x00, "nvme_cmd_flush"],
  [0x01, "nvme_cmd_write"],
  [0x02, "nvme_cmd_read"],
  [0x04, "nvme_cmd_write_uncor"],
  [0x05, "nvme_cmd_compare"],
  [0x08, "nvme_cmd_write_zeroes"],
  [0x09, "nvme_cmd_dsm"],
]);
/** Commands whose words 10 to 12 are a first block and how many there are less one. */
const HAS_BLOCKS = [0x01, 0x02, 0x04, 0x05, 0x08];

/** "nvme0: disk=nvme0n1, qid=2, cmdid=16, ..." as drivers/nvme/host/trace.h prints it; null for another event. */
export function nvmeText(name: string, fields: ReadonlyMap<string, string>): string | null {
  const number = (key: string) => Number(fields.get(key) ?? Number.NaN);
  const [controller, queue] = [number("ctrl_id"), number("qid")];
  if (!Number.isInteger(controller) || !Number.isInteger(queue)) return null;
  const disk = fields.get("disk") ?? "";
  const of = `nvme${controller}: ${disk === "" ? "" : `disk=${disk}, `}qid=${queue}`;
  const hex = (key: string) => `0x${(number(key) || 0).toString(16)}`;
  if (name === "nvme_sq") return `${of}, head=${number("sq_head")}, tail=${number("sq_tail")}`;
  const command = `${of}, cmdid=${number("cid")}`;
  if (name === "nvme_complete_rq")
    return `${command}, res=${hex("result")}, retries=${number("retries")}, flags=${hex("flags")}, status=${hex("status")}`;
  if (name !== "nvme_setup_cmd") return null;
  const code = number("opcode");
  const what = (queue === 0 ? undefined : COMMANDS.get(code)) ?? `opcode_${code}`;
  const words = queue !== 0 && HAS_BLOCKS.includes(code) ? blocksIn(fields.get("cdw10") ?? "") : "";
  return `${command}, nsid=${number("nsid")}, flags=${hex("flags")}, meta=${hex("metadata")}, cmd=(${what}${words})`;
}

/** The first block and their number; "" where the words were not printed. */
function blocksIn(words: string): string {
  const bytes = (words.match(/[0-9a-f]{2}/g) ?? []).map((pair) => Number.parseInt(pair, 16));
  if (bytes.length < 10) return "";
  // Commands are little-endian on every machine.
  const first = bytes.slice(0, 8).reduceRight((sum, byte) => sum * 256 + byte, 0);
  return ` slba=${first}, len=${bytes[8]! + bytes[9]! * 256}`;
}
