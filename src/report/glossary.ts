// glossary.ts - what the words of a report mean, each with a case from the mail of 2005 or from the kernel.

import type { PairClass } from "../diff/compare.ts";
import { type Verdict, verdicts } from "../event/verdict.ts";
import { colours } from "./colours.ts";
import { meanings } from "./event-text.ts";

export interface GlossaryEntry {
  /** In one line. */
  readonly means: string;
  /** A case from the history of kernels. */
  readonly example: string;
}

const ofVerdicts: { readonly [V in Verdict]: string } = {
  identity:
    "On a bare PC the page at 0x0abcd000 gets the entry 0x0abcd017 (440BX): the address as it is and " +
    "the flags 0x17. That virt_to_phys() was the wrong question could not be seen there for years.",
  translated:
    "A coherent buffer of a PowerMac G5 is at machine address 0x1010000; its device is given 0x80000000, " +
    "and the DART leads it to the buffer. Through the aperture of a GART every right access is of this kind.",
  "wrong-space":
    "agpgart of 2.6.12-rc2 fills the GATT with virt_to_phys(). In Xen's dom0 that is an index into the P2M " +
    "table and no machine address: the GART pointed at a random location. The mail of 17 March 2005 " +
    "answers with virt_to_gart(); Xen on x86_64 went without that hook until 30 November 2006.",
  truncated:
    "An AGP page above 4 GB in an entry of 32 bits loses the upper half of its address " +
    "(linux 66c669baa7d keeps such pages below 4 GB).",
  discontiguous:
    "A GATT from __get_free_pages() is one range to the kernel; under Xen its pages lie in frames that do " +
    "not follow each other. The chipset walks on past the first page into frames that are not ours; " +
    "hence alloc_gatt_pages() (linux 07eee78ea8b).",
  stale:
    "A GART keeps entries in a TLB of its own: rewritten without a flush, the old one is used on. VIA's " +
    "flush was repaired and repaired again in February and March 2005.",
  "foreign-frame":
    "Had agpgart told the U3 the DMA handle of its table, as the first patch was read to do, the U3 would " +
    "have looked for its table where no memory is: the handle means something to the DART alone " +
    "(LKML, 17 March 2005). Where another domain's page is met, isolation is lost.",
  unknown:
    "A recording of the real driver says which number was written and not where hardware got with it. " +
    "What one side cannot say counts as no difference.",
  outside:
    "A bind of four pages at -2: the sum wraps around to 2 and passes the range check, and the first two words " +
    "land in the page before the table (CVE-2011-1745). The call returns 0 on a G5; on a PC it meets a guard page.",
};

const ofClasses: { readonly [C in Exclude<PairClass, Verdict>]: GlossaryEntry } = {
  same: {
    means: "both sides have the event, number by number",
    example: "The 16,384 words of an empty table, written as 0 on any machine.",
  },
  "same after translation": {
    means: "other numbers that lead to the same page, whatever its frame",
    example:
      "The page that the kernel calls 0xabcd gets the entry 0x0abcd017 on a bare PC and 0x051f3017 under " +
      "Xen, where P2M[0xabcd] is 0x51f3: the numbers differ, the page is the same.",
  },
  "wrong-frame": {
    means: "one side gets to another page than the one that was meant",
    example:
      "gart_to_virt() gave an address, phys_to_virt() is asked for the page behind it: a page of somebody " +
      "else is freed, and the AGP page is lost.",
  },
  wrong: {
    means: "a check finds something wrong with it on one side, though its number is not",
    example:
      "A GATT entry is rewritten and the GART's TLB is not flushed: every number is right, and the card still reads " +
      "the page that the entry named before.",
  },
  missing: {
    means: "A has it and B does not",
    example:
      "agp_generic_remove_memory() flushes the CPU's caches only since December 2004; a driver from " +
      "before has no such event.",
  },
  extra: {
    means: "B has it and A does not",
    example:
      "ioremap_nocache(virt_to_phys(table)) under Xen asks for RAM of another domain and is refused: B " +
      "has a fault, and messages, that no bare PC knows.",
  },
  reordered: {
    means: "both have it, at different positions in the op",
    example:
      "A GATT write is posted on PCI: the TLB flush that follows can overtake it unless the word is read " +
      "back first.",
  },
};

/** Every word of a verdict or of a class of pairs. */
export const glossary: ReadonlyMap<string, GlossaryEntry> = new Map<string, GlossaryEntry>([
  ...verdicts.map((word): [string, GlossaryEntry] => [
    word,
    { means: meanings[word], example: ofVerdicts[word] },
  ]),
  ...Object.entries(ofClasses),
]);

const bracketed = new RegExp(`\\[(${verdicts.join("|")})\\]`, "g");

/** The lines of a report, each verdict explained below the line where it first appears. */
export function explained(lines: readonly string[]): string[] {
  const met = new Set<string>();
  return lines.flatMap((line) => {
    const fresh = [...line.matchAll(bracketed)].map(([, word]) => word!);
    return [
      line,
      ...fresh.flatMap((word) => {
        if (met.has(word)) return [];
        met.add(word);
        return [`    ${colours.dim(`${word}: ${glossary.get(word)!.means}`)}`];
      }),
    ];
  });
}
