// trace-writer.ts - a trace made by a program of one's own: a simulator, an emulator, a test of a driver.

import { chipsetCalled, chipsets } from "../chipset/index.ts";
import type { Facts } from "../event/field.ts";
import type { About } from "../event/trace.ts";
import { flawOf } from "../event/valid.ts";
import type { Event, KindName } from "../event/vocabulary.ts";
import { EventError, UserError, unknownName } from "../fault.ts";
import { Machine } from "../machine/machine.ts";
import { natureOf } from "../replay/replay.ts";
import { TraceWriter as FileWriter } from "../store/write.ts";
import { JudgedSink } from "./judged-sink.ts";
import type { NewTrace } from "./make-trace.ts";
import { Replacement } from "./replacement.ts";

/** What a trace says of the run that it holds, and which translations its platform has. */
export interface OwnRun {
  /** The platform's name, such as "my-soc". */
  readonly platform: string;
  /** What was run; traces of one workload can be compared. */
  readonly workload?: string;
  /** What the kernel believes of its architecture, by name; `none` by default. */
  readonly hooks?: string;
  /** The host bridge, by the name of a known one, whose table entries are then decoded; `none` by default. */
  readonly chipset?: string;
  /** Whether kernel-physical addresses are machine addresses, as on bare metal; true by default. Otherwise `p2m.set` tells. */
  readonly physIsMachine?: boolean;
  /** Whether an IOMMU translates what devices issue (`iommu.mapped`); false by default. */
  readonly iommu?: boolean;
  /** Where the kernel's half of the address space begins: `virt` is relative to it; 0 by default. */
  readonly virtBase?: bigint;
  /** Of the run's chance, for those who read the trace; 0 by default. */
  readonly seed?: number;
  /** Further settings by name, for those who read the trace. */
  readonly options?: About["options"];
  /** Whether to replace a trace that exists, once this one is whole. */
  readonly force?: boolean;
}

/** How long an event waits at most until others can read it, in milliseconds, where the event loop turns. */
const LANDING = 1000;

/** Kinds of events that tell of a translation, by the beginning of their names. */
const translations = {
  p2m: "its kernel-physical addresses are machine addresses (physIsMachine)",
  iommu: "it has no IOMMU (iommu: true)",
  gatt: "no GART is known (chipset)",
  directory: "no GART is known (chipset)",
  "scratch-directory": "no GART is known (chipset)",
} as const;
type Translation = keyof typeof translations;

/** Writers under way: what they took is kept where the program ends without closing them. */
const open = new Set<TraceWriter>();
process.on("exit", () => {
  for (const writer of open) writer.abandon();
});

/**
 * Writes a trace event by event and judges it on the way. `finish` makes it whole; `using`, or `abandon`, leaves a
 * torn one that can be read up to its last event.
 */
export class TraceWriter {
  /** Where the trace is, or will be once it is whole where it replaces another. */
  readonly path: string;
  readonly #file: FileWriter;
  readonly #replacing: Replacement | null;
  readonly #machine: Machine;
  readonly #judged: JudgedSink;
  readonly #lacks: ReadonlySet<string>;
  readonly #landing: NodeJS.Timeout;
  #isOpen = true;
  #op = -1;
  #lastOp = -1;

  /**
   * Makes the file: an `ERR_FILE_EXISTS` where there is one and `force` is not set, `ERR_FILE_IN_USE` where it is being
   * written, an `ERR_INPUT` where `run` says what is none.
   */
  static async create(path: string, run: OwnRun): Promise<TraceWriter> {
    assertRun(run);
    const about = aboutOf(run);
    const replacing = run.force ? Replacement.begin(path) : null;
    const file = await FileWriter.create(replacing?.path ?? path, about, {
      force: false,
      replaces: replacing === null ? null : path,
    });
    return new TraceWriter(path, file, replacing, about, run.iommu ?? false);
  }

  private constructor(
    path: string,
    file: FileWriter,
    replacing: Replacement | null,
    about: About,
    hasIommu: boolean,
  ) {
    this.path = path;
    this.#file = file;
    this.#replacing = replacing;
    this.#judged = new JudgedSink(file, about);
    open.add(this);
    this.#landing = setInterval(() => file.land(), LANDING).unref();
    this.#machine = new Machine(natureOf(about), this.#judged);
    const { physIsMachine, chipset } = this.#machine.state.nature;
    this.#lacks = new Set<Translation>([
      ...(physIsMachine ? (["p2m"] as const) : []),
      ...(hasIommu ? [] : (["iommu"] as const)),
      ...(chipset === null ? (["gatt", "directory", "scratch-directory"] as const) : []),
    ]);
  }

  /** Events taken so far, and the number of the last. */
  get count(): number {
    return this.#machine.state.moment;
  }

  /**
   * Takes an event and gives its number, to be named as the `cause` of later ones. An `EventError` says what is wrong
   * with it (`ERR_EVENT_KIND`, `_FIELD`, `_RANGE`, `_CAUSE`, `_SPACE`, `_OP`) and where it would have stood; the trace
   * is as it was then, and goes on. `ERR_CLOSED` behind `finish` and `abandon`, `ERR_WRITE` where the disk refuses.
   */
  append(event: Event): number {
    this.#assertOpen();
    const seq = this.count + 1;
    const flaw = flawOf(event, seq);
    if (flaw !== null) {
      const field = flaw.field === null ? "" : ` field '${flaw.field}':`;
      throw new EventError(`event #${seq}:${field} ${flaw.says}`, flaw.code, seq, flaw.field);
    }
    this.#assertSpace(event.kind, seq);
    this.#follow(event, seq);
    // Events are kept, and told apart by their objects: a caller may use one again.
    return this.#machine.emit({ ...event });
  }

  /** Begins an operation of the workload; events belong to it until `end`. Gives its number; `ERR_EVENT_OP` within another. */
  begin(name: string, facts: Facts = {}): number {
    const op = this.#lastOp + 1;
    this.append({ kind: "op.began", actor: "workload", op, name, arguments: facts });
    return op;
  }

  /** Ends the operation under way; a negative `ret` is an errno. */
  end(result: Facts = { ret: 0 }): void {
    this.#assertOpen();
    if (this.#op < 0) throw this.#opError("no op is under way; begin one first");
    this.append({ kind: "op.ended", actor: "workload", op: this.#op, result });
  }

  /** Makes the trace whole: indexed, judged, with its digest. `ERR_WRITE` where the disk refuses: it is torn then. */
  finish(): NewTrace {
    this.#assertOpen();
    this.#leave();
    try {
      const judgement = this.#judged.end();
      if (judgement !== null) this.#file.judged(judgement);
      const finished = this.#file.finish();
      this.#replacing?.done();
      return { path: this.path, ...finished, judgement };
    } catch (error) {
      this.#file.abandon();
      this.#replacing?.dropped();
      throw error;
    }
  }

  /** Closes the file as it is: torn, unless it was finished before. One that it was to replace stays as it was. */
  abandon(): void {
    if (!this.#isOpen) return;
    this.#leave();
    this.#file.abandon();
    this.#replacing?.dropped();
  }

  #leave(): void {
    this.#isOpen = false;
    clearInterval(this.#landing);
    open.delete(this);
  }

  /** As `abandon`, which does nothing behind `finish`. */
  [Symbol.dispose](): void {
    this.abandon();
  }

  #assertOpen(): void {
    if (!this.#isOpen)
      throw new UserError(
        `${this.path} is closed; it holds the events up to #${this.count}`,
        "ERR_CLOSED",
      );
  }

  #assertSpace(kind: KindName, seq: number): void {
    const translation = kind.slice(0, kind.lastIndexOf("."));
    if (this.#lacks.has(translation))
      throw new EventError(
        `event #${seq}: the platform has no ${kind}: ${translations[translation as Translation]}`,
        "ERR_EVENT_SPACE",
        seq,
        "kind",
      );
  }

  #opError = (says: string, seq = this.count + 1): EventError =>
    new EventError(`event #${seq}: ${says}`, "ERR_EVENT_OP", seq, "op");

  /** Ops rise in number, and one ends before the next begins. */
  #follow(event: Event, seq: number): void {
    if (event.kind !== "op.began" && event.kind !== "op.ended") return;
    const refuse = (says: string) => this.#opError(says, seq);
    if (event.kind === "op.began") {
      if (this.#op >= 0) throw refuse(`op ${this.#op} is under way; end it first`);
      if (event.op <= this.#lastOp) throw refuse(`op ${event.op} comes after op ${this.#lastOp}`);
      this.#op = event.op;
      this.#lastOp = event.op;
    } else {
      if (this.#op < 0 || event.op !== this.#op) throw refuse(`op ${event.op} is not under way`);
      this.#op = -1;
    }
  }
}

const isText = (value: unknown): boolean => typeof value === "string" && value !== "";
const isSwitch = (value: unknown): boolean => typeof value === "boolean";
const isOption = (value: unknown): boolean =>
  ["boolean", "string"].includes(typeof value) || Number.isFinite(value);

/** What each member of a run must be: programs in JavaScript have no compiler that asks. */
const members: {
  readonly [M in keyof OwnRun]-?: readonly [is: (value: unknown) => boolean, what: string];
} = {
  platform: [isText, "a name"],
  workload: [isText, "a name"],
  hooks: [isText, "a name"],
  chipset: [isText, "a name"],
  physIsMachine: [isSwitch, "true or false"],
  iommu: [isSwitch, "true or false"],
  virtBase: [
    (value) => typeof value === "bigint" && value >= 0n && value < 2n ** 64n,
    "a bigint from 0n below 2n ** 64n",
  ],
  seed: [(value) => Number.isSafeInteger(value) && (value as number) >= 0, "a whole number from 0"],
  options: [
    (value) => value !== null && typeof value === "object" && Object.values(value).every(isOption),
    "an object of numbers, texts, true and false",
  ],
  force: [isSwitch, "true or false"],
};

function assertRun(run: OwnRun): void {
  for (const name of Object.keys(run))
    if (!Object.hasOwn(members, name))
      throw unknownName("member of a run", name, Object.keys(members));
  for (const [name, [is, what]] of Object.entries(members)) {
    const value = run[name as keyof OwnRun];
    if (value === undefined ? name === "platform" : !is(value))
      throw new UserError(`a run's ${name} must be ${what}`);
  }
  const { chipset = NONE } = run;
  if (chipset !== NONE && chipsetCalled(chipset) === null)
    throw unknownName(
      "chipset",
      chipset,
      chipsets.map(({ name }) => name),
    );
}

/** Of hooks and chipset. */
const NONE = "none";

const aboutOf = (run: OwnRun): About => ({
  platform: run.platform,
  hooks: run.hooks ?? NONE,
  chipset: run.chipset ?? NONE,
  workload: run.workload ?? "unnamed",
  operations: null,
  seed: run.seed ?? 0,
  options: run.options ?? {},
  virtBase: run.virtBase ?? 0n,
  physIsMachine: run.physIsMachine ?? true,
  source: "simulated",
  origin: null,
});
