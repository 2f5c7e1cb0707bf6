// vitest.mutants.ts - how the tests run against mutants: one thread keeps its modules from mutant to mutant.
//
// Starting a thread and loading the modules costs more than the tests of one mutant. A mutant of code that runs
// while modules load gets a thread of its own.

import { defineConfig, mergeConfig, type Plugin } from "vitest/config";
import {
  BaseSequencer,
  type PoolOptions,
  type PoolWorker,
  type Reporter,
  type RunnerTestCase,
  type TestModule,
  type TestSpecification,
  ThreadsPoolWorker,
  type Vitest,
} from "vitest/node";
import tests from "./vitest.config.ts";

type Message = Parameters<PoolWorker["send"]>[0];
type Listener = (message: unknown) => void;

const RESPONSE = { __vitest_worker_response__: true };

/** A thread that outlives the runs it is used for. */
class KeptThread implements PoolWorker {
  readonly name = "kept-thread";
  readonly #thread: ThreadsPoolWorker;
  readonly #listeners: [event: string, listener: Listener][] = [];
  #isStarted = false;
  #config: unknown;

  constructor(options: PoolOptions) {
    this.#thread = new ThreadsPoolWorker(options);
  }

  on(event: string, listener: Listener): void {
    this.#listeners.push([event, listener]);
    this.#thread.on(event, listener);
  }

  off(event: string, listener: Listener): void {
    this.#thread.off(event, listener);
  }

  /** The thread is started once and never stopped: each later run brings its configuration along. */
  send(message: Message): void {
    if (message.type === "stop") this.#answer("stopped");
    else if (message.type === "run") {
      const context = { ...message.context, config: this.#config };
      this.#thread.send({ ...message, context } as Message);
    } else if (message.type === "start") {
      this.#config = message.context.config;
      if (this.#isStarted) this.#answer("started");
      else this.#thread.send(message);
      this.#isStarted = true;
    } else this.#thread.send(message);
  }

  #answer(type: string): void {
    for (const [event, listener] of this.#listeners)
      if (event === "message") listener({ ...RESPONSE, type });
  }

  async start(): Promise<void> {
    if (!this.#isStarted) await this.#thread.start();
  }

  async stop(): Promise<void> {
    for (const [event, listener] of this.#listeners.splice(0)) this.off(event, listener);
  }

  deserialize(data: unknown): unknown {
    return data;
  }
}

let kept: KeptThread | undefined;

const keepingThread: Plugin = {
  name: "keeping-thread",
  configureVitest({ project }) {
    project.config.pool = "kept-thread";
    project.config.poolRunner = {
      name: "kept-thread",
      createPoolWorker: (options) => {
        const { mutantActivation } = project.getProvidedContext() as { mutantActivation?: string };
        if (mutantActivation === "static") return new ThreadsPoolWorker(options);
        kept ??= new KeptThread(options);
        return kept;
      },
    };
  },
};

/** A file that a mutant keeps from being loaded has no test to fail; it gets one, for the mutant was noticed. */
class LoadingIsTested implements Reporter {
  #vitest: Vitest | undefined;

  onInit(vitest: Vitest): void {
    this.#vitest = vitest;
  }

  onTestModuleEnd({ moduleId }: TestModule): void {
    for (const file of this.#vitest!.state.getFiles([moduleId])) {
      if (file.tasks.length > 0 || file.result?.state !== "fail") continue;
      const { id, result } = file;
      const loading = { type: "test", mode: "run", name: "is loaded", id: `${id}_loading`, result };
      file.tasks.push({ ...loading, file, suite: file } as unknown as RunnerTestCase);
    }
  }
}

/** The room's own tests first: what they notice need not be run through the recordings of the laws. */
class LawsLast extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    return files.toSorted((a, b) => rank(a) - rank(b) || a.moduleId.localeCompare(b.moduleId));
  }
}
const rank = ({ moduleId }: TestSpecification): number =>
  moduleId.endsWith("laws.test.ts") ? 1 : 0;

export default mergeConfig(
  tests,
  defineConfig({
    plugins: [keepingThread],
    test: {
      include: process.env.MUTANTS_TESTS!.split("\n"),
      sequence: { sequencer: LawsLast },
      reporters: [new LoadingIsTested()],
    },
  }),
);
