// trace-dat.ts - imports a trace.dat of trace-cmd: the kernel's own records, which say more than their text.

import { createWriteStream } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { StreamFormat } from "../join/format.ts";
import { Source } from "../source/source.ts";
import { AnchorLines } from "./anchors.ts";
import { CLOCK_LINE, ClockLines } from "./clock-lines.ts";
import type { Contents } from "./dat/contents.ts";
import { DatFile } from "./dat/file.ts";
import { isTraceDat, openTraceDat } from "./dat/open.ts";
import { type DatRecord, recordsOf } from "./dat/records.ts";
import { Ftrace, RELEASE_LINE } from "./ftrace.ts";
import { type Step, stepOf } from "./owners.ts";
import { type Record, type RecordedFields, recordOf } from "./record.ts";
import { asPrinted } from "./spelling.ts";
import { StandingLines } from "./standing-lines.ts";

/** A record as its text would be taken apart; its body is made when somebody asks for it. */
class DatStep implements Record, Step {
  number = -1;
  device: number | null = null;
  caller: string | null = null;
  readonly #record: DatRecord;
  readonly #tasks: ReadonlyMap<number, string>;
  readonly task: number;
  readonly cpu: number;
  readonly at: number | null;
  readonly name: string;
  readonly buffer: string;
  #body: string | null = null;

  constructor(record: DatRecord, tasks: ReadonlyMap<number, string>) {
    this.#record = record;
    this.#tasks = tasks;
    this.task = record.pid === 0 ? -1 - record.cpu : record.pid;
    this.cpu = record.cpu;
    this.at = record.time;
    this.name = record.name;
    this.buffer = record.buffer.name;
  }

  get body(): string {
    this.#body ??= this.#printed();
    return this.#body;
  }
  /** The print format of a stack has its first functions alone. */
  #printed(): string {
    if (this.name !== "kernel_stack") return asPrinted(this.name, this.#record.body);
    return ["<stack trace >", ...this.#record.frames.map((frame) => `=> ${frame}`)].join("\n");
  }
  get fields(): RecordedFields {
    return this.#record;
  }
  get record(): Record {
    return this;
  }
  /** The line that `trace-cmd report -t` has of it. */
  get line(): string {
    const { pid, cpu, time } = this.#record;
    const buffer = this.buffer === "" ? "" : `${this.buffer}: `;
    const task = `${this.#tasks.get(pid) ?? (pid === 0 ? "<idle>" : "<...>")}-${pid}`;
    const at =
      time === null ? "0" : `${Math.floor(time / 1e9)}.${`${time % 1e9}`.padStart(9, "0")}`;
    return `${buffer}${task} [${`${cpu}`.padStart(3, "0")}] ${at}: ${this.name}: ${this.body}`;
  }
}

/** What stands for a record that its reader has no use for. */
const UNUSED = stepOf("", null);

/** Recordings by who reads them: each is read for what it tells of machine and clocks, and then for its records. */
const opened = new WeakMap<Source, Contents>();

/** Opens a recording; one that was opened for the same source is not taken apart again. */
async function contentsOf(path: string, source: Source): Promise<Contents> {
  // A copy of one that is packed as a whole goes when it was read.
  if (source.path !== path) return openTraceDat(path);
  const known = opened.get(source);
  if (known !== undefined) {
    await known.file.reopen();
    return known;
  }
  const contents = await openTraceDat(path);
  opened.set(source, contents);
  return contents;
}

/**
 * What the records of a file tell, as the lines of its text would. `damaged` takes what is wrong with a page; where
 * there is `news`, only records that are such are wanted.
 */
async function* stepsOf(
  source: Source,
  damaged: (why: string) => void,
  news: News | null,
): AsyncGenerator<readonly Step[]> {
  const plain = await plainFile(source.path);
  try {
    const contents = await contentsOf(plain.path, source);
    try {
      const clock = contents.buffers[0]?.clock ?? contents.clock;
      if (clock !== null) yield [stepOf(`${CLOCK_LINE}${clock}`, null, 0)];
      const { release } = contents;
      if (release !== null) yield [stepOf(`${RELEASE_LINE}${release}`, null, 0)];
      if (contents.text !== null) yield stepsOfText(contents.text);
      for await (const records of recordsOf(contents, damaged))
        yield stepsIn(records, contents.tasks, news);
    } finally {
      await contents.file.close();
    }
  } finally {
    await plain.forget();
  }
}

/** Hot: once a record. */
function stepsIn(
  records: readonly DatRecord[],
  tasks: ReadonlyMap<number, string>,
  news: News | null,
): Step[] {
  const steps: Step[] = [];
  for (const record of records) {
    const { missed, cpu } = record;
    if (missed !== 0) steps.push(stepOf(lostLine(cpu, missed), null));
    steps.push(news === null || news.has(record) ? new DatStep(record, tasks) : UNUSED);
  }
  return steps;
}

/** What a latency tracer left. */
const stepsOfText = (text: Buffer): Step[] =>
  text
    .toString("utf8")
    .split("\n")
    .map((line) => stepOf(line, line.startsWith("#") ? null : recordOf(line)));

const lostLine = (cpu: number, count: number): string =>
  `CPU:${cpu} [${count < 0 ? "" : `${count} `}EVENTS DROPPED]`;

/** The file itself, or a copy of one that is packed as a whole: it is read at many places. */
async function plainFile(path: string): Promise<{ path: string; forget: () => Promise<void> }> {
  const source = await Source.open(path, { strict: false, follow: null });
  try {
    if (path === "-")
      throw source.refuse("a trace.dat is read at many places: save it to a file and name that");
    const file = await DatFile.open(path);
    const head = await file.read(0, Math.min(file.size, 16));
    await file.close();
    if (isTraceDat(head)) return { path, forget: async () => {} };
    const folder = await mkdtemp(join(tmpdir(), "gartrace-"));
    const copy = join(folder, "trace.dat");
    const forget = () => rm(folder, { recursive: true, force: true });
    try {
      await pipeline(Readable.from(source.ownBytes()), createWriteStream(copy));
    } catch (error) {
      await forget();
      throw error;
    }
    return { path: copy, forget };
  } finally {
    await source.close();
  }
}

async function* lines(source: Source): AsyncGenerator<readonly string[]> {
  for await (const steps of stepsOf(source, () => {}, null)) yield steps.map(({ line }) => line);
}

/** Events that tell of the machine by being there: what they say beyond is numbers. */
const ALIKE =
  /^(?:(?:un)?map|mm_page_(?:alloc|free)|block_rq_(?:issue|complete)|dma_map_sg|dma_unmap_\w+|dma_sync_\w+)$/;

/** Of a buffer that is mapped what handles.ts looks for; null where its text must be asked. */
function handleIn({ name, fields }: Record): string | null {
  if (name !== "dma_map_page" && name !== "dma_map_phys") return null;
  const device = fields?.text("device");
  const [handle, own] = [fields?.number("dma_addr"), fields?.number("phys_addr")];
  if (device == null || handle == null || own == null) return null;
  return `${name}: ${device} dma_addr=${handle.toString(16)} phys_addr=${own.toString(16)}`;
}

/** Those that tell something each: by numbers, or by functions that no format names. */
const UNLIKE = /^(?:dma_map_(?:page|phys)|kernel_stack)$|xen_create_contiguous_region$/;
/** Records of an event that are told apart at most. */
const MOST_SAID = 4096;

/** The records of an event: what they have said, and what one says. */
interface Kind {
  readonly said: Set<string>;
  readonly words: (record: DatRecord) => string | null;
}

function kindOf(name: string): Kind {
  const said = new Set<string>();
  if (ALIKE.test(name)) return { said, words: () => "" };
  return { said, words: UNLIKE.test(name) ? () => null : ({ words }) => words };
}

/** Finds the records that tell of the machine, or of a task, what none before them told. */
class News {
  readonly #kinds = new Map<string, Kind>();
  readonly #tasks = new Set<number>();

  /** Hot: once a record of the first that there are, whose text takes longer to make than all else (bench: import). */
  has(record: DatRecord): boolean {
    const { name, pid } = record;
    let kind = this.#kinds.get(name);
    if (kind === undefined) {
      kind = kindOf(name);
      this.#kinds.set(name, kind);
    }
    const words = kind.words(record);
    if (words !== null && kind.said.has(words) && this.#tasks.has(pid)) return false;
    if (kind.said.size === MOST_SAID) kind.said.clear();
    if (words !== null) kind.said.add(words);
    this.#tasks.add(pid);
    return true;
  }
}

async function* signs(source: Source): AsyncGenerator<readonly string[]> {
  // A step's line is made when it is asked for.
  for await (const steps of stepsOf(source, () => {}, new News()))
    yield steps.map((step) => (step.record && handleIn(step.record)) ?? step.line);
}

export const traceDat: StreamFormat = {
  name: "trace.dat",
  what: "a recording of trace-cmd",
  madeBy: "trace-cmd record -e dma -e iommu COMMAND",
  near: null,
  part: "stream",
  recognises: isTraceDat,
  open: (source, run) => {
    const damaged = (why: string) => source.tally.skipped("page", why);
    return new Ftrace(source, run, stepsOf(source, damaged, null));
  },
  lines,
  signs,
  anchors: (anchors) => new AnchorLines(anchors),
  traceClock: (clocks) => new ClockLines(clocks),
  standing: (standing, probes) => new StandingLines(standing, probes),
};
