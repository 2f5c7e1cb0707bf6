// gart-option.ts - what follows `iommu=` on the command line of an x86-64 kernel: iommu_setup of pci-gart.c.

export interface GartOption {
  /** Bytes of the aperture for devices; 0 for the default. */
  readonly size: number;
  readonly isOff: boolean;
  readonly isForced: boolean;
  readonly merges: boolean;
  /** Whether every mapping flushes, and not only the search's coming round. */
  readonly flushesAlways: boolean;
  readonly panics: boolean;
  readonly hasNoAgp: boolean;
}

/** Words are looked at by their beginnings: `forcesac` forces too. */
export function gartOption(text: string | null): GartOption {
  let option: GartOption = {
    size: 0,
    isOff: false,
    isForced: false,
    merges: true,
    flushesAlways: true,
    panics: false,
    hasNoAgp: false,
  };
  const words: readonly (readonly [string, Partial<GartOption>])[] = [
    ["noagp", { hasNoAgp: true }],
    ["off", { isOff: true }],
    ["force", { isForced: true }],
    ["noforce", { merges: false, isForced: false }],
    ["biomerge", { merges: true, isForced: true }],
    ["panic", { panics: true }],
    ["nopanic", { panics: false }],
    ["merge", { merges: true, isForced: true }],
    ["nomerge", { merges: false }],
    ["fullflush", { flushesAlways: true }],
    ["nofullflush", { flushesAlways: false }],
  ];
  for (const word of (text ?? "").split(",")) {
    for (const [beginning, change] of words)
      if (word.startsWith(beginning)) option = { ...option, ...change };
    const [digits] = /^(0x[\da-f]+|\d+)/i.exec(word) ?? [];
    // get_option reads an int, in the base that the number says itself.
    if (digits !== undefined)
      option = {
        ...option,
        size: /^0\d/.test(digits) ? Number.parseInt(digits, 8) : Number(digits),
      };
  }
  return option;
}
