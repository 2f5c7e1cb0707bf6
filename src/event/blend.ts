// blend.ts - whole numbers blended into 32 bits, for rows that are compared by the million.
//
// A multiplication and a shift a number, the constants being MurmurHash3's (Austin Appleby, public domain).
// Two lanes with a constant each make 64 bits. Not against malice: that is what the trace's digest is for.

export const ONE = 0xcc9e2d51;
export const TWO = 0x1b873593;

/** The lane with a number of 32 bits blended in. */
export function blended(lane: number, value: number, lanesOwn: number): number {
  const product = Math.imul(lane ^ value, lanesOwn);
  return product ^ (product >>> 15);
}

/** The upper half of a whole number below 2^53 on either side of 0, as 32 bits. */
export const upper = (value: number): number => Math.floor(value / 0x100000000) | 0;

/** A text as a number of 52 bits. */
export const textNumber = (text: string): number =>
  (blendedText(ONE, text, ONE) >>> 0) * 0x100000 + (blendedText(TWO, text, TWO) >>> 12);

/** The lane with a text blended in. */
export function blendedText(lane: number, text: string, lanesOwn: number): number {
  let blending = blended(lane, text.length, lanesOwn);
  for (let i = 0; i < text.length; i++) blending = blended(blending, text.charCodeAt(i), lanesOwn);
  return blending;
}
