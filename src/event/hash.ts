// hash.ts - a hash of numbers and texts, 32 bits at a time, for rows that are compared by the million.
//
// One multiplication and one shift for each number, with the constants of MurmurHash3 (Austin Appleby, public
// domain). Two hashes, one with each constant, make 64 bits. It does not resist malice; the trace's digest does.

export const C1 = 0xcc9e2d51;
export const C2 = 0x1b873593;

/** The hash with a number of 32 bits added. */
export function hashNumber(hash: number, value: number, constant: number): number {
  const product = Math.imul(hash ^ value, constant);
  return product ^ (product >>> 15);
}

/** The upper half of a whole number below 2^53 on either side of 0, as 32 bits. */
export const upperHalf = (value: number): number => Math.floor(value / 0x100000000) | 0;

/** The hash of a text, 52 bits. */
export const textHash = (text: string): number =>
  (hashText(C1, text, C1) >>> 0) * 0x100000 + (hashText(C2, text, C2) >>> 12);

/** The hash with a text added. */
export function hashText(hash: number, text: string, constant: number): number {
  let result = hashNumber(hash, text.length, constant);
  for (let i = 0; i < text.length; i++) result = hashNumber(result, text.charCodeAt(i), constant);
  return result;
}
