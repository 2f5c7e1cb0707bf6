// spans.ts - what the two sides of a run tell of one command or buffer, each in microseconds of its own, and how these are related.

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

/** What the device's clock is to the guest's. */
export interface Clocks {
  /** The device's time, in microseconds, at a time of the guest's in nanoseconds. */
  deviceTime(at: number): number;
  /** Microseconds by which the device's time can be more or less. */
  readonly within: number;
}
