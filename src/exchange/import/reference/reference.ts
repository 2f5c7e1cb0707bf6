// reference.ts - imports the recordings of the real agpgart driver of 2005, a JSON object a line.

import { basename } from "node:path";
import { z } from "zod";
import { chipsets } from "../../../chipset/index.ts";
import type { Facts } from "../../../event/field.ts";
import type { About } from "../../../event/trace.ts";
import { UserError, unknownName } from "../../../fault.ts";
import type { Open, WholeFormat } from "../join/format.ts";
import { CheckedMachine } from "../source/checked-machine.ts";
import { Source } from "../source/source.ts";
import { checked, jsonOf } from "../source/text-lines.ts";
import { emitLine, entered, Provenance, type Reading, returned } from "./events.ts";
import { dropping, hooksets, injections, operations, platforms, RELEASE } from "./names.ts";
import { type Line, Lines, unfolded, wide } from "./schema.ts";

/** Feeds a recording to a machine, and what happens in it to the sink that `open` gives. */
export async function importReference(path: string, open: Open): Promise<void> {
  const source = await Source.open(path, { strict: false, follow: null });
  try {
    await read(source, open);
  } finally {
    await source.close();
  }
}

export const reference: WholeFormat = {
  name: "reference",
  what: "a recording of the real agpgart driver",
  madeBy: "the recorder of traces/reference",
  near: null,
  part: "whole",
  recognises: (head) => /^\{[^\n]*"ev": ?"run"/.test(head.toString("latin1", 0, 4096)),
  read,
};

async function read(source: Source, open: Open): Promise<void> {
  let recording: Recording | null = null;
  const refuse = (complaint: string) => source.refuse(complaint);
  for await (const lines of source.lines())
    for (const text of lines) {
      source.line++;
      const json = jsonOf(withExactCounts(text), refuse);
      if (recording === null) {
        const { about, ...run } = runOf(json, source.path);
        const { physIsMachine, virtBase } = about;
        const machine = new CheckedMachine(
          { physIsMachine, chipset: run.chipset },
          await open(about),
        );
        const known = { operation: "", provenance: new Provenance(), mapped: new Map() };
        const reading = { ...run, machine, ...known, refuse };
        recording = new Recording(reading, new Lines(virtBase, refuse));
      } else recording.take(json);
      source.tally.kept("event");
    }
  if (recording === null) throw refuse("not a reference recording: there is nothing in the file");
  recording.end();
}

/** (size_t)-1 pages were asked for: a number that JSON.parse would round is kept as its text. */
const withExactCounts = (text: string): string =>
  text.replace(/"(pages|pg_count)":(\d{16,})/, (field, name, count) =>
    Number.isSafeInteger(Number(count)) ? field : `"${name}":"${count}"`,
  );

/** Follows the numbers of events and operations through a recording. */
class Recording {
  readonly #reading: Reading;
  readonly #lines: Lines;
  /** The number that the next line must have; 0 is the first line. */
  #next = 1;
  #op = -1;
  /** The function that the current operation entered. */
  #function = "";
  /** The result of the current op so far; `ended` once its last line was read. */
  #result: Facts = {};
  #ended = true;
  /** The agp_release that the operation is in, and what each one that it led to gave. */
  #releasing: string | null = null;
  #released: Facts[] = [];
  /** Whether a bridge is registered, as the last result says: only then does a `dump` have a line. */
  #hasBridge = false;

  constructor(reading: Reading, lines: Lines) {
    this.#reading = reading;
    this.#lines = lines;
  }

  take(json: unknown): void {
    const { n, width, op, line } = this.#lines.read(json);
    if (n !== this.#next) throw this.#edited(`event ${n} stands where ${this.#next} must follow`);
    this.#next = n + width;
    if (op !== this.#op) this.#begin(op, line);
    this.#read(line);
  }

  end(): void {
    if (!this.#ended) throw this.#edited(`op ${this.#op} ends without a 'ret' line`);
    if (this.#op < 0) return;
    const ended = { op: this.#op, result: { ...this.#result, ...afterAll(this.#released) } };
    this.#reading.machine.emit({ kind: "op.ended", actor: "workload", ...ended });
  }

  #begin(op: number, line: Line): void {
    this.end();
    const opening = openingOf(line);
    const isNear = op > this.#op && op - this.#op <= MOST_UNSEEN;
    const isNext = op === this.#op + 1 || (isNear && !this.#hasBridge);
    if (!isNext || opening === null)
      throw this.#edited(`op ${op} begins with '${line[0]}' after op ${this.#op}`);
    while (this.#op + 1 < op) {
      this.#enter(this.#op + 1, unseenDump);
      this.end();
    }
    this.#enter(op, opening);
  }

  #enter(op: number, { ended, result = {}, ...began }: Opening): void {
    this.#op = op;
    this.#result = result;
    this.#ended = ended;
    this.#released = [];
    this.#reading.operation = began.name;
    this.#reading.machine.emit({ kind: "op.began", actor: "workload", op, ...began });
  }

  #edited(complaint: string): Error {
    return this.#reading.refuse(
      `${complaint}: the recording was cut or edited; import it as it was written`,
    );
  }

  #read(line: Line): void {
    const [shape, fields] = line;
    switch (shape) {
      case "call":
        if (fields.fn === RELEASE) this.#release(fields);
        else this.#function = fields.fn;
        return;
      case "inject":
      case "proc":
      case "dup":
        return;
      case "ret":
        this.#return(fields);
        return;
      case "hw_base":
        this.#result = { ...this.#result, entry0_addr: fields.entry0_addr };
        return;
      case "gatt_dump":
        this.#result = { ...this.#result, gatt_dump: fields };
        return;
      case "dir_dump":
        this.#result = { ...this.#result, dir_dump: fields.nonzero };
        return;
      default:
        if (shape === "fput") this.#ended ||= dropping.has(this.#function);
        for (const single of unfolded(line)) emitLine(this.#reading, single);
    }
  }

  #release({ pid, file }: Facts): void {
    this.#releasing = `${RELEASE}(pid ${pid}, file ${file})`;
    entered(this.#reading, this.#releasing, "fput");
  }

  #return({ n, op, ev, fn, ...result }: Facts): void {
    const releasing = this.#releasing;
    const innermost = releasing === null ? this.#function : RELEASE;
    const returning = abandoned[String(result.ret)] ?? innermost;
    if (fn !== returning) throw this.#edited(`'${fn}' returns where '${returning}' must`);
    this.#releasing = null;
    if (result.bridge !== undefined) this.#hasBridge = false;
    else if (result.current_memory !== undefined) this.#hasBridge = true;
    // A task that is killed or that waits for ever never comes back from what it called.
    const isOver = releasing === null || returning !== RELEASE;
    if (isOver) this.#result = { ...result, ...this.#result };
    else {
      if (typeof result.ret === "number") returned(this.#reading, releasing, result.ret, "fput");
      this.#released.push(result);
    }
    this.#ended = isOver || dropping.has(this.#function);
  }
}

/** After the last release that an operation led to, with what those before it left beside. */
function afterAll(releases: readonly Facts[]): Facts {
  const earlier = releases.slice(0, -1);
  if (earlier.length === 0) return releases[0] ?? {};
  const ofTable = (facts: Facts, is: boolean) =>
    Object.fromEntries(Object.entries(facts).filter(([name]) => name.startsWith("gatt_") === is));
  return {
    ...releases.at(-1),
    releases: earlier.map((facts) => ofTable(facts, false)),
    releases_gatt: earlier.map((facts) => ofTable(facts, true)),
  };
}

/** How a `ret` line names the function where its task does not come back from it, by the `ret` it gives. */
const abandoned: { readonly [ret: string]: string } = { oops: "aborted", blocked: "blocked" };

/** What the line that opens an operation says of it; its result where that line is all there is. */
interface Opening {
  readonly name: string;
  readonly arguments: Facts;
  readonly ended: boolean;
  readonly result?: Facts;
}

/** Operations in a row that have no line, at most: a number of the file is no bound. */
const MOST_UNSEEN = 4096;
/** The one operation that can have no line: a dump where there is no bridge. Nothing says its tag. */
const unseenDump: Opening = { name: "dump", arguments: {}, ended: true };

/** The operation that a line opens; null for a line that opens none. */
function openingOf([shape, fields]: Line): Opening | null {
  switch (shape) {
    case "call": {
      const { n, op, ev, fn, ...rest } = fields;
      if (fn === RELEASE) return null;
      return { name: operations[fn], arguments: rest, ended: false };
    }
    case "inject": {
      const [field, setting] = Object.entries(fields)[0]!;
      const { name, argument } = injections[field as keyof typeof injections];
      return { name, arguments: { [argument]: setting }, ended: true };
    }
    case "proc":
      return { name: "proc", arguments: fields, ended: true };
    case "dup": {
      const { f_count, ...asked } = fields;
      return { name: "dup", arguments: asked, ended: true, result: { f_count } };
    }
    case "gatt_dump":
      return { name: "dump", arguments: { tag: fields.tag }, ended: true };
    default:
      return null;
  }
}

const runLine = z.object({
  ev: z.literal("run"),
  n: z.literal(0),
  op: z.literal(-1),
  format: z.literal(1),
  platform: z.string(),
  hookset: z.string(),
  chipset: z.string(),
  workload: z.string(),
  source: z.string(),
  page_offset: wide,
});

/** The first line of a recording: the machine and the driver that it was made with. */
export function runOf(
  firstLine: unknown,
  path: string,
): Pick<Reading, "chipset" | "pageOffset" | "hasIommu"> & { readonly about: About } {
  const refuse = (complaint: string) => new UserError(`${path}:1: ${complaint}`);
  const run = checked(runLine, firstLine, (complaint) =>
    refuse(`not a reference recording: no line of ev 'run' comes first (${complaint})`),
  );
  const { platform, hookset, chipset: wanted, workload } = run;
  const chipset = chipsets.find(({ name }) => name === wanted);
  if (chipset === undefined)
    throw refuse(unknownName("chipset", wanted, chipsets.map(nameOf)).message);
  if (!isPlatform(platform))
    throw refuse(unknownName("platform", platform, Object.keys(platforms)).message);
  const { virtBase, physIsMachine, hasIommu } = platforms[platform];
  // The recorder's `legacy` takes pseudo-physical addresses in ioremap, which no real Xen did.
  const lenient = platform.startsWith("xen-") && hookset === "legacy";
  const driver = hooksets[hookset]?.driver;
  const about: About = {
    platform,
    hooks: hooksOf(hookset, hasIommu),
    chipset: wanted,
    workload,
    operations: null,
    seed: 0,
    options: { ...(lenient && { lenientIoremap: true }), ...(driver && { driver }) },
    virtBase,
    physIsMachine,
    source: "imported",
    origin: `${basename(path)}: ${run.source}`,
  };
  return { about, chipset, pageOffset: Number(run.page_offset - virtBase), hasIommu };
}

const nameOf = ({ name }: { readonly name: string }): string => name;

const isPlatform = (name: string): name is keyof typeof platforms => Object.hasOwn(platforms, name);

/** The recorder's hook sets by our names: an IOMMU makes a DMA handle an address of its own. */
function hooksOf(hookset: string, hasIommu: boolean): string {
  if (hookset === "dma_coherent") return hasIommu ? "dma-handle" : "dma-coherent";
  return hooksets[hookset]?.hooks ?? hookset;
}
