// launch.ts - what a launch or an attach names, and what there is from then to the disconnect.

import { UserError } from "../fault.ts";
import { TimeTravel } from "../replay/travel.ts";
import { TraceReader } from "../store/read.ts";
import { troubleBehind } from "../store/trouble.ts";
import { AdapterBreakpoints } from "./adapter-breakpoints.ts";
import { launchConfiguration } from "./launch-configuration.ts";
import { OtherTrace } from "./other-trace.ts";
import { Session } from "./session.ts";
import { Sources } from "./sources.ts";

/** What there is from launch to disconnect. */
export interface Open {
  readonly paths: readonly string[];
  readonly readers: readonly TraceReader[];
  readonly session: Session;
  readonly sources: Sources;
  readonly stops: AdapterBreakpoints;
  readonly other: OtherTrace | null;
  readonly stopOnEntry: boolean;
}

/** Opens the traces of a launch configuration; a UserError says what is wrong with it. */
export function openTraces(args: unknown): Open {
  const { data, error } = launchConfiguration.safeParse(args);
  if (data === undefined)
    throw new UserError(
      `the launch configuration is wrong (${error.issues[0]!.path.join(".")}: ${error.issues[0]!.message}); ` +
        'it needs "trace", the path of a trace file',
    );
  const paths = [data.trace, data.trace2 ?? []].flat();
  const readers: TraceReader[] = [];
  try {
    for (const path of paths) readers.push(TraceReader.open(path));
  } catch (error) {
    const trouble = troubleBehind(paths, readers, error);
    for (const reader of readers) reader.close();
    throw trouble;
  }
  const travel = new TimeTravel(readers[0]!);
  const session = new Session(travel);
  const sources = new Sources(travel);
  const other =
    readers[1] === undefined
      ? null
      : new OtherTrace(travel, new TimeTravel(readers[1]), data.trace2!);
  const stops = new AdapterBreakpoints(session, sources);
  return { paths, readers, session, sources, stops, other, stopOnEntry: data.stopOnEntry };
}
