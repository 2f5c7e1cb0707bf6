// main.ts - npm run bench: measures, prints ratios taken in this one run, and what they are budgeted to be.

import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setupOf } from "../../src/cli/recording.ts";
import { counted, inColumns } from "../../src/report/text.ts";
import { churn, machine } from "./churn.ts";
import { type Compared, timeCompare } from "./compare.ts";
import { formatsTable } from "./formats.ts";
import { repeated, timeImport } from "./import.ts";
import { timeRecord } from "./record.ts";
import { travelText } from "./travel.ts";

const EVENTS = 1_000_000;
const ROUNDS = 3;

/** Events of the larger traces that are compared; 10 million take a quarter of an hour to record. */
const COMPARED = Number(process.argv[2] ?? 1_000_000);

/** "5.36 s, 1.29 : SELECT, 138 MB" */
const comparedText = ({ diff, select, memory }: Compared): string =>
  `${diff.toFixed(2)} s, ${(diff / select).toFixed(2)} : SELECT *, ${counted(Math.round(memory / 1024))} MB`;
interface Checking {
  readonly events: number;
  readonly rate: number;
  readonly kilobytes: number;
}

/** In a process of its own, so that its memory is its own. */
const checking = (events: number): Checking =>
  JSON.parse(
    execFileSync(process.execPath, [join(import.meta.dirname, "check.js"), `${events}`], {
      encoding: "utf8",
    }),
  );

const folder = mkdtempSync(join(tmpdir(), "gartrace-bench-"));
try {
  const setup = setupOf({ ...machine, workload: churn(EVENTS) });
  const rounds = [];
  for (let i = 0; i <= ROUNDS; i++) rounds.push(await timeRecord(folder, setup));
  // The first round warms up.
  const measured = rounds.slice(1).sort((a, b) => a.loop / a.record - b.loop / b.record);
  const middle = measured[Math.floor(ROUNDS / 2)]!;
  const { events, bytes } = middle;
  const rate = (seconds: number) => `${counted(Math.round(events / seconds))} events/s`;
  const micro = (seconds: number) => `${((seconds / events) * 1e6).toFixed(2)} us an event`;
  const row = (what: string, seconds: number) => [what, rate(seconds), micro(seconds)];
  const memory = [100_000, EVENTS].map((count) =>
    Number(
      execFileSync(process.execPath, [join(import.meta.dirname, "memory.js"), `${count}`], {
        encoding: "utf8",
      }),
    ),
  );
  const matrix = JSON.parse(
    execFileSync(process.execPath, [join(import.meta.dirname, "matrix.js")], { encoding: "utf8" }),
  ) as { seconds: number; megabytes: number };
  const [small, large] = memory as [number, number];
  const log = join(folder, "ftrace.txt");
  await repeated(log, EVENTS);
  const read = await timeImport(folder, log);
  const lines = (seconds: number) => `${counted(Math.round(read.lines / seconds))} lines/s`;
  const [checkedFew, checked] = [100_000, 10 * EVENTS].map((count) => checking(count)) as [
    Checking,
    Checking,
  ];
  process.stdout.write(
    `${[
      `record: ${counted(events)} events of churn on xen-i386 with the gart hooks, the middle of ${ROUNDS} rounds`,
      inColumns([
        row("record, simulation and store", middle.record),
        row("  index, digest and finish mark on top", middle.finish),
        row("simulation alone", middle.simulate),
        row("bare loop inserting the same rows", middle.loop),
        row("INSERT ... SELECT of the same rows", middle.select),
      ]),
      "",
      inColumns(
        [
          ["record : bare loop", (middle.loop / middle.record).toFixed(2), "0.80 or more"],
          [
            "record : INSERT ... SELECT",
            (middle.select / middle.record).toFixed(2),
            "0.40 or more, a stretch",
          ],
          [
            "record with finish : bare loop",
            (middle.loop / (middle.record + middle.finish)).toFixed(2),
            "-",
          ],
          ["bytes an event, index included", (bytes / events).toFixed(1), "60 or less"],
          [
            `peak memory, ${counted(EVENTS)} : 100,000 events`,
            `${(large / small).toFixed(2)} (${counted(Math.round(large / 1024))} MB : ${counted(Math.round(small / 1024))} MB)`,
            "1.30 or less",
          ],
          ["the matrix of testgart, seconds", matrix.seconds.toFixed(1), "60 or less"],
          ["the matrix of testgart, peak MB", matrix.megabytes.toFixed(0), "500 or less"],
          [
            `check, all checks on, ${counted(checked.events)} events`,
            `${counted(checked.rate)} events/s`,
            "-",
          ],
          [
            "  its peak memory : that of 100,000 events",
            `${(checked.kilobytes / checkedFew.kilobytes).toFixed(2)} (${counted(Math.round(checked.kilobytes / 1024))} MB)`,
            "-",
          ],
        ],
        ["", "measured", "budget"],
      ),
      "",
      `import: ${counted(read.lines)} lines of ftrace, a capture repeated`,
      inColumns(
        [
          ["ftrace, importer alone", lines(read.importer), "200,000 or more"],
          ["ftrace into a finished trace", lines(read.stored), "-"],
        ],
        ["", "measured", "budget"],
      ),
      "",
      "formats: captures repeated to a million lines, and the recorded trace written out",
      formatsTable(folder, join(folder, "record.gart")),
    ].join("\n")}\n`,
  );
  const few = await timeCompare(folder, 100_000);
  const many = await timeCompare(folder, COMPARED);
  const line = (what: string, of: "alike" | "different" | "read", budget: string) => [
    what,
    ...[few[of], many[of]].map(comparedText),
    (many[of].memory / few[of].memory).toFixed(2),
    budget,
  ];
  process.stdout.write(
    `${[
      "",
      `diff: two traces of ${counted(many.alike.events / 2)} events of churn, and two of 100,000; a process each`,
      inColumns(
        [
          line("alike by signature: native and Xen, gart hooks", "alike", "2 s or less"),
          line("different: Xen, gart and legacy hooks", "different", "3.0 : 1 or less"),
          line("the same, every op read", "read", "3.0 : 1 or less"),
        ],
        ["", "100,000", "large", "memory", "budget"],
      ),
    ].join("\n")}\n`,
  );
  process.stdout.write(`\n${await travelText(folder)}\n`);
} finally {
  rmSync(folder, { recursive: true });
}
