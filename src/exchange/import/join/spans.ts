// spans.ts - what the two sides of a run tell of one command or buffer: from when to when, in microseconds of their own.

/** A command or buffer on the guest's side; `end` is NaN where the guest's side does not show it. */
export interface Span {
  readonly address: number;
  readonly size: number;
  begin: number;
  end: number;
}
/** On the device's side. */
export interface Done {
  address: number;
  readonly begin: number;
  end: number;
}

/** Whether an address is one of a buffer. */
export const lies = (address: number, { address: start, size }: Span): boolean =>
  address >= start && address < start + size;

/** Whether two commands of one name can be one: where both tell the first block it must be the same. */
export const isSame = (a: number, b: number): boolean => a < 0 || b < 0 || a === b;
