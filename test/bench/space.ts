// space.ts - the bytes that an event takes in a finished trace, workload by workload, and what they are spent on.

import { execFileSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import type { SpaceOfTrace } from "../../src/library/tell-space.ts";
import { counted } from "../../src/report/text.ts";
import { scenarios } from "../../src/scenario/index.ts";
import { workloads } from "../../src/workload/index.ts";
import { program } from "./command.ts";
import type { Recording } from "./process/record.ts";
import { resultOf } from "./process.ts";
import { atMost, type Row, type Table } from "./table.ts";

/** Bytes an event, and for the tables of a trace of fewer events than this. */
const PER_EVENT = 60;
const TABLES = 65536;
const LONG = 100_000;
/** Operations of a wander beside its events. */
const EVENTS_AN_OPERATION = 170;
const CAPTURES = "traces/captures";
/** Parts that are named. */
const SHOWN = 4;

export const spaceTable: Table = {
  name: "space",
  length: 1_000_000,
  short: 150_000,
  measure(folder, length) {
    const path = join(folder, "space.gart");
    const recorded = (name: string, units: number): Row =>
      row(name, path, resultOf<Recording>("record", name, units, path).events);
    const builtIn = workloads.map(({ name }) => name).filter((name) => name !== "wander");
    return {
      title: "bytes of finished traces, index and keyframes included",
      heading: ["workload", "events", "bytes", "an event", "spent on"],
      rows: [
        recorded("churn", length),
        recorded("wander", Math.round(length / EVENTS_AN_OPERATION)),
        ...[...builtIn, ...scenarios.map(({ name }) => `bug:${name}`)].map((name) =>
          row(name, path, eventsOf(gartrace("record", name, "-f", "-o", path, "--json"))),
        ),
        ...readdirSync(CAPTURES).map((name) => {
          const files = readdirSync(join(CAPTURES, name)).map((file) => join(CAPTURES, name, file));
          return row(
            name,
            path,
            eventsOf(gartrace("import", ...files, "-f", "-o", path, "--json")),
          );
        }),
      ],
    };
  },
};

/** How many events a command says that it wrote. */
const eventsOf = (said: string): number => (JSON.parse(said) as { events: number }).events;

const gartrace = (...words: readonly string[]): string =>
  execFileSync(process.execPath, [program, ...words], { encoding: "utf8" });

function row(name: string, path: string, events: number): Row {
  const { bytes, parts } = JSON.parse(gartrace("info", path, "--space", "--json")) as SpaceOfTrace;
  const allowed = PER_EVENT * events + (events < LONG ? TABLES : 0);
  const share = (part: number) => `${((100 * part) / bytes).toFixed(0)} %`;
  const spent = parts.slice(0, SHOWN).map((part) => `${part.name} ${share(part.bytes)}`);
  const each = (all: number) => `${(all / events).toFixed(1)} bytes an event`;
  return {
    cells: [name, counted(events), counted(bytes), (bytes / events).toFixed(1), spent.join(", ")],
    budgets: [atMost(allowed, bytes, each)],
  };
}
