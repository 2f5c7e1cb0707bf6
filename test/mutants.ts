// mutants.ts - npm run mutants -- ROOM[/PART] [--workers N] [--one-in N] [--tests GLOB]...: changes a room's code in one spot at a time and counts the changes that its tests notice.
//
// A change (a mutant) that no test notices is a behaviour that no test states. Tests of the room and of the
// recording laws judge it, and rooms that make runs are held to what the real driver and kernel did, all within the
// process: what only runs as a process of its own is out of reach.
// Results of earlier runs are kept in dist/mutants and used where neither code nor test changed. With --one-in a fixed
// sample of the changes is tried: a room of thousands takes many hours. With --tests these alone judge, of whatever
// room: a file is tried in minutes by the short tests that are about it.

import { existsSync } from "node:fs";
import { availableParallelism } from "node:os";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import type { PartialStrykerOptions } from "@stryker-mutator/api/core";
import { Stryker } from "@stryker-mutator/core";

/** Rooms whose values stand in tables: a table-driven test covers each, so mutants of them count. */
const ROOMS_OF_VALUES = ["chipset", "event"];

/** Small runs that prove the laws of every run. */
const LAWS = "test/laws.test.ts";

/** Rooms that make runs, and what was recorded of the real ones. */
const MAKING = "agpgart block chipset client hooks platform recorder scenario workload".split(" ");
const RECORDED = ["test/reference.test.ts", "test/kernel-recordings.test.ts"];

/**
 * Test files of any room that start the built program, which mutants do not reach, that no thread can run, or that
 * compare the text of a source file, which is another one where mutants stand in it. */
const NOT_FOR_MUTANTS = "adapter|terminal|vscode|file-thread|killed|read-only|shape";

/** Programs of threads, which run as they were built. */
const NOT_MUTATED = ["store/file-thread.ts", "**/*-worker.ts"];

const SAMPLE = fileURLToPath(new URL("./mutants-sample.js", import.meta.url));

function optionsFor(target: string, workers: number, oneIn: number): PartialStrykerOptions {
  const room = target.split("/")[0]!;
  const whole = target.replaceAll("/", "-").replace(/\.ts$/, "");
  const name = oneIn === 1 ? whole : `${whole}-one-in-${oneIn}`;
  return {
    mutate: [
      target.endsWith(".ts") ? `src/${target}` : `src/${target}/**/*.ts`,
      ...NOT_MUTATED.map((path) => `!src/${path}`),
    ],
    testRunner: "vitest",
    plugins: ["@stryker-mutator/vitest-runner", SAMPLE],
    checkers: oneIn === 1 ? [] : ["sample"],
    vitest: { configFile: "vitest.mutants.ts", related: false },
    coverageAnalysis: "perTest",
    ignoreStatic: !ROOMS_OF_VALUES.includes(room),
    incremental: true,
    incrementalFile: `dist/mutants/${name}.json`,
    tempDirName: `dist/mutants/sandbox-${name}`,
    ignorePatterns: ["dist"],
    disableTypeChecks: false,
    // Endless loops are ended by counting; a limit of time would count mutants as noticed where cores are busy.
    timeoutMS: 60_000,
    dryRunTimeoutMinutes: 60,
    concurrency: workers,
    reporters: ["clear-text", "progress-append-only"],
    clearTextReporter: { allowColor: false, logTests: false, reportTests: false },
  };
}

/**
 * The tests that judge a room, for vitest.mutants.ts to include. With Stryker's option `testFiles` a static mutant is
 * only switched on when its module is already loaded, and so always survives (9.6.1). */
const testsOf = (room: string): string =>
  [
    `test/${room}/**/!(${NOT_FOR_MUTANTS}).test.ts`,
    LAWS,
    ...(MAKING.includes(room) ? RECORDED : []),
  ].join("\n");

const { values, positionals } = parseArgs({
  options: {
    workers: { type: "string", default: `${availableParallelism()}` },
    "one-in": { type: "string", default: "1" },
    tests: { type: "string", multiple: true },
  },
  allowPositionals: true,
});
const [target] = positionals;
if (target === undefined || !existsSync(`src/${target}`)) {
  process.stderr.write(
    "npm run mutants -- ROOM[/PART] [--workers N] [--one-in N] [--tests GLOB]...: a folder or file of src/, such as hooks\n",
  );
  process.exitCode = 2;
} else {
  const { tests } = values;
  process.env.MUTANTS_TESTS = tests?.join("\n") ?? testsOf(target.split("/")[0]!);
  process.env.MUTANTS_ONE_IN = values["one-in"];
  const options = optionsFor(target, Number(values.workers), Number(values["one-in"]));
  await new Stryker(options).runMutationTest();
}
