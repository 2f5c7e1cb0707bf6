// reference.ts - imports the recordings of the real agpgart driver of 2005, a JSON object a line.

import type { Facts } from "../../event/field.ts";
import { Machine } from "../../machine/machine.ts";
import type { Open, WholeFormat } from "./format.ts";
import { driver } from "./reference-driver.ts";
import { frontend } from "./reference-frontend.ts";
import { Given } from "./reference-given.ts";
import { type Line, Lines, type Shape } from "./reference-lines.ts";
import { mapping } from "./reference-mapping.ts";
import { memory } from "./reference-memory.ts";
import { dropping, injections, operations, RELEASE } from "./reference-names.ts";
import { entered, type Readers, type Reading, returned } from "./reference-reading.ts";
import { runOf } from "./reference-run.ts";
import { unfolded } from "./reference-unfold.ts";
import { Source } from "./source.ts";
import { jsonOf } from "./text-lines.ts";

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
        const machine = new Machine({ physIsMachine, chipset: run.chipset }, await open(about));
        const known = { operation: "", given: new Given(), mapped: new Map() };
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
  /** The function that the operation under way entered. */
  #function = "";
  /** What the op under way has told so far; `ended` when nothing more must come. */
  #result: Facts = {};
  #ended = true;
  /** The agp_release that the operation is in, and what each one that it led to gave. */
  #releasing: string | null = null;
  #released: Facts[] = [];

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
    if (op !== this.#op + 1 || opening === null)
      throw this.#edited(`op ${op} begins with '${line[0]}' after op ${this.#op}`);
    const { ended, result = {}, ...said } = opening;
    this.#op = op;
    this.#result = result;
    this.#ended = ended;
    this.#released = [];
    this.#reading.operation = said.name;
    this.#reading.machine.emit({ kind: "op.began", actor: "workload", op, ...said });
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
        for (const single of unfolded(line)) translate(this.#reading, single);
    }
  }

  #release({ pid, file }: Facts): void {
    this.#releasing = `${RELEASE}(pid ${pid}, file ${file})`;
    entered(this.#reading, this.#releasing, "fput");
  }

  #return({ n, op, ev, fn, ...result }: Facts): void {
    const releasing = this.#releasing;
    const innermost = releasing === null ? this.#function : RELEASE;
    const returning = result.ret === "oops" ? "aborted" : innermost;
    if (fn !== returning) throw this.#edited(`'${fn}' returns where '${returning}' must`);
    this.#releasing = null;
    if (releasing === null) this.#result = { ...result, ...this.#result };
    else {
      if (typeof result.ret === "number") returned(this.#reading, releasing, result.ret, "fput");
      this.#released.push(result);
    }
    this.#ended = releasing === null || dropping.has(this.#function);
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

/** What the line that opens an operation says of it; its result where that line is all there is. */
interface Opening {
  readonly name: string;
  readonly arguments: Facts;
  readonly ended: boolean;
  readonly result?: Facts;
}

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

/** Lines about the operation itself, and lines that stand for others. */
type Apart =
  | ("call" | "ret" | "inject" | "proc" | "dup" | "hw_base" | "gatt_dump" | "dir_dump")
  | ("alloc_batch" | "free_batch" | "u3_insert_batch");

// A shape of line that no room reads does not compile here.
const readers: Readers<Exclude<Shape, Apart>> = {
  ...driver,
  ...frontend,
  ...memory,
  ...mapping,
};

/** Says in events what a line within an operation says. */
function translate(reading: Reading, [shape, fields]: Line): void {
  // One dispatch outruns the type checker: the reader of a shape takes the fields of that shape.
  const read = readers[shape as keyof typeof readers] as (reading: Reading, line: unknown) => void;
  read(reading, fields);
}
