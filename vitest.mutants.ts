// vitest.mutants.ts - how the tests run against mutants: one thread keeps its modules from mutant to mutant.
//
// Starting a thread and loading the modules costs more than the tests of one mutant. For a mutant of code that runs
// while modules load (a static one), the modules of the repository are loaded again, those of packages are kept.

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
/** What Stryker provides to the tests of a mutant. */
interface Activation {
  readonly mutantActivation?: "static" | "runtime";
  readonly activeMutant?: string;
}
type Listener = (message: unknown) => void;

const RESPONSE = { __vitest_worker_response__: true };

/** A thread that outlives the runs it is used for. */
class KeptThread implements PoolWorker {
  readonly name = "kept-thread";
  readonly #thread: ThreadsPoolWorker;
  readonly #listeners: [event: string, listener: Listener][] = [];
  readonly #project: PoolOptions["project"];
  #isStarted = false;
  #config: unknown;
  /** The static mutant with which the modules were loaded; undefined for none. */
  #loadedWith: unknown;

  constructor(options: PoolOptions) {
    this.#thread = new ThreadsPoolWorker(options);
    this.#project = options.project;
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
      const { mutantActivation, activeMutant } = message.context.providedContext as Activation;
      const loadsWith = mutantActivation === "static" ? activeMutant : undefined;
      const invalidates = loadsWith === this.#loadedWith ? [] : this.#modules();
      this.#loadedWith = loadsWith;
      const context = { ...message.context, config: this.#config, invalidates };
      this.#thread.send({ ...message, context } as Message);
    } else if (message.type === "start") {
      this.#config = message.context.config;
      if (this.#isStarted) this.#answer("started");
      else this.#thread.send(message);
      this.#isStarted = true;
    } else this.#thread.send(message);
  }

  /** The files of the repository that are loaded. */
  #modules(): string[] {
    const graphs = Object.values(this.#project.vite.environments);
    const files = graphs.flatMap(({ moduleGraph }) => [...moduleGraph.fileToModulesMap.keys()]);
    return files.filter((file) => !file.includes("node_modules"));
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
        kept ??= new KeptThread(options);
        return kept;
      },
    };
  },
};

/** What the tests of each file took when all ran for the first time, without a mutant, in ms. */
const durations = new Map<string, number>();

/** A file that a mutant keeps from being loaded has no test to fail; it gets one, for the mutant was noticed. */
class LoadingIsTested implements Reporter {
  #vitest: Vitest | undefined;

  onInit(vitest: Vitest): void {
    this.#vitest = vitest;
  }

  onTestModuleEnd(module: TestModule): void {
    const { moduleId } = module;
    if (!durations.has(moduleId)) durations.set(moduleId, module.diagnostic().duration);
    for (const file of this.#vitest!.state.getFiles([moduleId])) {
      if (file.tasks.length > 0 || file.result?.state !== "fail") continue;
      const { id, result } = file;
      const loading = { type: "test", mode: "run", name: "is loaded", id: `${id}_loading`, result };
      file.tasks.push({ ...loading, file, suite: file } as unknown as RunnerTestCase);
    }
  }
}

/** The shortest first: what they notice need not be looked for by the long ones. */
class ShortestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const duration = ({ moduleId }: TestSpecification) => durations.get(moduleId) ?? 0;
    return files.toSorted((a, b) => duration(a) - duration(b));
  }
}

export default mergeConfig(
  tests,
  defineConfig({
    plugins: [keepingThread],
    test: {
      include: process.env.MUTANTS_TESTS!.split("\n"),
      sequence: { sequencer: ShortestFirst },
      reporters: [new LoadingIsTested()],
    },
  }),
);
