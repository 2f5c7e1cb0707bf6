// bytes.ts - numbers in a machine's own byte order and word size.

/** A number as it is where it is exact, as bigint above 2^53. */
export type Whole = number | bigint;

export interface Order {
  readonly big: boolean;
}

export const u16 = (bytes: Buffer, at: number, { big }: Order): number =>
  big ? bytes.readUInt16BE(at) : bytes.readUInt16LE(at);

export const u32 = (bytes: Buffer, at: number, { big }: Order): number =>
  big ? bytes.readUInt32BE(at) : bytes.readUInt32LE(at);

export const u64 = (bytes: Buffer, at: number, { big }: Order): bigint =>
  big ? bytes.readBigUInt64BE(at) : bytes.readBigUInt64LE(at);

/** An integer of 1, 2, 4 or 8 bytes; null for any other size, and past the end. */
export function integer(
  bytes: Buffer,
  at: number,
  size: number,
  isSigned: boolean,
  order: Order,
): Whole | null {
  if (at < 0 || at + size > bytes.length) return null;
  switch (size) {
    case 1:
      return isSigned ? bytes.readInt8(at) : bytes.readUInt8(at);
    case 2: {
      const value = u16(bytes, at, order);
      return isSigned && value >= 0x8000 ? value - 0x10000 : value;
    }
    case 4: {
      const value = u32(bytes, at, order);
      return isSigned ? value | 0 : value;
    }
    case 8: {
      const [first, second] = [u32(bytes, at, order), u32(bytes, at + 4, order)];
      const [low, high] = order.big ? [second, first] : [first, second];
      if (high < 0x200000) return high * 0x100000000 + low;
      const value = (BigInt(high) << 32n) + BigInt(low);
      return isSigned ? slim(BigInt.asIntN(64, value)) : value;
    }
    default:
      return null;
  }
}

/** The same number, as small as it is exact. */
export const slim = (value: bigint): Whole =>
  value <= Number.MAX_SAFE_INTEGER && value >= Number.MIN_SAFE_INTEGER ? Number(value) : value;
