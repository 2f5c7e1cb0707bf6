// gart-option.ts - what follows `iommu=` on the command line of an x86-64 kernel: iommu_setup of pci-gart.c.

export interface GartOption {
  /** Bytes of the aperture for devices; 0 for the default. */
  readonly size: number;
  readonly isOff: boolean;
  readonly isForced: boolean;
  /** Whether wide devices are told that they are not supported, so that they use 32 bits. */
  readonly forcesSac: boolean;
  readonly merges: boolean;
  /** Whether every mapping flushes, and not only the search's coming round. */
  readonly flushesAlways: boolean;
  readonly panics: boolean;
  readonly hasNoAgp: boolean;
}

type Words = readonly (readonly [beginning: string, change: Partial<GartOption>])[];
/** Words are looked at by their beginnings: `forcesac` forces too. */
const first: Words = [
  ["noagp", { hasNoAgp: true }],
  ["off", { isOff: true }],
  ["force", { isForced: true }],
  ["noforce", { merges: false, isForced: false }],
];
const APERTURE = "memaper";
const afterAperture: Words = [
  ["biomerge", { merges: true, isForced: true }],
  ["panic", { panics: true }],
  ["nopanic", { panics: false }],
  ["merge", { merges: true, isForced: true }],
  ["nomerge", { merges: false }],
  ["forcesac", { forcesSac: true }],
  ["fullflush", { flushesAlways: true }],
  ["nofullflush", { flushesAlways: false }],
];

/** get_option takes the comma behind a number with it, and so the word behind the comma is passed over. */
export function gartOption(text: string | null): GartOption {
  let option: GartOption = {
    ...{ size: 0, isOff: false, isForced: false, forcesSac: false, merges: true },
    ...{ flushesAlways: true, panics: false, hasNoAgp: false },
  };
  let rest = text ?? "";
  const look = (words: Words): void => {
    for (const [beginning, change] of words)
      if (rest.startsWith(beginning)) option = { ...option, ...change };
  };
  while (rest !== "") {
    look(first);
    if (rest.startsWith(APERTURE)) {
      rest = rest.slice(APERTURE.length);
      if (rest.startsWith("=")) rest = rest.slice(1).replace(NUMBER, "");
    }
    look(afterAperture);
    const [whole, digits] = NUMBER.exec(rest) ?? [];
    if (whole !== undefined && digits !== undefined) {
      option = { ...option, size: numberIn(digits) };
      rest = rest.slice(whole.length);
    }
    rest = rest.replace(/^[^,]*,?/, "");
  }
  return option;
}

const NUMBER = /^(0x[\da-f]+|\d+),?/;

/** simple_strtol with base 0: the number says its base itself. */
const numberIn = (digits: string): number =>
  /^0\d/.test(digits) ? Number.parseInt(digits, 8) : Number(digits);
