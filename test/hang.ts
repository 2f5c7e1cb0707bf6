// hang.ts - when a test is taken to hang.

/** Milliseconds: far more than anything takes beside other work. Speed is judged by the benchmarks alone. */
export const HANG = 600_000;
