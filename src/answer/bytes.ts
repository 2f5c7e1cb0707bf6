// bytes.ts - answers of many small numbers: a head of JSON, then one array; maps and pyramids travel so.

/** Four bytes that say how long the head is, the head, and the numbers from the next multiple of four on. */
export function packed(head: unknown, numbers: Uint8Array | Uint16Array): Uint8Array {
  const text = new TextEncoder().encode(JSON.stringify(head));
  const start = (4 + text.length + 3) & ~3;
  const bytes = new Uint8Array(start + numbers.byteLength);
  new DataView(bytes.buffer).setUint32(0, text.length, true);
  bytes.set(text, 4);
  bytes.set(new Uint8Array(numbers.buffer, numbers.byteOffset, numbers.byteLength), start);
  return bytes;
}

/** The head, its shape still unchecked, and the bytes behind it. */
export function unpacked(bytes: Uint8Array): { head: unknown; rest: Uint8Array } {
  const length = new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true);
  const text = new TextDecoder().decode(bytes.subarray(4, 4 + length));
  return { head: JSON.parse(text), rest: bytes.slice((4 + length + 3) & ~3) };
}
