// scroll.ts - a list of any length in a window of few rows: which row is on top, and where the bar's thumb is.
//
// A browser's element ends at 33.5 million pixels, some 1.6 million rows; so the list scrolls by rows, not by pixels.

export interface Window {
  /** Index of the row on top. */
  readonly top: number;
  /** Rows that fit. */
  readonly fits: number;
  readonly total: number;
}

/** The row on top, kept inside the list. */
export const clamped = ({ top, fits, total }: Window): number =>
  Math.max(0, Math.min(Math.round(top), total - fits));

/** The row on top so that a row is seen: left where it is while the row is seen already. */
export function showing(window: Window, row: number): number {
  const { top, fits } = window;
  const margin = Math.min(2, Math.floor((fits - 1) / 2));
  if (row >= top + margin && row < top + fits - margin) return clamped(window);
  const near = row >= top - fits && row < top + 2 * fits;
  if (!near) return clamped({ ...window, top: row - Math.floor(fits / 2) });
  return clamped({ ...window, top: row < top + margin ? row - margin : row - fits + 1 + margin });
}

/** The smallest thumb that can be grabbed, as a part of the bar. */
const SMALLEST = 0.04;

/** Where the thumb begins and how long it is, as parts of the bar. */
export function thumb(window: Window): { readonly from: number; readonly length: number } {
  const { fits, total } = window;
  if (total <= fits) return { from: 0, length: 1 };
  const length = Math.max(SMALLEST, fits / total);
  return { from: (clamped(window) / (total - fits)) * (1 - length), length };
}

/** The row on top when the thumb begins at a part of the bar. */
export function topAt(window: Window, from: number): number {
  const { length } = thumb(window);
  if (length >= 1) return 0;
  return clamped({ ...window, top: (from / (1 - length)) * (window.total - window.fits) });
}
