// index-trace.ts - gives a trace what it needs for a quick look at its past, and mends what follows from its events.

import { State } from "../machine/state.ts";
import { natureOf } from "../replay/replay.ts";
import { repair } from "../store/repair.ts";
import { indexTrace as indexFile } from "../store/update.ts";

/** Replays a trace once and stores index, keyframes and judgement; `at` is called with the number of events done. */
export const indexTrace = (path: string, at: (seq: number) => void = () => {}): Promise<void> =>
  indexFile(path, { start: (about) => new State(natureOf(about)), at });

/** Mends what follows from a trace's events; the file that was there is kept beside it, under the name that it gives. */
export const repairTrace = (path: string): Promise<string> =>
  repair(path, { start: (about) => new State(natureOf(about)) });
