// spelling.ts - events whose fields are printed one by one, by their names, as the kernel itself would print them.
//
// So do `trace-cmd report -R`, the option `fields` of tracefs, and whoever cannot follow an event's print format
// ("[FAILED TO PARSE]": libtraceevent, and perf with it, at the lists of dma_map_sg and dma_unmap_sg). The bytes of a
// list are in the order of the machine that traced.

import { hexDigit } from "../source/numbers.ts";
import { nvmeText } from "./nvme-fields.ts";
import { integer, u32 } from "./ring/bytes.ts";

const UNPARSED = "[FAILED TO PARSE]";
/** `name=value`, behind it in brackets the same in decimal; or the bytes of a list, with their brackets or without. */
const FIELD = /\b(\w+)=(ARRAY\[[^\]]*\]|[^ ]*)(?: \((-?\d+)\))?/g;
/** The fields that such an event begins with, and their first letters, by their codes. */
const BEGINS = /^(?:device|dev|dev_name|iova|addr|ctrl_id|disk|ip)=/;
const LETTERS = Array.from({ length: 128 }, (_, code) =>
  "diac[".includes(String.fromCharCode(code)),
);

/** What stands before a mark; the function that wrote it tells nothing. */
const MARK = /^ip=\S+ buf=/;

/** DMA_ATTR_* by their bits (include/linux/dma-mapping.h), as include/trace/events/dma.h names them. */
const ATTRIBUTES: readonly (readonly [bit: number, name: string])[] = [
  [1, "WEAK_ORDERING"],
  [2, "WRITE_COMBINE"],
  [4, "NO_KERNEL_MAPPING"],
  [5, "SKIP_CPU_SYNC"],
  [6, "FORCE_CONTIGUOUS"],
  [7, "ALLOC_SINGLE_PAGES"],
  [8, "NO_WARN"],
  [9, "PRIVILEGED"],
  [10, "MMIO"],
  [11, "CACHELINES_OVERLAP"],
  [12, "REQUIRE_COHERENT"],
  [13, "CC_SHARED"],
];
const DIRECTIONS: readonly string[] = ["BIDIRECTIONAL", "TO_DEVICE", "FROM_DEVICE", "NONE"];

/** The names of attributes, as __print_flags joins them. */
export const attributesOf = (bits: number): string =>
  ATTRIBUTES.filter(([bit]) => Math.floor(bits / 2 ** bit) % 2 === 1)
    .map(([, name]) => name)
    .join("|");

/** The body of an event as its own print format gives it, whatever it was printed by. Hot: once a line. */
export function asPrinted(name: string, body: string): string {
  if (!LETTERS[body.charCodeAt(0)]) return body;
  const isUnparsed = body.startsWith(UNPARSED);
  const rest = isUnparsed ? body.slice(UNPARSED.length + 1) : body;
  if (!isUnparsed && !BEGINS.test(rest)) return body;
  if (name === "print") return rest.replace(MARK, "");
  const fields = new Fields(rest, isUnparsed);
  if (name === "map" || name === "unmap") return fields.ofEntry(name) ?? body;
  if (name === "io_page_fault") return fields.ofFault() ?? body;
  if (name.startsWith("block_rq_")) return fields.ofRequest() ?? body;
  if (name === "swiotlb_bounced") return fields.ofBounce() ?? body;
  if (name.startsWith("nvme_")) return nvmeText(name, fields.texts) ?? body;
  return name.startsWith("dma_") ? (fields.ofCall(name) ?? body) : body;
}

class Fields {
  readonly texts = new Map<string, string>();
  /** Whether numbers without 0x are decimal, also those of addresses. */
  readonly #isDecimal: boolean;
  /** Whether the machine has the highest byte first; null before it is asked for. */
  #isBig: boolean | null = null;

  constructor(body: string, isDecimal: boolean) {
    this.#isDecimal = isDecimal;
    for (const [, key, text] of body.matchAll(FIELD)) this.texts.set(key!, text!);
  }

  /** "IOMMU: iova=0x0 - 0x1000 paddr=0x0 size=4096" (include/trace/events/iommu.h). */
  ofEntry(name: "map" | "unmap"): string | null {
    const [iova, size] = [this.#address("iova"), this.#number("size")];
    if (iova === null || size === null) return null;
    const range = `IOMMU: iova=${wide(iova)} - ${wide(iova + size)}`;
    const more = this.#address("paddr") ?? this.#number("unmapped_size");
    if (more === null) return null;
    return name === "map"
      ? `${range} paddr=${wide(more)} size=${size}`
      : `${range} size=${size} unmapped_size=${more}`;
  }

  ofFault(): string | null {
    const [iova, flags] = [this.#address("iova"), this.#number("flags")];
    if (iova === null || flags === null) return null;
    const who = `${this.texts.get("driver") ?? ""} ${this.texts.get("device") ?? ""}`;
    return `IOMMU:${who} iova=${wide(iova)} flags=0x${flags.toString(16).padStart(4, "0")}`;
  }

  /** "254,0 WS 4096 () 2048 + 8" (include/trace/events/block.h); a dev_t has 20 bits for the minor number. */
  ofRequest(): string | null {
    const [device, sector, sectors] = ["dev", "sector", "nr_sector"].map((key) =>
      this.#number(key),
    );
    if (device == null || sector == null || sectors == null) return null;
    const bytes = this.#number("bytes");
    const size = bytes === null ? "" : `${bytes} `;
    return `${device >> 20n},${device & 0xfffffn} ${this.texts.get("rwbs") ?? ""} ${size}() ${sector} + ${sectors}`;
  }

  ofBounce(): string | null {
    const [device, address] = [this.texts.get("dev_name"), bare(this.#address("dev_addr"))];
    const [mask, size] = [bare(this.#address("dma_mask")), this.#number("size")];
    if (device === undefined || address === null) return null;
    return `dev_name: ${device} dma_mask=${mask} dev_addr=${address} size=${size}`;
  }

  ofCall(name: string): string | null {
    const device = this.texts.get("device");
    const direction = DIRECTIONS[Number(this.#number("dir") ?? 0n)];
    if (device === undefined || direction === undefined) return null;
    const parts = [`${device} dir=${direction}`];
    const say = (key: string, text: string | null) => {
      if (text !== null) parts.push(`${key}=${text}`);
    };
    for (const [key, field] of [
      ["nents", "full_nents"],
      ["ents", "full_ents"],
    ] as const) {
      const all = this.#number(field);
      // The kernel records the first 128 (DMA_TRACE_MAX_ENTRIES).
      if (all !== null) say(key, `${all < 128n ? all : 128n}/${all}`);
    }
    say("dma_addrs", this.#list(name === "dma_map_sg_err" ? "phys_addrs" : "dma_addrs", 8));
    say("sizes", this.#list("lengths", 4));
    if (name !== "dma_map_sg_err")
      say("phys_addrs", this.#list("phys_addrs", 8) ?? this.#list("addrs", 8));
    say("dma_addr", bare(this.#address("dma_addr") ?? this.#address("addr")));
    say("size", this.#number("size")?.toString() ?? null);
    say("phys_addr", bare(this.#address("phys_addr")));
    const virt = this.texts.get("virt_addr");
    if (virt !== undefined)
      say("virt_addr", virt === "(nil)" ? "0" : bare(this.#address("virt_addr")));
    say("err", this.texts.get("err") ?? null);
    say("attrs", attributesOf(Number(this.#number("attrs") ?? 0n)));
    return parts.join(" ");
  }

  #number(key: string): bigint | null {
    const text = this.texts.get(key) ?? "";
    return /^(?:0x[0-9a-f]{1,16}|\d{1,20})$/.test(text) ? BigInt(text) : null;
  }

  #address(key: string): bigint | null {
    const text = this.texts.get(key) ?? "";
    if (this.#isDecimal || text.startsWith("0x")) return this.#number(key);
    return /^[0-9a-f]{1,16}$/.test(text) ? BigInt(`0x${text}`) : null;
  }

  /** "{0x1,0x2}" of bytes such as "00,20" or "ARRAY[00, 20]". Hot: up to three times a list, of 128 items each. */
  #list(key: string, width: 4 | 8): string | null {
    const text = this.texts.get(key);
    if (text === undefined || text.startsWith("{")) return text ?? null;
    const order = this.#isBigEndian() ? BIG : LITTLE;
    const bytes = bytesIn(text);
    const items: string[] = [];
    for (let at = 0; at + width <= bytes.length; at += width)
      items.push(`0x${integer(bytes, at, width, false, order)!.toString(16)}`);
    return `{${items.join(",")}}`;
  }

  #isBigEndian(): boolean {
    this.#isBig ??= ADDRESSES.some((key) => areOfOtherOrder(this.texts.get(key) ?? ""));
    return this.#isBig;
  }
}

/** Lists of addresses, of which the order of a machine's bytes can be seen. */
const ADDRESSES = ["phys_addrs", "dma_addrs", "addrs"];

/** The bytes that a text has as pairs of digits, whatever is between. */
function bytesIn(text: string): Buffer {
  const bytes = Buffer.alloc(text.length >> 1);
  let count = 0;
  for (let at = 0; at + 1 < text.length; at++) {
    const [high, low] = [hexDigit(text.charCodeAt(at)), hexDigit(text.charCodeAt(at + 1))];
    if (high < 0 || low < 0) continue;
    bytes[count++] = high * 16 + low;
    at++;
  }
  return bytes.subarray(0, count);
}

const [LITTLE, BIG] = [{ big: false }, { big: true }];

/** Whether one of the addresses is below 2^40 in the other byte order: past all memory, and its lowest three bytes 0. */
function areOfOtherOrder(text: string): boolean {
  if (text.startsWith("{")) return false;
  const bytes = bytesIn(text);
  for (let at = 0; at + 8 <= bytes.length; at += 8) {
    const [low, high] = [u32(bytes, at, LITTLE), u32(bytes, at + 4, LITTLE)];
    const [bigHigh, bigLow] = [u32(bytes, at, BIG), u32(bytes, at + 4, BIG)];
    const isPast = high >>> 20 !== 0 && (low & 0xffffff) === 0;
    if (isPast && bigHigh >>> 8 === 0 && (bigLow & 0xfff) === 0) return true;
  }
  return false;
}

const wide = (value: bigint): string => `0x${value.toString(16).padStart(16, "0")}`;
const bare = (value: bigint | null): string | null => value?.toString(16) ?? null;
