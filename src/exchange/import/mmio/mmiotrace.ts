// mmiotrace.ts - imports the kernel's mmiotrace log: every access of a driver to its device's registers.
//
// One record a line, blanks between fields (Documentation/trace/mmiotrace.rst). PCIDEV lists the devices,
// MAP an ioremap by its number, R and W the accesses through one, MARK what somebody wrote into the log.

import {
  alignDown,
  bus,
  PAGE_SIZE,
  type RegisterIndex,
  untranslated,
  virt,
  vpnOf,
} from "../../../address.ts";
import { mmioNumber } from "../../../event/register.ts";
import type { Stream, StreamFormat } from "../join/format.ts";
import { mark } from "../join/marker.ts";
import { type Run, virtOf } from "../join/run.ts";
import { BootClock } from "../source/boot-clock.ts";
import type { Source } from "../source/source.ts";
import { heldAddress } from "./address-registers.ts";
import { type Device, type DeviceOffset, Devices } from "./devices.ts";

/** The only version that there is (kernel/trace/trace_mmiotrace.c). */
const VERSION = "20070824";
/** Bus addresses are below 2^52. */
const END_OF_BUS = 2 ** 52;

export const mmiotrace: StreamFormat = {
  name: "mmiotrace",
  what: "every access of a driver to its device's registers",
  madeBy: "echo mmiotrace > current_tracer; cat trace_pipe > mmio.txt",
  near: /PCIDEV|^MAP \d/m,
  part: "stream",
  recognises: (head) => {
    const text = head.toString("latin1", 0, 8192);
    // `cat trace` has ftrace's header, with the tracer's name; a pipe that was opened late has none at all.
    if (/^VERSION \d{8}\r?\n|^# tracer: mmiotrace\r?\n/.test(text)) return true;
    const first = text.split(/\r?\n/).find((line) => line !== "" && !line.startsWith("#"));
    return first !== undefined && RECORD.test(first);
  },
  open: (source, run) => new Log(source, run),
};

/** What a log without a header begins with. */
const RECORD =
  /^(?:[RW] [1248] \d+\.\d{6} \d+ 0x[0-9a-f]+ 0x[0-9a-f]+ 0x|MAP \d+\.\d{6} \d+ 0x[0-9a-f]+ 0x|(?:MARK|UNMAP|UNKNOWN) \d+\.\d{6} |PCIDEV [0-9a-f]{4} [0-9a-f]{8} )/;
/** What ftrace says of its buffer, and of what it could not keep. */
const ENTRIES = /^# entries-in-buffer\/entries-written: (\d+)\/(\d+)/;
const LOST = /^CPU:(\d+) \[LOST (\d+) EVENTS\]/;

interface Step {
  readonly line: number;
  readonly text: string;
  readonly fields: readonly string[];
}

/** An ioremap that is in force. */
interface Mapped {
  readonly start: number;
  readonly length: number;
  /** Relative to the virt base; null where the log shows an address below the kernel's half. */
  readonly virt: number | null;
}

type RunOutput = Pick<Run, "emit" | "beginOp" | "endOp" | "at" | "text" | "machine">;

class Log implements Stream<Step> {
  readonly #source: Source;
  readonly #run: RunOutput;
  readonly #boot: BootClock;
  readonly #devices = new Devices();
  /** By the log's own number. */
  readonly #mapped = new Map<string, Mapped>();
  /** A loss is told by ftrace in a line of its own and by mmiotrace in a mark behind it: it counts once. */
  #toldLost = 0;

  constructor(source: Source, run: RunOutput) {
    this.#source = source;
    this.#run = run;
    this.#boot = new BootClock(source);
  }

  async *batches(): AsyncGenerator<readonly Step[]> {
    let line = 0;
    for await (const lines of this.#source.lines(() => false))
      yield lines.map((text) => ({ line: ++line, text, fields: text.split(" ") }));
  }

  timeOf({ fields: [keyword = "", first = "", second = ""] }: Step): number | null {
    const [, seconds, fraction] =
      /^(\d{1,10})\.(\d{6})$/.exec(timed[keyword] === 2 ? second : first) ?? [];
    if (timed[keyword] === undefined || seconds === undefined) return null;
    const ns = Number(seconds) * 1e9 + Number(fraction) * 1000;
    // The log says that it lost records without saying when.
    return ns === 0 ? null : ns;
  }

  take(step: Step): boolean {
    this.#source.line = step.line;
    const at = this.timeOf(step);
    if (at !== null) this.#boot.check(at);
    this.#run.at = at;
    this.#run.text = step.text;
    const [keyword = ""] = step.fields;
    const { tally } = this.#source;
    if (this.#beside(step.text)) return true;
    if (!Object.hasOwn(readers, keyword)) {
      tally.skipped("line", "begins with no keyword of mmiotrace", 1);
      return true;
    }
    const found = readers[keyword as Keyword](this, step);
    if (found === null) tally.kept(keyword);
    else tally.skipped(keyword, found.why, columnOf(step.fields, found.field));
    return true;
  }

  /** What is no record: a header of ftrace, or a loss that ftrace tells. */
  #beside(text: string): boolean {
    const [, kept, written] = ENTRIES.exec(text) ?? [];
    if (written !== undefined && Number(written) > Number(kept))
      this.#lost(Number(written) - Number(kept), "overwritten before the first record");
    const [, cpu, count] = LOST.exec(text) ?? [];
    if (count !== undefined) {
      this.#lost(Number(count), `CPU ${cpu}`);
      this.#toldLost += Number(count);
    }
    return text === "" || text.startsWith("#") || count !== undefined;
  }

  #lost(count: number, text: string): void {
    this.#source.tally.lost("MARK", count);
    this.#run.emit({ kind: "events.lost", actor: "kernel", at: this.#run.at, count, text });
  }

  version({ fields: [, version] }: Step): Trouble | null {
    return version === VERSION ? null : trouble(1, `version ${version}; only ${VERSION} is known`);
  }

  device({ fields }: Step): Trouble | null {
    return this.#devices.add(fields)
      ? null
      : trouble(1, "not a device, its interrupt, 7 bases, 7 lengths");
  }

  mark({ text }: Step): Trouble | null {
    const message = text.replace(/^MARK \S+ /, "");
    const [, lost] = /^Lost (\d{1,15}) events\.$/.exec(message) ?? [];
    if (lost === undefined) mark(this.#run, message);
    else {
      const known = Math.min(this.#toldLost, Number(lost));
      this.#toldLost -= known;
      if (known < Number(lost)) this.#lost(Number(lost) - known, "mmiotrace");
    }
    return null;
  }

  map({ fields: [, , id = "", base = "", at = "", bytes = ""] }: Step): Trouble | null {
    const [start, length] = [numberOf(base), numberOf(bytes)];
    if (start === null) return notNumber(3, base);
    if (!HEX.test(at)) return notHex(4);
    if (length === null) return notNumber(5, bytes);
    if (length === 0) return trouble(5, `${bytes} bytes are mapped: none`);
    if (start + length > END_OF_BUS) return trouble(3, `${base} is above the highest bus address`);
    const mapped = { start, length, virt: virtOf(at.slice(2)) };
    this.#mapped.set(id, mapped);
    this.#remap(mapped, "ioremap");
    return null;
  }

  unmap({ fields: [, , id = ""] }: Step): Trouble | null {
    const mapped = this.#mapped.get(id);
    if (mapped === undefined) return noMap(2, id);
    this.#mapped.delete(id);
    this.#remap(mapped, "iounmap");
    return null;
  }

  access({ fields }: Step): Trouble | null {
    const [direction, width, , id = "", addressText = "", value = ""] = fields;
    const mapped = this.#mapped.get(id);
    if (mapped === undefined) return noMap(3, id);
    const address = numberOf(addressText);
    if (address === null) return notNumber(4, addressText);
    if (!HEX.test(value)) return notHex(5);
    const size = Number(width);
    if (![1, 2, 4, 8].includes(size))
      return trouble(1, `an access of ${width} bytes; only 1, 2, 4 and 8 are`);
    if (address < mapped.start || address + size > mapped.start + mapped.length)
      return trouble(4, `${addressText} lies outside what MAP ${id} maps`);
    const found = this.#devices.at(address);
    const register = mmioNumber(found && { bdf: found.device.bdf, offset: found.offset }, address);
    if (register === null) return trouble(4, `${addressText} is above the highest register`);
    this.#register(direction === "W", { ...found, register }, size, value.slice(2));
    return null;
  }

  undecoded({ fields: [, , , addressText = ""] }: Step): Trouble | null {
    const text = `mmiotrace could not decode an access of ${addressText}`;
    this.#run.emit({ kind: "events.lost", actor: "kernel", at: this.#run.at, count: 1, text });
    return null;
  }

  #register(
    isWrite: boolean,
    { device, offset = 0, register }: Partial<DeviceOffset> & { readonly register: RegisterIndex },
    size: number,
    digits: string,
  ): void {
    const [word, high] = wordOf(digits);
    const base =
      isWrite && high === 0 && device !== undefined
        ? heldAddress(device, offset, size, word, (other) => this.#wordAt(device, other))
        : null;
    this.#run.emit({
      kind: isWrite ? "register.written" : "register.read",
      actor: "driver",
      at: this.#run.at,
      register,
      word,
      ...(high === 0 ? {} : { high }),
      size,
      ...(base === null ? {} : { bus: bus(base) }),
    });
  }

  #wordAt(device: Device, offset: number): number | null {
    const register = mmioNumber({ bdf: device.bdf, offset }, 0);
    return (register && this.#run.machine.state.register(register, 4)?.word) ?? null;
  }

  /** One event a call: a device's memory lies in one piece. */
  #remap({ start, length, virt: where }: Mapped, caller: "ioremap" | "iounmap"): void {
    if (where === null) return;
    const within = start % PAGE_SIZE;
    const first = alignDown(virt(where), PAGE_SIZE);
    const target = bus(start - within);
    this.#run.emit({
      kind: "table.remapped",
      actor: "driver",
      at: this.#run.at,
      function: caller,
      page: vpnOf(first),
      virt: first,
      ...(caller === "ioremap" ? { bus: target, reached: untranslated(target) } : {}),
      size: within + length,
    });
  }
}

/** Why a line cannot be used, and which of its fields it is. */
interface Trouble {
  readonly why: string;
  readonly field: number;
}

const trouble = (field: number, why: string): Trouble => ({ field, why });
const notHex = (field: number): Trouble =>
  trouble(field, "an address, length or value is no hexadecimal number");
const notNumber = (field: number, text: string): Trouble =>
  HEX.test(text) ? trouble(field, `${text} is above the highest bus address`) : notHex(field);
const noMap = (field: number, id: string): Trouble =>
  trouble(field, `no MAP of id ${id} is in force`);

/** The column, from 1, where a field begins. */
const columnOf = (fields: readonly string[], field: number): number =>
  fields.slice(0, field).reduce((sum, { length }) => sum + length + 1, 1);

const readers = {
  VERSION: (log: Log, step: Step) => log.version(step),
  PCIDEV: (log: Log, step: Step) => log.device(step),
  LSPCI: () => trouble(0, "a line of lspci has no place among events"),
  MARK: (log: Log, step: Step) => log.mark(step),
  MAP: (log: Log, step: Step) => log.map(step),
  UNMAP: (log: Log, step: Step) => log.unmap(step),
  R: (log: Log, step: Step) => log.access(step),
  W: (log: Log, step: Step) => log.access(step),
  UNKNOWN: (log: Log, step: Step) => log.undecoded(step),
} as const satisfies { readonly [keyword: string]: (log: Log, step: Step) => Trouble | null };
type Keyword = keyof typeof readers;

/** In which field the time of a record stands. */
const timed: { readonly [keyword: string]: 1 | 2 } = {
  MARK: 1,
  MAP: 1,
  UNMAP: 1,
  UNKNOWN: 1,
  R: 2,
  W: 2,
};

const HEX = /^0x[0-9a-f]{1,16}$/;

/** A hexadecimal number below 2^53; null for anything else. */
function numberOf(text: string): number | null {
  const number = HEX.test(text) ? Number(text) : Number.NaN;
  return Number.isSafeInteger(number) ? number : null;
}

/** Up to 64 bits as the word's bits 0 to 51 and those above. */
const wordOf = (digits: string): [word: number, high: number] => [
  Number.parseInt(digits.slice(-13), 16),
  digits.length > 13 ? Number.parseInt(digits.slice(0, -13), 16) : 0,
];
