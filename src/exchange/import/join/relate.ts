// relate.ts - reads both sides of a run once before its first event, for the relation of their clocks.

import { UserError } from "../../../fault.ts";
import { linesAgain, type Source } from "../source/source.ts";
import { Anchors, type Relation } from "./clocks.ts";
import type { AnchorTaker, Format } from "./format.ts";
import { type KernelClock, KernelClocks } from "./kernel-clocks.ts";
import type { Run } from "./run.ts";

/** Lines of a side that are read for it: with more, what was read is enough. */
const MOST_LINES = 1 << 20;

const NOTHING = { isTried: false, isDoubtful: false, controllers: new Map(), card: null };

type Opened = readonly { readonly source: Source; readonly format: Format }[];

export async function relate(opened: Opened, grows: boolean): Promise<Relation> {
  const anchors = new Anchors();
  const sides = opened.flatMap(({ source, format }) => {
    const taker = "anchors" in format ? format.anchors?.(anchors) : undefined;
    const isDevice = format.part === "device";
    return taker === undefined ? [] : [{ source, taker, isDevice, lines: linesOf(format) }];
  });
  const canRead = !grows && sides.every(({ source }) => source.path !== "-");
  const hasBoth = sides.some((one) => one.isDevice) && sides.some((one) => !one.isDevice);
  if (!canRead || !hasBoth) return { clocks: null, ...NOTHING };
  for (const { source, taker, isDevice, lines } of sides)
    await readInto(lines(source), taker, MOST_LINES, () =>
      isDevice ? anchors.isDeviceFull : anchors.isFull,
    );
  const clocks = anchors.fit();
  const { controllers, card, haveEnough, isTimed, hasPackets } = anchors;
  // Without times commands still have their places, by their names.
  const isLoose = haveEnough && (isTimed || hasPackets);
  const isDoubtful = clocks === null ? isLoose : !clocks.isSure;
  return { clocks, isDoubtful, isTried: haveEnough, controllers, card };
}

/** How far a kernel's trace is ahead of its log; null where they have one clock, or cannot be read twice. */
export async function relateLog(opened: Opened, grows: boolean): Promise<KernelClock | null> {
  const clocks = new KernelClocks();
  const takers = (of: "logClock" | "traceClock") =>
    opened.flatMap(({ source, format }) =>
      format.part === "stream" && format[of] !== undefined
        ? [{ source, taker: format[of](clocks), lines: linesOf(format) }]
        : [],
    );
  const [logs, traces] = [takers("logClock"), takers("traceClock")];
  const sides = [...logs, ...traces];
  const canRead = !grows && sides.every(({ source }) => source.path !== "-");
  if (!canRead || logs.length === 0 || traces.length === 0) return null;
  for (const { source, taker, lines } of sides) await readInto(lines(source), taker, MOST_LINES);
  return clocks.fit();
}

/** Reads the traces for what they make and end of what was in force at one moment, where a file tells that. */
export async function relateStanding(
  opened: Opened,
  { standing, probes }: Pick<Run, "standing" | "probes">,
  grows: boolean,
): Promise<void> {
  if (standing.isEmpty) return;
  for (const { source, format } of opened) {
    if (format.part !== "stream" || format.standing === undefined) continue;
    if (grows || source.path === "-")
      standing.blind("a trace that is read once does not tell beforehand which it makes");
    else
      await readInto(
        linesOf(format)(source),
        format.standing(standing, probes),
        Number.POSITIVE_INFINITY,
      );
  }
}

/** What reads the lines of a file of that format, or those that it stands for. */
const linesOf = (format: Format) =>
  (format.part === "stream" ? format.lines : undefined) ?? (({ path }) => linesAgain(path));

async function readInto(
  all: AsyncIterable<readonly string[]>,
  taker: AnchorTaker,
  most: number,
  isFull: () => boolean = () => false,
): Promise<void> {
  let read = 0;
  try {
    for await (const lines of all) {
      for (const line of lines) taker.take(line);
      read += lines.length;
      if (isFull() || read > most) return;
    }
  } catch (error) {
    // A file that breaks off is complained of when it is read for good, with the line where it does.
    if (!(error instanceof UserError)) throw error;
  }
}
