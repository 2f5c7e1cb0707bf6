// interrupted.ts - what ends a command when Ctrl-C is pressed.

/** Someone pressed Ctrl-C. */
export class Interrupted extends Error {
  override readonly name = "Interrupted";
}
