// relate.ts - reads both sides of a run once before its first event, for the relation of their clocks.

import { UserError } from "../../../fault.ts";
import { Source } from "../source/source.ts";
import { Anchors, type Relation } from "./clocks.ts";
import type { AnchorTaker, Format } from "./format.ts";

/** Lines of a side that are read for it: with more, what was read is enough. */
const MOST_LINES = 1 << 20;

export async function relate(
  opened: readonly { readonly source: Source; readonly format: Format }[],
  grows: boolean,
): Promise<Relation> {
  const anchors = new Anchors();
  const sides = opened.flatMap(({ source: { path }, format }) => {
    const taker = "anchors" in format ? format.anchors?.(anchors) : undefined;
    const isDevice = format.part === "device";
    return taker === undefined ? [] : [{ path, taker, isDevice }];
  });
  const canRead = !grows && sides.every(({ path }) => path !== "-");
  const hasBoth = sides.some((one) => one.isDevice) && sides.some((one) => !one.isDevice);
  if (!canRead || !hasBoth) return { clocks: null, controllers: new Map(), card: null };
  for (const { path, taker, isDevice } of sides)
    await readInto(path, taker, () => (isDevice ? anchors.isDeviceFull : anchors.isFull));
  const clocks = anchors.fit();
  return { clocks, controllers: anchors.controllers, card: anchors.card };
}

async function readInto(path: string, taker: AnchorTaker, isFull: () => boolean): Promise<void> {
  const again = await Source.open(path, { strict: false, follow: null });
  let read = 0;
  try {
    for await (const lines of again.lines()) {
      for (const line of lines) taker.take(line);
      read += lines.length;
      if (isFull() || read > MOST_LINES) return;
    }
  } catch (error) {
    // A file that breaks off is complained of when it is read for good, with the line where it does.
    if (!(error instanceof UserError)) throw error;
  } finally {
    await again.close();
  }
}
