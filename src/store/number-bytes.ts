// number-bytes.ts - a whole number in as few bytes as it needs, lowest first: what keyframes are made of.

/** Bytes of any number, up to 2^53. */
export const NUMBER = 7;

export function bytesOf(size: number): number {
  if (size < 2 ** 16) return size === 0 ? 0 : size < 256 ? 1 : 2;
  if (size < 2 ** 32) return size < 2 ** 24 ? 3 : 4;
  return size < 2 ** 40 ? 5 : size < 2 ** 48 ? 6 : 7;
}

/** Writes a number in so many bytes, and gives their end. */
export function putNumber(target: Uint8Array, start: number, value: number, bytes: number): number {
  let at = start;
  let low = value | 0;
  for (let i = 0; i < bytes && i < 4; i++, low >>>= 8) target[at++] = low & 255;
  if (bytes <= 4) return at;
  let high = Math.floor(value / 2 ** 32);
  for (let i = 4; i < bytes; i++, high >>>= 8) target[at++] = high & 255;
  return at;
}

/** A number of up to 7 bytes. */
export function numberAt(source: Uint8Array, at: number, bytes: number): number {
  switch (bytes) {
    case 0:
      return 0;
    case 1:
      return source[at]!;
    case 2:
      return source[at]! | (source[at + 1]! << 8);
    case 3:
      return source[at]! | (source[at + 1]! << 8) | (source[at + 2]! << 16);
    default: {
      const middle = source[at]! | (source[at + 1]! << 8) | (source[at + 2]! << 16);
      let high = 0;
      for (let i = bytes - 1; i >= 3; i--) high = high * 256 + source[at + i]!;
      return middle + high * 2 ** 24;
    }
  }
}
