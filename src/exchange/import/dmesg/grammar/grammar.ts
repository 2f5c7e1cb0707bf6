// grammar.ts - how a kernel or hypervisor prints one kind of fault: the line that begins it and those that explain it.
//
// The spellings are those of the sources that print them, over all their versions; each file names them. A log is
// cut and mixed on its way, so everything behind the words that a fault begins with may be missing.

import type { faults } from "../../../../event/fault.ts";
import { deviceOf } from "../../kernel/device.ts";
import { busHexOf, hexOf, pciOf } from "../../source/numbers.ts";
import { spaced } from "../../source/paste.ts";

export interface Grammar {
  readonly fault: (typeof faults)[number];
  /**
   * The first line. Groups: `device` or `named`, the device's name; `client`, which may be the IOMMU's own and
   * counts where it is a PCI address; `id`, its number; `requester` or the decimal `endpoint`, the number that an
   * IOMMU has of it, which is its PCI address's where it is on PCI; `address` or `number`, where the pattern demands
   * what ends it; `page`, an address without its lower twelve bits.
   */
  readonly begins: RegExp;
  /** Lines behind it that belong to it; groups as above, and `reason`, which says more than the first line. */
  readonly goesOn?: RegExp;
  /** Set where `requester` is a device's PCI address by the IOMMU's own rules. */
  readonly numbersPci?: true;
  /** Set where such lines begin with the same device name as the first. */
  readonly sameReporter?: true;
  /** Set where the first line does not tell what the others do, so that it waits for them. */
  readonly waits?: true;
  /** Takes a line that `goesOn` matches; false where it belongs to another fault. */
  takes?(fault: OpenFault, found: Groups, text: string): boolean;
}

export type Groups = { readonly [name: string]: string | undefined };

/** A fault of which further lines may come. */
export class OpenFault {
  readonly grammar: Grammar;
  readonly first: string;
  readonly caller: string | null;
  /** The number of the last line of it. */
  last: number;
  device: number | null = null;
  /** The number that the IOMMU has of the device, where that is all it tells. */
  requester: number | null = null;
  address: bigint | null = null;
  says: string;
  /** Whether it is held back for what further lines tell. */
  waits: boolean;
  /** Raw words of a dump, in their order. */
  readonly words: string[] = [];
  /** How often `takes` has taken a line of the kind that comes once. */
  told = false;
  /** The event that it has become; null before. */
  seq: number | null = null;

  /** Whether its address stands last in the line, where more of it may have gone onto the next. */
  get endsInAddress(): boolean {
    const [digits] = /[0-9a-f]{1,16}$/i.exec(this.first) ?? [];
    return digits !== undefined && this.address === BigInt(`0x${digits}`);
  }

  constructor(grammar: Grammar, text: string, caller: string | null, line: number) {
    this.grammar = grammar;
    this.first = text;
    this.says = text.trim();
    this.caller = caller;
    this.last = line;
    this.waits = grammar.waits ?? false;
  }

  /** Takes the rest of the line that began it; false where it is none. An address that goes on is none as it was. */
  goOn(rest: string): boolean {
    const glues = this.endsInAddress ? [""] : ["", " "];
    this.address = null;
    for (const glue of glues) {
      this.learn(this.grammar.begins.exec(`${this.first}${glue}${rest}`)?.groups ?? {});
      if (this.address === null) continue;
      this.says += glue + rest;
      return true;
    }
    return false;
  }

  learn(groups: Groups): void {
    const { device, named, client, id, requester, endpoint } = groups;
    const { address, number, page, reason } = groups;
    for (const name of [device, named])
      this.device ??= name === undefined || name === "NULL" ? null : deviceOf(name);
    this.device ??= client === undefined ? null : pciOf(client);
    this.device ??= id === undefined ? null : hexOf(id);
    this.requester ??= requester === undefined ? null : hexOf(requester);
    this.requester ??= endpoint === undefined ? null : Number(endpoint);
    for (const digits of [address, number, page === undefined ? undefined : `${page}000`])
      this.address ??= digits === undefined ? null : busHexOf(digits);
    if (reason !== undefined) this.says += ` ${reason.trim()}`;
  }
}

/** Characters of a message that are looked at: the kernel's own are cut at 2,048 (kernel/printk/printk.c). */
const LONGEST = 4096;

/** A message as grammars have it: whatever an editor made of its blanks, and without those behind it. */
const bare = (whole: string): string => spaced(whole.slice(0, LONGEST).trimEnd());

/** The first line of a fault; null where the text is none. */
export function faultIn(
  grammars: readonly Grammar[],
  whole: string,
  caller: string | null,
  line: number,
): OpenFault | null {
  const text = bare(whole).trimStart();
  if (!SIGN.test(text)) return null;
  for (const grammar of grammars) {
    const found = grammar.begins.exec(text);
    if (found === null) continue;
    const fault = new OpenFault(grammar, text, caller, line);
    fault.learn(found.groups ?? {});
    return fault;
  }
  return null;
}

/** Every first line has one of these; most lines of a log have none. */
const SIGN =
  /fault|violation|page request|IO_PAGE|_REQ|_ENTRY|Event logged|AMD-Vi|event|int_status|Stream ID|PRI |EMEM|error|TLB|Abort|errs:|BUS_ERROR|DMA-API|overflow|already set|REMAP|\[DMA |BUG|\[#|anic|LOCKUP|Unable|Oops|Assertion/i;

/** Takes a line as part of an open fault; false where it is none. */
export function goesOn(fault: OpenFault, whole: string, caller: string | null): boolean {
  const { grammar } = fault;
  const text = bare(whole);
  if (grammar.goesOn === undefined) return false;
  if (caller !== null && fault.caller !== null && caller !== fault.caller) return false;
  if (grammar.sameReporter && reporterOf(text) !== reporterOf(fault.first)) return false;
  const found = grammar.goesOn.exec(text);
  if (found === null) return false;
  const groups = found.groups ?? {};
  if (grammar.takes !== undefined && !grammar.takes(fault, groups, text)) return false;
  fault.learn(groups);
  return true;
}

/** "arm-smmu-v3 9050000.iommu" of what that device says (include/linux/dev_printk.h). */
export const reporterOf = (text: string): string => text.slice(0, Math.max(text.indexOf(": "), 0));
