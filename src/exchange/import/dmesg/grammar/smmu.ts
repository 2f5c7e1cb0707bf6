// smmu.ts - Arm's SMMU: versions 1 and 2 (drivers/iommu/arm/arm-smmu/, Xen's smmu.c) and 3 (arm-smmu-v3/).

import type { Grammar } from "./grammar.ts";

/** One line until 6.11, with its registers since; Qualcomm's kernels tell them in their own way, or in registers alone. */
const context: Grammar = {
  fault: "iommu",
  begins:
    /: Unhandled (?:arm-smmu )?context fault(?: from (?<named>[^\s!]+)!)?(?:.*?iova=(?<address>0x[0-9a-f]+),)?/i,
  goesOn:
    /: \s*(?:Unhandled arm-smmu context fault!$|FAR\s+= (?<address>0x[0-9a-f]{16})$|FAR|PAR|FSR|FSYNR\d?|TTBR\d|SCTLR|CBAR|CBFRSYNRA|MAIR\d?|TCR\d?|CONTEXTIDR|SSD|SID|Client info|soft iova|hard iova|SOFTWARE TABLE WALK)/,
  sameReporter: true,
  takes: (fault, { address }) => {
    if (address !== undefined) fault.waits = false;
    return true;
  },
};

/** An access of a stream that has no context: its address is not told. */
const global: Grammar = {
  fault: "iommu",
  begins: /: (?:Blocked unknown Stream ID|Unexpected global fault)/,
  goesOn: /: \s*GFSR/,
  sameReporter: true,
};

/** Events whose third word is the address that was issued (SMMUv3 specification, 7.3). */
const WITH_ADDRESS = new Set([0x01, 0x05, 0x07, 0x0b, 0x10, 0x11, 0x12, 0x13, 0x20, 0x24]);
const WORDS = 4;

/** The raw words of an event, and since 6.14 the same in words; either may be lost on the way. */
const event: Grammar = {
  fault: "iommu",
  begins:
    /: event 0x[0-9a-f]+ received:|: event: \w+ client: (?<named>\S+|\([^)]*\)) sid: (?<requester>0x[0-9a-f]+)(?:.*? iova: (?<address>0x[0-9a-f]+) )?/i,
  goesOn:
    /: \s*(?:0x(?<word>[0-9a-f]{16})\s*$|(?<decoded>event: \w+ client: (?<named>\S+|\([^)]*\)) sid: (?<requester>0x[0-9a-f]+).*)|(?<how>(?:un)?priv (?:inst|data) (?:read|write) s[12] .*))/i,
  sameReporter: true,
  waits: true,
  takes: (fault, { word, decoded, how }, text) => {
    const id = Number(/event (0x[0-9a-f]+) received/i.exec(fault.first)?.[1] ?? Number.NaN);
    if (word !== undefined) {
      if (fault.told || Number.isNaN(id) || fault.words.length === WORDS) return false;
      // Its lowest byte is the event, in the first alone; the upper half of that is the stream's number.
      if (fault.words.length === 0 && Number.parseInt(word.slice(-2), 16) !== id) return false;
      fault.words.push(word);
      if (fault.words.length === 1) fault.learn({ requester: word.slice(0, 8) });
      // Which word is which is known where none was lost.
      if (fault.words.length === WORDS && WITH_ADDRESS.has(id))
        fault.learn({ address: fault.words[2] });
      fault.says += ` 0x${word}`;
      return true;
    }
    if (decoded !== undefined) {
      if (fault.told || Number.isNaN(id)) return false;
      fault.told = true;
      fault.learn({ address: / iova: (0x[0-9a-f]+) /i.exec(decoded)?.[1] });
      fault.says = text.trim();
      return true;
    }
    fault.says += `, ${how}`;
    fault.waits = false;
    return true;
  },
};

/** A device asks for a page that the driver has nobody to ask for. */
const pageRequest: Grammar = {
  fault: "iommu",
  begins: /: unexpected PRI request received:/,
  goesOn: /: \s*(?<reason>sid 0x.* access at iova (?<address>0x[0-9a-f]{16})$)/i,
  sameReporter: true,
  waits: true,
  takes: (fault) => {
    fault.waits = false;
    return true;
  },
};

export const smmu: readonly Grammar[] = [context, global, event, pageRequest];
