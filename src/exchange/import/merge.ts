// merge.ts - imports the files of one run together: context first, then all streams in true order.

import { hex } from "../../address.ts";
import { deviceOf } from "../../event/register.ts";
import type { About, SourceFile } from "../../event/trace.ts";
import { UserError } from "../../fault.ts";
import { formatOf, knownFormatOf } from "./formats.ts";
import { ftrace } from "./ftrace/ftrace.ts";
import { traceDat } from "./ftrace/trace-dat.ts";
import { InputFiles } from "./input-files.ts";
import type { Relation } from "./join/clocks.ts";
import type { DeviceLog, Format, Open, Stream } from "./join/format.ts";
import type { KernelClock } from "./join/kernel-clocks.ts";
import { relate, relateLog, relateStanding } from "./join/relate.ts";
import { Run, VIRT_BASE } from "./join/run.ts";
import type { KeepLine } from "./kernel/emitter.ts";
import { detectEnvironment, type Environment } from "./kernel/environment.ts";
import type { Probes } from "./kernel/probes.ts";
import { Unusable } from "./source/fields.ts";
import { Source, type Wishes } from "./source/source.ts";
import { xentrace } from "./xen/xentrace.ts";

export interface Importing extends Wishes {
  readonly probes: Probes;
  /** Takes the original line of each event; null where nobody wants them. */
  readonly keep: KeepLine | null;
}

interface Opened {
  readonly source: Source;
  readonly format: Format;
  /** Whether it was named itself, and not the folder or archive that it is in. */
  readonly isNamed: boolean;
}

/** Feeds the run that the files tell to the sink that `open` gives; says what became of every line. */
export async function importFiles(
  paths: readonly string[],
  wishes: Importing,
  open: Open,
): Promise<readonly SourceFile[]> {
  const inputs = new InputFiles();
  const sources: Source[] = [];
  try {
    for (const path of paths) await inputs.add(path);
    const named: Named[] = [];
    for (const { path, within } of inputs.files) {
      const source = await Source.open(path, wishes);
      sources.push(source);
      named.push({ source, format: formatIn(source, within), within });
    }
    const summaries = await importSources(named, wishes, open);
    return summaries.map(({ path, counts, ...rest }) => ({
      ...rest,
      path: inputs.named(path),
      counts: counts.map((count) => ({ ...count, why: count.why && inputs.named(count.why) })),
    }));
  } catch (thrown) {
    // Where a line cannot be left out, what is wrong with it ends the import.
    const at = sources.findLast(({ line }) => line > 0);
    const error =
      thrown instanceof Unusable && at !== undefined ? at.refuse(thrown.message) : thrown;
    if (!(error instanceof UserError)) throw error;
    const says = inputs.named(error.message);
    throw says === error.message ? error : new UserError(says, error.code, { cause: error });
  } finally {
    for (const source of sources) await source.close();
    await inputs.forget();
  }
}

interface Named {
  readonly source: Source;
  /** Null for a file of a folder that is of no known format. */
  readonly format: Format | null;
  readonly within: string | null;
}

/** A file that was named itself must be of a known format; of a folder or an archive the others are left. */
const formatIn = (source: Source, within: string | null): Format | null =>
  within === null ? formatOf(source) : knownFormatOf(source);

async function importSources(
  named: readonly Named[],
  wishes: Importing,
  open: Open,
): Promise<readonly SourceFile[]> {
  const opened = named.flatMap(({ source, format, within }) =>
    format === null || (format.part === "whole" && within !== null && named.length > 1)
      ? []
      : [{ source, format, isNamed: within === null }],
  );
  if (opened.length === 0)
    throw new UserError(
      `${[...new Set(named.map(({ within }) => within))].join(", ")}: no file of a known format in it; \`gartrace list formats\` has each with the command that makes it`,
    );
  const whole = opened.find(({ format }) => format.part === "whole");
  if (whole !== undefined) await importWhole(whole, opened, open);
  else await importRun(opened, wishes, open);
  return named.map(({ source, format }) => ({
    path: source.path,
    format: opened.some((one) => one.source === source) ? format!.name : LEFT,
    lines: source.line,
    counts: source.tally.counts(),
  }));
}

/** What stands for the format of a file beside others that nothing was taken of. */
const LEFT = "left alone";

async function importWhole(
  { source, format }: Opened,
  opened: readonly Opened[],
  open: Open,
): Promise<void> {
  if (opened.length > 1)
    throw new UserError(
      `${source.path} is a whole trace (${format.name}); import it alone, without ` +
        opened
          .filter((other) => other.source !== source)
          .map((other) => other.source.path)
          .join(", "),
    );
  if (format.part === "whole") await format.read(source, open);
}

/** What tells which buffers the kernel mapped. */
const isKernelTrace = (format: Format): boolean => format === ftrace || format === traceDat;

async function importRun(opened: readonly Opened[], wishes: Importing, open: Open): Promise<void> {
  const hasRun = opened.some(({ format }) => format.part === "stream" || format.part === "device");
  if (!hasRun && !opened.some(({ format }) => format.part === "context" && format.tells))
    throw new UserError(
      `${opened.map(({ source }) => source.path).join(", ")}: no file here has the events of a run; add its ftrace.txt or qemu-trace.log`,
    );
  const kernels = opened.filter(({ format }) => isKernelTrace(format));
  const environment = await detectEnvironment(
    opened.map(({ source, format }) => ({
      path: source.path,
      head: source.head,
      lines: format.part === "stream" ? format.signs?.(source) : undefined,
    })),
    {
      hasKernel: kernels.length > 0,
      hasXen: opened.some(({ format }) => format === xentrace),
      grows: wishes.follow !== null || kernels.some(({ source }) => source.path === "-"),
    },
  );
  const relation = await relate(opened, wishes.follow !== null);
  const log = await relateLog(opened, wishes.follow !== null);
  const sink = await open(aboutRun(environment, opened, { relation, log }));
  const run = new Run(environment, wishes.probes, { sink, keep: wishes.keep }, relation, log);
  let device: DeviceLog | null = null;
  const cursors: Cursor[] = [];
  for (const { source, format } of opened) {
    if (format.part === "context") await format.read(source, run);
    else if (format.part === "stream") {
      const dumped = format.beside?.(source, run) ?? null;
      if (dumped !== null) cursors.push(new Cursor(dumped, source, true));
      cursors.push(new Cursor(format.open(source, run), source, isKernelTrace(format)));
    } else if (format.part === "device") {
      if (device !== null) throw source.refuse("a second log of devices; a run has one");
      device = format.open(source, run);
    }
  }
  await relateStanding(opened, run, wishes.follow !== null);
  run.standing.emit(run);
  try {
    await takeAll(cursors, run, device);
  } finally {
    for (const cursor of cursors) await cursor.leave();
  }
  run.source = null;
  if (device !== null) {
    run.device.isPast = cursors.length > 0;
    while (await device.more()) device.end();
    device.end();
  }
  for (const { stream } of cursors) stream.end?.();
  run.oneRun.end(run, {
    mapped: run.mappings.count,
    isUnrelated: relation.isTried && relation.clocks === null,
    files: opened.map(({ source }) => source.path).join(", "),
  });
  // What grows may not have told anything yet.
  if (wishes.follow !== null) return;
  for (const { source, format, isNamed } of opened)
    if (isNamed && (format.part !== "context" || !hasRun)) assertTold(source, format);
  // What is kept of a line can be what the others rest on, such as a list of devices, or that nothing was done.
  const told = opened.find(({ format }) => format.part !== "context") ?? opened[0]!;
  if (run.machine.state.moment === 0) throw untold(told.source, told.format);
}

/** A file of which nothing became an event is no part of a run, and a trace of it would look as if all were well. */
function assertTold(source: Source, format: Format): void {
  if (!source.tally.counts().some(({ kept }) => kept > 0)) throw untold(source, format);
}

function untold(source: Source, { name, what, madeBy }: Format): UserError {
  const counts = source.tally.counts();
  const why = counts.find(({ skipped }) => skipped > 0)?.why;
  const nothing =
    counts.length === 0 ? "it has a header alone" : "what it has tells of nothing that was done";
  const first = why == null ? nothing : `the first: ${why}`;
  return new UserError(
    `${source.path}: taken for ${name}, ${what}, but not a line of ${source.line} became an event (${first}); such a file is made by: ${madeBy}`,
  );
}

/** A stream and the step that comes next in it. */
class Cursor {
  readonly stream: Stream;
  readonly source: Source;
  /** Whether it tells what the kernel mapped: a trace, or one that is dumped into a log. */
  readonly isTrace: boolean;
  readonly #batches: AsyncIterator<readonly unknown[]>;
  #batch: readonly unknown[] = [];
  /** Of each step the earliest time of it and of those behind it in the batch; none where nobody asks. */
  #earliest: Float64Array | null = null;
  #next = 0;
  /** The time of the last step that had one. */
  at = Number.NEGATIVE_INFINITY;
  /** Whether a step with a time is behind, as it was when this was looked at last. */
  hasBegun = false;

  constructor(stream: Stream, source: Source, isTrace: boolean) {
    this.stream = stream;
    this.source = source;
    this.isTrace = isTrace;
    this.#batches = stream.batches()[Symbol.asyncIterator]();
  }

  get step(): unknown {
    return this.#batch[this.#next];
  }
  /** Whether the next step is in memory. */
  get ready(): boolean {
    return this.#next < this.#batch.length;
  }
  pass(): void {
    this.#next++;
  }
  async more(): Promise<boolean> {
    const next = await this.#batches.next();
    if (next.done) return false;
    this.#batch = next.value;
    this.#earliest = null;
    this.#next = 0;
    return this.ready || this.more();
  }
  /** Lets go of what its stream has open, read to its end or not. */
  async leave(): Promise<void> {
    await this.#batches.return?.();
  }
  look(): void {
    this.hasBegun = this.at > Number.NEGATIVE_INFINITY;
    this.at = this.stream.timeOf(this.step) ?? this.at;
  }
  /** Up to when all is surely told before the step: the next ones can be older, where time runs backwards. */
  get earliest(): number {
    this.#earliest ??= earliestOf(this.#batch.map((step) => this.stream.timeOf(step)));
    return this.#earliest[this.#next]!;
  }
}

function earliestOf(times: readonly (number | null)[]): Float64Array {
  const earliest = new Float64Array(times.length);
  let least = Number.POSITIVE_INFINITY;
  for (let i = times.length - 1; i >= 0; i--) {
    least = Math.min(least, times[i] ?? least);
    earliest[i] = least;
  }
  return earliest;
}

async function takeAll(cursors: readonly Cursor[], run: Run, log: DeviceLog | null): Promise<void> {
  let left: Cursor[] = [];
  for (const cursor of cursors) if (await cursor.more()) left.push(cursor);
  for (const cursor of left) cursor.look();
  while (left.length > 0) {
    const first = left.reduce((a, b) => (b.at < a.at ? b : a));
    const { stream, source } = first;
    // A single stream needs no comparison: its whole batch is taken.
    do {
      const { step } = first;
      if (log !== null && stream.timeOf(step) !== null)
        while (!run.device.before(first.earliest, run.machine.state.moment)) await log.more();
      run.source = source;
      if (typeof step === "string") run.text = step;
      // At the end of the log nothing more is asked of it.
      while (!taken(stream, step, source)) await log!.more();
      first.pass();
    } while (left.length === 1 && first.ready);
    if (!first.ready && !(await first.more())) {
      left = left.filter((one) => one !== first);
      // A kernel's log can go on behind its trace, and another trace of it can begin later.
      if (first.isTrace && !left.some(({ isTrace, hasBegun }) => isTrace && hasBegun))
        run.device.isPast = true;
    } else if (left.length > 1) first.look();
  }
}

/** Hands a step over; one that cannot be used, which its own importer did not see, is counted and passed over. */
function taken(stream: Stream, step: unknown, source: Source): boolean {
  try {
    return stream.take(step);
  } catch (error) {
    if (!(error instanceof Unusable)) throw error;
    source.tally.skipped("line", error.message);
    return true;
  }
}

/** What the trace says of itself; the files' own words decide. */
function aboutRun(
  environment: Environment,
  opened: readonly Opened[],
  { relation, log }: { readonly relation: Relation; readonly log: KernelClock | null },
): About {
  return {
    platform: platformOf(environment),
    hooks: "dma-api",
    chipset: "none",
    workload: "captured",
    operations: null,
    seed: 0,
    options: {
      ...optionsOf(environment),
      ...(log === null ? {} : { kernelLog: textOf(log) }),
      ...placedBy(opened, relation),
    },
    virtBase: VIRT_BASE,
    physIsMachine: environment.known && !environment.xen,
    source: "imported",
    origin: opened.map(({ source, format }) => `${source.name} (${format.name})`).join(", "),
  };
}

/** The platform of a run of which no file tells it. */
export const UNKNOWN = "unknown";

function platformOf({ xen, known, iommu, swiotlb }: Environment): string {
  if (!known) return UNKNOWN;
  const base = xen ? "xen-dom0" : "native";
  const named = iommu === null ? base : `${base}-${iommu}`;
  return swiotlb && !xen ? `${named}-swiotlb` : named;
}

/** By what a device's log has its place among the guest's events; nothing where it stands alone. */
function placedBy(opened: readonly Opened[], { clocks }: Relation): About["options"] {
  const has = (part: Format["part"]) => opened.some(({ format }) => format.part === part);
  if (!has("device") || !has("stream")) return {};
  if (clocks === null) return { placed: "by-causality" };
  return { placed: `by-clocks-within-${Math.ceil(clocks.within)}us` };
}

/** "0.679791s-behind-local": where the log's messages stand, for their events have the trace's time. */
const textOf = ({ ahead, by }: KernelClock): string =>
  `${(Math.abs(ahead) / 1e9).toFixed(6)}s-${ahead > 0 ? "behind" : "ahead-of"}-${by}`;

/** What was found of the machine beside its platform, by the names of a trace's options. */
function optionsOf(environment: Environment): About["options"] {
  const { pageOffset, inferred, identity, offsets, encryptionBit } = environment;
  const buses = [...offsets].map(([device, by]) => `${deviceOf(device)}+${hex(by)}`);
  return {
    ...(pageOffset === null ? {} : { pageOffset }),
    ...(inferred ? { inferred: "platform" } : {}),
    ...(identity.size === 0 ? {} : { identity: [...identity].map(deviceOf).join(" ") }),
    ...(encryptionBit === null ? {} : { encryptionBit: Math.log2(encryptionBit) }),
    ...(buses.length === 0 ? {} : { busOffsets: buses.join(" ") }),
  };
}
