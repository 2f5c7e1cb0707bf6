// reference.ts - imports the recordings of the real agpgart driver of 2005, a JSON object a line.

import type { Facts } from "../../event/field.ts";
import type { About } from "../../event/trace.ts";
import { UserError } from "../../fault.ts";
import { Machine, type Sink } from "../../machine/machine.ts";
import { driver } from "./reference-driver.ts";
import { Given } from "./reference-given.ts";
import { type Line, Lines, type Shape } from "./reference-lines.ts";
import { mapping } from "./reference-mapping.ts";
import { memory } from "./reference-memory.ts";
import { injections, operations } from "./reference-names.ts";
import type { Readers, Reading } from "./reference-reading.ts";
import { runOf } from "./reference-run.ts";
import { unfolded } from "./reference-unfold.ts";
import { jsonOf, linesOf } from "./text-lines.ts";

/** Feeds a recording to a machine, and what happens in it to the sink that `open` gives. */
export async function importReference(
  path: string,
  open: (about: About) => Promise<Sink> | Sink,
): Promise<void> {
  let number = 0;
  let recording: Recording | null = null;
  const refuse = (complaint: string) => new UserError(`${path}:${number}: ${complaint}`);
  for await (const text of linesOf(path)) {
    number++;
    const json = jsonOf(withExactCounts(text), refuse);
    if (recording === null) {
      const { about, ...run } = runOf(json, path);
      const { physIsMachine, virtBase } = about;
      const machine = new Machine({ physIsMachine, chipset: run.chipset }, await open(about));
      const known = { operation: "", given: new Given(), mapped: new Map() };
      const reading = { ...run, machine, ...known, refuse };
      recording = new Recording(reading, new Lines(virtBase, refuse));
    } else recording.take(json);
  }
  if (recording === null) throw refuse("not a reference recording: there is nothing in the file");
  recording.end();
}

/** (size_t)-1 pages were asked for: a number that JSON.parse would round is kept as its text. */
const withExactCounts = (text: string): string =>
  text.replace(/"pages":(\d{16,})/, (field, count) =>
    Number.isSafeInteger(Number(count)) ? field : `"pages":"${count}"`,
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
    const ended = { op: this.#op, result: this.#result };
    this.#reading.machine.emit({ kind: "op.ended", actor: "workload", ...ended });
  }

  #begin(op: number, line: Line): void {
    this.end();
    const opening = openingOf(line);
    if (op !== this.#op + 1 || opening === null)
      throw this.#edited(`op ${op} begins with '${line[0]}' after op ${this.#op}`);
    const { ended, ...said } = opening;
    this.#op = op;
    this.#result = {};
    this.#ended = ended;
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
        this.#function = fields.fn;
        return;
      case "inject":
        return;
      case "ret": {
        const { n, op, ev, fn, ...result } = fields;
        const returning = result.ret === "oops" ? "aborted" : this.#function;
        if (fn !== returning) throw this.#edited(`'${fn}' returns where '${returning}' must`);
        this.#result = { ...result, ...this.#result };
        this.#ended = true;
        return;
      }
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
        for (const single of unfolded(line)) translate(this.#reading, single);
    }
  }
}

/** The operation that a line opens; null for a line that opens none. */
function openingOf([shape, fields]: Line): {
  name: string;
  arguments: Facts;
  ended: boolean;
} | null {
  switch (shape) {
    case "call": {
      const { n, op, ev, fn, ...rest } = fields;
      return { name: operations[fn], arguments: rest, ended: false };
    }
    case "inject": {
      const [field, setting] = Object.entries(fields)[0]!;
      const { name, argument } = injections[field as keyof typeof injections];
      return { name, arguments: { [argument]: setting }, ended: true };
    }
    case "gatt_dump":
      return { name: "dump", arguments: { tag: fields.tag }, ended: true };
    default:
      return null;
  }
}

/** Lines about the operation itself, and lines that stand for others. */
type Apart =
  | ("call" | "ret" | "inject" | "hw_base" | "gatt_dump" | "dir_dump")
  | ("alloc_batch" | "free_batch" | "u3_insert_batch");

// A shape of line that no room reads does not compile here.
const readers: Readers<Exclude<Shape, Apart>> = { ...driver, ...memory, ...mapping };

/** Says in events what a line within an operation says. */
function translate(reading: Reading, [shape, fields]: Line): void {
  // One dispatch outruns the type checker: the reader of a shape takes the fields of that shape.
  const read = readers[shape as keyof typeof readers] as (reading: Reading, line: unknown) => void;
  read(reading, fields);
}
