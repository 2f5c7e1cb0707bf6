// palette.ts - the colours of the style sheet, for what is drawn pixel by pixel.

import { signal } from "@preact/signals";

export type Rgb = readonly [red: number, green: number, blue: number];

const dark = matchMedia("(prefers-color-scheme: dark)");
/** Goes up when the system changes between dark and light. */
export const schemes = signal(0);
dark.addEventListener("change", () => {
  cache.clear();
  schemes.value++;
});

const cache = new Map<string, string>();

/** The value of a custom property of the style sheet: "#5aa9ff". */
export function colour(name: string): string {
  let value = cache.get(name);
  if (value === undefined) {
    value = getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
    cache.set(name, value);
  }
  return value;
}

export function rgb(name: string): Rgb {
  const number = Number.parseInt(colour(name).slice(1), 16);
  return [(number >> 16) & 255, (number >> 8) & 255, number & 255];
}
